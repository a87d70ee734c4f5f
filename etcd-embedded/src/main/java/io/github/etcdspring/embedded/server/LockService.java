/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.auth.Caller;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.LockGrpc;
import io.github.etcdspring.proto.LockRequest;
import io.github.etcdspring.proto.LockResponse;
import io.github.etcdspring.proto.UnlockRequest;
import io.github.etcdspring.proto.UnlockResponse;

/**
 * The lock service: the oldest key under the name holds the lock.
 */
final class LockService extends LockGrpc.LockImplBase {

	private final Node node;

	private final KeyQueue queue;

	LockService(Node node) {
		this.node = node;
		this.queue = new KeyQueue(node);
	}

	@Override
	public void lock(LockRequest request, StreamObserver<LockResponse> answers) {
		new QueuedCall<>(this.node, answers).start(this.queue, new Locking(request));
	}

	@Override
	public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> answers) {
		this.node.answer(answers, () -> {
			try {
				return this.node.write(() -> unlock(Callers.current(this.node), request.getKey()));
			}
			catch (StatusRuntimeException ex) {
				throw Candidate.withoutCode(ex);
			}
		});
	}

	private UnlockResponse unlock(Caller caller, ByteString key) {
		if (key.isEmpty()) {
			throw EtcdError.EMPTY_KEY.exception();
		}
		this.node.auth().checkDelete(caller, key, ByteString.EMPTY);
		Candidate.delete(this.node, key);
		return UnlockResponse.newBuilder().setHeader(this.node.header()).build();
	}

	/**
	 * Returns how many calls wait for a lock.
	 * @return the number of calls
	 */
	int waiting() {
		return this.queue.size();
	}

	private final class Locking implements QueuedCall.Steps<LockResponse> {

		private final LockRequest request;

		private Locking(LockRequest request) {
			this.request = request;
		}

		@Override
		public Candidate enter() {
			Node node = LockService.this.node;
			Caller caller = Callers.current(node);
			ByteString prefix = Candidate.prefix(this.request.getName());
			node.auth().checkRange(caller, prefix, KeyQueue.end(prefix));
			return Candidate.enter(node, caller, this.request.getName(), this.request.getLease(), null);
		}

		@Override
		public @Nullable LockResponse first(Candidate candidate) {
			KeyValue owner = KeyQueue.oldest(LockService.this.node, candidate.prefix());
			boolean first = owner == null || owner.getCreateRevision() == candidate.createRevision();
			return first ? answer(candidate) : null;
		}

		@Override
		public LockResponse turn(Candidate candidate) {
			Node node = LockService.this.node;
			node.auth().checkRange(Callers.current(node), candidate.key(), ByteString.EMPTY);
			if (Candidate.find(node, candidate.key()) == null) {
				throw Candidate.failure("mutex: session is expired");
			}
			return answer(candidate);
		}

		@Override
		public void abandoned(Candidate candidate) {
			// etcd cleans up without the caller's token, which does nothing under
			// authentication
			if (!LockService.this.node.auth().enabled()) {
				Candidate.delete(LockService.this.node, candidate.key());
			}
		}

		private LockResponse answer(Candidate candidate) {
			return LockResponse.newBuilder().setHeader(LockService.this.node.header()).setKey(candidate.key()).build();
		}

	}

}
