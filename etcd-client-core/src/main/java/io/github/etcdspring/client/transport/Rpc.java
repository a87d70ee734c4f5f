/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.function.BiConsumer;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;

/**
 * What a service asks the engine to send: one unary call, whole, with what the engine
 * must know to repeat it safely.
 *
 * @param <Q> the type of the request on the wire
 * @param <R> the type of the answer
 * @param operation the name of the operation as it appears in exceptions and meters
 * @param method the method
 * @param request the request; sent again as it is
 * @param requestSize its size in bytes, or 0 where it is known to be small
 * @param repeatable whether sending it twice does no more than sending it once
 * @param changes whether it changes something, so that after a failure it matters whether
 * it was applied
 * @param requiresLeader whether a member that sees no leader shall refuse it
 * @param authenticated whether it carries the token
 * @param endpoint the only endpoint that may be asked, or {@code null} for any
 * @param waits whether it changes something first and then waits on the server, so that
 * most refusals may come after the change; sending it again after a token was refused
 * enters the same queue with the same key
 * @param clearsUp whether it clears up what is left behind, and so may still be sent
 * while the client closes
 * @param ended receives the answer, or the failure, before the application does, on
 * whatever thread ends the call; not told of a call that the application cancels.
 * {@code null} for nobody
 * @since 0.1.0
 */
public record Rpc<Q, R>(String operation, MethodDescriptor<Q, R> method, Q request, int requestSize, boolean repeatable,
		boolean changes, boolean requiresLeader, boolean authenticated, @Nullable String endpoint, boolean waits,
		boolean clearsUp, @Nullable BiConsumer<@Nullable R, @Nullable Failure> ended) {

	/**
	 * A call that can be repeated if it changes nothing, is answered at once, and that
	 * only the application waits for.
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @param requestSize its size in bytes, or 0 where it is known to be small
	 * @param repeatable whether it changes nothing
	 * @param requiresLeader whether a member that sees no leader shall refuse it
	 * @param authenticated whether it carries the token
	 * @param endpoint the only endpoint that may be asked, or {@code null} for any
	 */
	public Rpc(String operation, MethodDescriptor<Q, R> method, Q request, int requestSize, boolean repeatable,
			boolean requiresLeader, boolean authenticated, @Nullable String endpoint) {
		this(operation, method, request, requestSize, repeatable, !repeatable, requiresLeader, authenticated, endpoint,
				false, false, null);
	}

	/**
	 * A call that changes something.
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @return the call
	 */
	public static <R> Rpc<Encoded, R> write(String operation, MethodDescriptor<Encoded, R> method, Encoded request) {
		return new Rpc<>(operation, method, request, request.size(), false, true, true, null);
	}

	/**
	 * A call of a service with small generated messages.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @param repeatable whether sending it twice does no more than sending it once
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> generated(String operation, MethodDescriptor<Q, R> method, Q request,
			boolean repeatable) {
		return new Rpc<>(operation, method, request, 0, repeatable, true, true, null);
	}

	/**
	 * A call that changes something and then waits on the server, perhaps for ever.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> waiting(String operation, MethodDescriptor<Q, R> method, Q request) {
		return new Rpc<>(operation, method, request, 0, false, true, true, true, null, true, false, null);
	}

	/**
	 * A call that clears up what is left behind, also while the client closes.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> clearingUp(String operation, MethodDescriptor<Q, R> method, Q request) {
		return new Rpc<>(operation, method, request, 0, false, true, true, true, null, false, true, null);
	}

	/**
	 * A call that asks for a token, and so carries none.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> anonymous(String operation, MethodDescriptor<Q, R> method, Q request) {
		return new Rpc<>(operation, method, request, 0, true, false, false, null);
	}

	/**
	 * A call that changes something, but no more if it is sent twice.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> repeatableWrite(String operation, MethodDescriptor<Q, R> method, Q request) {
		return new Rpc<>(operation, method, request, 0, true, true, true, true, null, false, false, null);
	}

	/**
	 * A call of a service with small generated messages that changes nothing.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @param linearizable whether the answer must be agreed by the cluster, which a
	 * member without a leader cannot give
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> generatedRead(String operation, MethodDescriptor<Q, R> method, Q request,
			boolean linearizable) {
		return new Rpc<>(operation, method, request, 0, true, linearizable, true, null);
	}

	/**
	 * A call that makes one member do something.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @param requiresLeader whether the member shall refuse it while it sees no leader
	 * @param endpoint the member's endpoint
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> toMember(String operation, MethodDescriptor<Q, R> method, Q request,
			boolean requiresLeader, String endpoint) {
		return new Rpc<>(operation, method, request, 0, false, requiresLeader, true, endpoint);
	}

	/**
	 * A read that one member answers from what it knows itself.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @param endpoint the member's endpoint
	 * @return the call
	 */
	public static <Q, R> Rpc<Q, R> ofMember(String operation, MethodDescriptor<Q, R> method, Q request,
			String endpoint) {
		return new Rpc<>(operation, method, request, 0, true, false, true, endpoint);
	}

	/**
	 * A call that changes nothing.
	 * @param <R> the type of the answer
	 * @param operation the name of the operation
	 * @param method the method
	 * @param request the request
	 * @param linearizable whether the answer must be agreed by the cluster, which a
	 * member without a leader cannot give
	 * @return the call
	 */
	public static <R> Rpc<Encoded, R> read(String operation, MethodDescriptor<Encoded, R> method, Encoded request,
			boolean linearizable) {
		return new Rpc<>(operation, method, request, request.size(), true, linearizable, true, null);
	}

	/**
	 * The same call with somebody to tell of its end.
	 * @param ended receives the answer, or the failure, before the application does
	 * @return the changed copy
	 */
	public Rpc<Q, R> whenEnded(BiConsumer<@Nullable R, @Nullable Failure> ended) {
		return new Rpc<>(this.operation, this.method, this.request, this.requestSize, this.repeatable, this.changes,
				this.requiresLeader, this.authenticated, this.endpoint, this.waits, this.clearsUp, ended);
	}

	@Override
	public String toString() {
		// Without the request: it has keys, values and passwords.
		return "Rpc[" + this.operation + ((this.endpoint != null) ? " to " + this.endpoint : "") + "]";
	}

}
