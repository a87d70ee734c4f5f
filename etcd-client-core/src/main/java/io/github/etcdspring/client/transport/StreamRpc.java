/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * What a service asks the engine to keep open: a stream, and how it is used.
 *
 * @param <Q> the type of the requests on the wire
 * @param <R> the type of the answers
 * @param operation the name of the operation as it appears in exceptions
 * @param method the method
 * @param requiresLeader whether a member that sees no leader shall refuse and end it
 * @param finite whether the server ends it when it has said everything; otherwise such an
 * end is one more interruption
 * @param window how many answers may be on their way; each is replaced when it has been
 * handled, unless it is 0: then the service asks for every answer itself
 * @param endpoint the only endpoint that may be asked, or {@code null} for any
 * @since 0.1.0
 */
public record StreamRpc<Q, R>(String operation, MethodDescriptor<Q, R> method, boolean requiresLeader, boolean finite,
		int window, @Nullable String endpoint) {

	/**
	 * A stream of answers without an end.
	 * @param <Q> the type of the requests on the wire
	 * @param <R> the type of the answers
	 * @param operation the name of the operation
	 * @param method the method
	 * @return the stream
	 */
	public static <Q, R> StreamRpc<Q, R> endless(String operation, MethodDescriptor<Q, R> method) {
		return new StreamRpc<>(operation, method, true, false, 16, null);
	}

	/**
	 * A long answer that the server ends; the service asks for each part.
	 * @param <Q> the type of the request on the wire
	 * @param <R> the type of the parts
	 * @param operation the name of the operation
	 * @param method the method
	 * @param requiresLeader whether a member that sees no leader shall refuse it
	 * @param endpoint the only endpoint that may be asked, or {@code null} for any
	 * @return the stream
	 */
	public static <Q, R> StreamRpc<Q, R> finite(String operation, MethodDescriptor<Q, R> method, boolean requiresLeader,
			@Nullable String endpoint) {
		return new StreamRpc<>(operation, method, requiresLeader, true, 0, endpoint);
	}

	/**
	 * The same stream, but the service asks for each answer.
	 * @return the changed copy
	 */
	public StreamRpc<Q, R> underFlowControl() {
		return new StreamRpc<>(this.operation, this.method, this.requiresLeader, this.finite, 0, this.endpoint);
	}

	@Override
	public String toString() {
		return "StreamRpc[" + this.operation + ((this.endpoint != null) ? " to " + this.endpoint : "") + "]";
	}

}
