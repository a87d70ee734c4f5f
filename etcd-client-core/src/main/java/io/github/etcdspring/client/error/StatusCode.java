/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * The status of a call, one of the codes of gRPC. It says how a call ended; why is the
 * {@link Reason}.
 *
 * @since 0.1.0
 */
public enum StatusCode {

	/**
	 * No error.
	 */
	OK(0),

	/**
	 * The call was cancelled, by the caller or by the server.
	 */
	CANCELLED(1),

	/**
	 * An error without a code of its own; etcd sends several of its errors so.
	 */
	UNKNOWN(2),

	/**
	 * The request can't be right in any state of the store.
	 */
	INVALID_ARGUMENT(3),

	/**
	 * There was no answer in time.
	 */
	DEADLINE_EXCEEDED(4),

	/**
	 * What the request names does not exist.
	 */
	NOT_FOUND(5),

	/**
	 * What the request would create exists.
	 */
	ALREADY_EXISTS(6),

	/**
	 * The user may not do this.
	 */
	PERMISSION_DENIED(7),

	/**
	 * A quota or a size limit was hit.
	 */
	RESOURCE_EXHAUSTED(8),

	/**
	 * The request can't be carried out in the present state of the cluster.
	 */
	FAILED_PRECONDITION(9),

	/**
	 * The operation was given up half-way, usually for a conflict.
	 */
	ABORTED(10),

	/**
	 * A number, for etcd mostly a revision, is outside of what is valid now.
	 */
	OUT_OF_RANGE(11),

	/**
	 * The server does not know this operation.
	 */
	UNIMPLEMENTED(12),

	/**
	 * Something is broken in the protocol or in the server.
	 */
	INTERNAL(13),

	/**
	 * The server can't be reached, or can't serve at present.
	 */
	UNAVAILABLE(14),

	/**
	 * Data was lost or is corrupt.
	 */
	DATA_LOSS(15),

	/**
	 * The token of the call is missing or not valid.
	 */
	UNAUTHENTICATED(16);

	private static final StatusCode[] BY_NUMBER = values();

	private final int number;

	StatusCode(int number) {
		this.number = number;
	}

	/**
	 * The number of the code on the wire.
	 * @return a number from 0 to 16
	 */
	public int number() {
		return this.number;
	}

	/**
	 * The code with a number.
	 * @param number the number of the code on the wire
	 * @return the code, {@link #UNKNOWN} for a number that gRPC does not define
	 */
	public static StatusCode of(int number) {
		return (number >= 0 && number < BY_NUMBER.length) ? BY_NUMBER[number] : UNKNOWN;
	}

}
