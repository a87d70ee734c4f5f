/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * How caches fail.
 */
final class Failures {

	private static final String CACHE = "cache";

	private Failures() {
	}

	/**
	 * Turn what a future failed with into what it is.
	 * @param ex what it failed with
	 * @return the exception of the client
	 */
	static EtcdException of(Throwable ex) {
		Throwable cause = Failure.causeOf(ex);
		return (cause instanceof EtcdException etcd) ? etcd
				: Failure.ofRead(CACHE, StatusCode.INTERNAL, Reason.OTHER).withCause(cause).toException();
	}

	/**
	 * Whether trying again cannot help.
	 * @param cause what happened
	 * @return whether it ends a cache
	 */
	static boolean isFinal(EtcdException cause) {
		if (cause instanceof PermissionDeniedException || cause instanceof AuthenticationException
				|| cause.reason() == Reason.CLOSED) {
			return true;
		}
		return switch (cause.status()) {
			case INVALID_ARGUMENT, FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED, PERMISSION_DENIED -> true;
			default -> false;
		};
	}

	static EtcdException tooLarge(long maxBytes) {
		return Failure.ofRead(CACHE, StatusCode.RESOURCE_EXHAUSTED, Reason.RESPONSE_TOO_LARGE)
			.withDetail("the keys of the range take more memory than maxBytes(" + maxBytes
					+ "): raise it, or use a smaller range")
			.toException();
	}

	static Failure closed() {
		return Failure.ofRead(CACHE, StatusCode.CANCELLED, Reason.CLOSED).withAttempts(0).withDetail("it is closed");
	}

	static Failure clientClosed() {
		return closed().withDetail("the client is closed");
	}

	static Failure timeout(String detail, @Nullable Throwable cause) {
		return Failure.ofRead(CACHE, StatusCode.DEADLINE_EXCEEDED, Reason.TIMEOUT).withDetail(detail).withCause(cause);
	}

	static Failure interrupted() {
		return Failure.ofRead(CACHE, StatusCode.CANCELLED, Reason.INTERRUPTED)
			.withDetail("the thread was interrupted while it waited");
	}

	/**
	 * Make a failure of a cache from what caused it, of the same kind.
	 * @param cause the cause
	 * @return the failure
	 */
	static Failure because(EtcdException cause) {
		return new Failure(CACHE, false, cause.status(), cause.reason(), Outcome.NOT_APPLIED, cause.endpoint(),
				cause.attempts(), String.valueOf(cause.getMessage()), OptionalLong.empty(), cause);
	}

}
