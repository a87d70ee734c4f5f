/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.auth.Caller;
import io.github.etcdspring.embedded.mvcc.Change;
import io.github.etcdspring.embedded.mvcc.RangeOptions;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * A key in the layout that all etcd clients use for locks and elections: the name, a
 * slash, and the lease in hexadecimal digits.
 *
 * @param prefix the name with the slash
 * @param key the key
 * @param lease the lease the key is bound to
 * @param createRevision when the key was created, which is its place in the queue
 * @param header the header of the answer when the key was created, or found
 */
record Candidate(ByteString prefix, ByteString key, long lease, long createRevision, ResponseHeader header) {

	private static final ByteString SLASH = ByteString.copyFromUtf8("/");

	/** What a session of the Go client asks for unless told otherwise. */
	private static final long SESSION_TTL_SECONDS = 60;

	static ByteString prefix(ByteString name) {
		return name.concat(SLASH);
	}

	/**
	 * Returns the lease to use. To be called inside {@link Node#write}.
	 * @param node the node
	 * @param caller who asks
	 * @param lease the lease of the request, 0 for a new one
	 * @return the lease
	 */
	static long lease(Node node, Caller caller, long lease) {
		if (lease != 0) {
			return lease;
		}
		node.auth().checkUser(caller);
		return node.lessor().grant(0, SESSION_TTL_SECONDS).id();
	}

	/**
	 * Makes the key, or finds the one that this lease has already. To be called inside
	 * {@link Node#write}.
	 * @param node the node
	 * @param caller who asks
	 * @param name the name of the lock or election
	 * @param lease the lease of the request, 0 for a new one
	 * @param value the value, put also if the key is there with another one; {@code null}
	 * for an empty one, which leaves a key alone that is there
	 * @return the candidate
	 */
	static Candidate enter(Node node, Caller caller, ByteString name, long lease, @Nullable ByteString value) {
		long bound = lease(node, caller, lease);
		ByteString prefix = prefix(name);
		ByteString key = prefix.concat(ByteString.copyFromUtf8(hex(bound)));
		checkWrite(node, caller, key, bound);
		KeyValue found = find(node, key);
		if (found == null) {
			put(node, key, (value != null) ? value : ByteString.EMPTY, bound);
			return new Candidate(prefix, key, bound, node.store().revision(), node.header());
		}
		ResponseHeader header = node.header();
		if (value != null && !found.getValue().equals(value)) {
			put(node, key, value, bound);
		}
		return new Candidate(prefix, key, bound, found.getCreateRevision(), header);
	}

	/**
	 * Checks what the transaction that compares and puts the key needs.
	 * @param node the node
	 * @param caller who asks
	 * @param key the key
	 * @param lease the lease
	 */
	static void checkWrite(Node node, Caller caller, ByteString key, long lease) {
		node.auth().checkRange(caller, key, ByteString.EMPTY);
		node.auth().checkPut(caller, PutRequest.newBuilder().setKey(key).setLease(lease).build());
	}

	static void put(Node node, ByteString key, ByteString value, long lease) {
		node.alarms().requireSpace(key.size() + value.size());
		try (Change change = node.store().begin()) {
			change.put(key, value, lease, false, false);
			change.commit();
		}
	}

	static void delete(Node node, ByteString key) {
		try (Change change = node.store().begin()) {
			change.deleteRange(key, ByteString.EMPTY);
			change.commit();
		}
	}

	static @Nullable KeyValue find(Node node, ByteString key) {
		return node.store()
			.range(key, ByteString.EMPTY, 0, RangeOptions.ALL)
			.keyValues()
			.stream()
			.findFirst()
			.orElse(null);
	}

	/**
	 * Returns an error as these two services send it: they are clients of the server
	 * themselves, and pass its errors on without their code.
	 * @param ex the error
	 * @return the same text with code UNKNOWN
	 */
	static StatusRuntimeException withoutCode(StatusRuntimeException ex) {
		return failure(String.valueOf(ex.getStatus().getDescription()));
	}

	static StatusRuntimeException failure(String text) {
		return Status.UNKNOWN.withDescription(text).asRuntimeException();
	}

	private static String hex(long lease) {
		return (lease < 0) ? "-" + Long.toHexString(-lease) : Long.toHexString(lease);
	}

}
