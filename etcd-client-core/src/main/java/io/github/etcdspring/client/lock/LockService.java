/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lock;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.RpcRequest;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LockGrpc;
import io.github.etcdspring.proto.LockRequest;
import io.github.etcdspring.proto.UnlockRequest;

/**
 * The locks that etcd keeps itself. A lock is held by a lease, which the application
 * grants and keeps alive, and is lost with it. Its keys are laid out as those of locks
 * made by other clients, so that all of them exclude each other.
 * <p>
 * Thread-safe; the requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class LockService {

	private static final MethodDescriptor<UnlockRequest, Header> unlock = Wire.mapped(LockGrpc.getUnlockMethod(),
			(answer) -> Wire.header(answer.getHeader()));

	private final Transport transport;

	private final Namespace namespace;

	private final MethodDescriptor<LockRequest, LockResult> lock;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 * @param namespace the client's namespace
	 */
	public LockService(Transport transport, Namespace namespace) {
		this.transport = transport;
		this.namespace = namespace;
		this.lock = Wire.mapped(LockGrpc.getLockMethod(), (answer) -> new LockResult(Wire.header(answer.getHeader()),
				namespace.strip(Wire.bytes(answer.getKey()))));
	}

	/**
	 * Acquire a lock, as {@link #lock(Bytes, long)} does.
	 * @param name the name of the lock, not empty
	 * @param leaseId the id of the lease that is to hold it
	 * @return the request
	 * @throws IllegalArgumentException if the name is empty or the id is 0
	 */
	public Request<LockResult> lock(String name, long leaseId) {
		return lock(Arguments.utf8(name, "name"), leaseId);
	}

	/**
	 * Acquire a lock: wait until everybody who asked for it before has released it.
	 * Asking again with the same name and lease returns the same key.
	 * <p>
	 * The request waits without a limit, unless it is given a timeout. It ends, too, with
	 * its connection and with the client, and it can be cancelled: the server then takes
	 * it out of the queue, unless authentication is on, when it may not and the request
	 * stays there until its lease ends. If the lease ends, the request fails when its
	 * turn comes; a server before 3.5 tells it that it has the lock all the same, so let
	 * writes under the lock be guarded by its key.
	 * <p>
	 * After a failure with the outcome
	 * {@link io.github.etcdspring.client.error.Outcome#UNKNOWN UNKNOWN} the request may
	 * still be in the queue, and block it: revoke the lease, and try again with a fresh
	 * one. A failed request is never
	 * {@linkplain io.github.etcdspring.client.error.EtcdException#isRetryable()
	 * retryable} as it is.
	 * @param name the name of the lock, not empty
	 * @param leaseId the id of the lease that is to hold it
	 * @return the request
	 * @throws IllegalArgumentException if the name is empty or the id is 0
	 */
	public Request<LockResult> lock(Bytes name, long leaseId) {
		notEmpty(name, "name", "give the lock a name");
		if (leaseId == 0) {
			throw new IllegalArgumentException("'leaseId' must not be 0: the server would hold the lock by a lease"
					+ " of 60 seconds that nobody can keep alive; grant a lease and give its id");
		}
		LockRequest message = LockRequest.newBuilder()
			.setName(Wire.bytes(this.namespace.apply(name)))
			.setLease(leaseId)
			.build();
		return new RpcRequest<>(this.transport, Rpc.waiting("lock", this.lock, message));
	}

	/**
	 * Release a lock. Succeeds as well if the lock is not held any more.
	 * @param key the key of {@link LockResult}, not the name of the lock
	 * @return the request
	 * @throws IllegalArgumentException if the key is empty
	 */
	public Request<Header> unlock(Bytes key) {
		notEmpty(key, "key", "give the key that lock(...) returned");
		UnlockRequest message = UnlockRequest.newBuilder().setKey(Wire.bytes(this.namespace.apply(key))).build();
		return new RpcRequest<>(this.transport, Rpc.generated("unlock", unlock, message, false));
	}

	private static void notEmpty(@Nullable Bytes argument, String name, String fix) {
		if (Arguments.notNull(argument, name).isEmpty()) {
			throw new IllegalArgumentException("'" + name + "' must not be empty; " + fix);
		}
	}

}
