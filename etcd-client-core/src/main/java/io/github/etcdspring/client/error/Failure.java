/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * The facts about a failed call, from which {@link #toException()} makes the exception.
 * Immutable; each {@code with...} method returns a changed copy.
 *
 * @param operation the name of the call, such as "put" or "get"
 * @param write whether the call could change the store, a lease, a lock or the cluster
 * @param status how the call ended
 * @param reason why it failed
 * @param outcome whether the write may have been applied; {@link Outcome#NOT_APPLIED} for
 * a read
 * @param endpoint the endpoint of the last attempt, {@code null} if there was none
 * @param attempts how often the call was sent, 0 if it never was
 * @param detail the last cause in words, never with a key or a value; {@code null} if
 * there is nothing to add to the reason
 * @param compactedRevision the revision up to which the store was compacted, if known
 * @param cause what was thrown below, {@code null} if nothing was
 * @since 0.1.0
 */
public record Failure(String operation, boolean write, StatusCode status, Reason reason, Outcome outcome,
		@Nullable String endpoint, int attempts, @Nullable String detail, OptionalLong compactedRevision,
		@Nullable Throwable cause) {

	/** Enough for the causes of several endpoints, not for the error page of a proxy. */
	private static final int MAX_DETAIL = 2000;

	public Failure {
		Objects.requireNonNull(operation, "operation");
		Objects.requireNonNull(status, "status");
		Objects.requireNonNull(reason, "reason");
		Objects.requireNonNull(outcome, "outcome");
		Objects.requireNonNull(compactedRevision, "compactedRevision");
		if (operation.isBlank()) {
			throw new IllegalArgumentException("operation must not be blank: name the call, such as \"put\"");
		}
		if (status == StatusCode.OK) {
			throw new IllegalArgumentException("status must not be OK: a call that succeeded is no failure");
		}
		if (!write && outcome != Outcome.NOT_APPLIED) {
			throw new IllegalArgumentException(
					"outcome must not be " + outcome + " for a read: a read has no effect, use NOT_APPLIED");
		}
		if (attempts < 0) {
			throw new IllegalArgumentException("attempts must not be " + attempts + ": use 0 for a call never sent");
		}
	}

	/**
	 * Return what a future failed with, without what its stages put around it.
	 * @param ex what a stage was told, or was thrown
	 * @return the cause
	 */
	public static Throwable causeOf(Throwable ex) {
		boolean wrapped = ex instanceof CompletionException || ex instanceof ExecutionException;
		Throwable cause = ex.getCause();
		return (wrapped && cause != null) ? cause : ex;
	}

	/**
	 * A failed read, after one attempt.
	 * @param operation the name of the call
	 * @param status how it ended
	 * @param reason why it failed
	 * @return the failure
	 */
	public static Failure ofRead(String operation, StatusCode status, Reason reason) {
		return new Failure(operation, false, status, reason, Outcome.NOT_APPLIED, null, 1, null, OptionalLong.empty(),
				null);
	}

	/**
	 * A failed write, after one attempt.
	 * @param operation the name of the call
	 * @param status how it ended
	 * @param reason why it failed
	 * @param outcome whether it may have been applied
	 * @return the failure
	 */
	public static Failure ofWrite(String operation, StatusCode status, Reason reason, Outcome outcome) {
		return new Failure(operation, true, status, reason, outcome, null, 1, null, OptionalLong.empty(), null);
	}

	/**
	 * The same failure at an endpoint.
	 * @param endpoint the endpoint of the last attempt, {@code null} if there was none
	 * @return the changed copy
	 */
	public Failure withEndpoint(@Nullable String endpoint) {
		return new Failure(this.operation, this.write, this.status, this.reason, this.outcome, endpoint, this.attempts,
				this.detail, this.compactedRevision, this.cause);
	}

	/**
	 * The same failure after a number of attempts.
	 * @param attempts how often the call was sent, 0 if it never was
	 * @return the changed copy
	 */
	public Failure withAttempts(int attempts) {
		return new Failure(this.operation, this.write, this.status, this.reason, this.outcome, this.endpoint, attempts,
				this.detail, this.compactedRevision, this.cause);
	}

	/**
	 * The same failure with its last cause in words.
	 * @param detail the words, never with a key or a value; {@code null} for none
	 * @return the changed copy
	 */
	public Failure withDetail(@Nullable String detail) {
		return new Failure(this.operation, this.write, this.status, this.reason, this.outcome, this.endpoint,
				this.attempts, detail, this.compactedRevision, this.cause);
	}

	/**
	 * The same failure with the revision up to which the store was compacted.
	 * @param revision the revision, 0 if it isn't known
	 * @return the changed copy
	 */
	public Failure withCompactedRevision(long revision) {
		return new Failure(this.operation, this.write, this.status, this.reason, this.outcome, this.endpoint,
				this.attempts, this.detail, (revision > 0) ? OptionalLong.of(revision) : OptionalLong.empty(),
				this.cause);
	}

	/**
	 * The same failure with what was thrown below.
	 * @param cause what was thrown, {@code null} for nothing
	 * @return the changed copy
	 */
	public Failure withCause(@Nullable Throwable cause) {
		return new Failure(this.operation, this.write, this.status, this.reason, this.outcome, this.endpoint,
				this.attempts, this.detail, this.compactedRevision, cause);
	}

	/**
	 * The exception for this failure: of the type that belongs to the reason, or to the
	 * status if the reason is {@link Reason#OTHER}.
	 * @return a new exception, with the stack trace of this call
	 */
	public EtcdException toException() {
		return switch (this.reason) {
			case COMPACTED -> new CompactedException(this);
			case LEASE_NOT_FOUND -> new LeaseNotFoundException(this);
			case PERMISSION_DENIED -> new PermissionDeniedException(this);
			case AUTHENTICATION_FAILED, INVALID_AUTH_TOKEN, USER_NAME_EMPTY, AUTH_OLD_REVISION ->
				new AuthenticationException(this);
			case NO_LEADER -> new NoLeaderException(this);
			case TIMEOUT, REQUEST_TIMED_OUT, TIMED_OUT_LEADER_FAILURE, TIMED_OUT_CONNECTION_LOST,
					TIMED_OUT_APPLIED_INDEX, TIMED_OUT_LEADER_TRANSFER, REQUEST_DEADLINE_EXCEEDED ->
				new EtcdTimeoutException(this);
			case NO_SPACE -> new NoSpaceException(this);
			case REQUEST_TOO_LARGE, MESSAGE_TOO_LARGE, RESPONSE_TOO_LARGE -> new TooLargeException(this);
			case SESSION_LOST -> new SessionLostException(this);
			case CLOSED -> new ClientClosedException(this);
			case OTHER -> exceptionOfStatus();
			default -> new EtcdException(this);
		};
	}

	private EtcdException exceptionOfStatus() {
		return switch (this.status) {
			case PERMISSION_DENIED -> new PermissionDeniedException(this);
			case UNAUTHENTICATED -> new AuthenticationException(this);
			case DEADLINE_EXCEEDED -> new EtcdTimeoutException(this);
			default -> new EtcdException(this);
		};
	}

	boolean isRetryable() {
		// Asking again would join the queue a second time, behind the first request.
		if (this.operation.equals("lock") || this.operation.equals("campaign")) {
			return false;
		}
		return switch (this.reason) {
			case NO_SPACE, REQUEST_TOO_LARGE, MESSAGE_TOO_LARGE, RESPONSE_TOO_LARGE, CLOSED -> false;
			case TOO_MANY_REQUESTS -> true;
			default -> switch (this.status) {
				case UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, DEADLINE_EXCEEDED -> true;
				default -> false;
			};
		};
	}

	String message() {
		StringBuilder message = new StringBuilder(this.operation).append(" failed");
		if (this.endpoint != null) {
			message.append(" on ").append(this.endpoint);
		}
		message.append(" after ").append(this.attempts).append((this.attempts != 1) ? " attempts (" : " attempt (");
		message.append(this.status);
		if (this.write) {
			message.append(", outcome ").append(this.outcome);
		}
		message.append("): ");
		if (this.detail != null && !this.detail.isBlank()) {
			appendOneLine(message, this.detail);
		}
		else if (this.reason.text() != null) {
			message.append(this.reason.text());
		}
		else {
			message.append("reason ").append(this.reason);
		}
		return message.toString();
	}

	/**
	 * A server's text must not be able to forge lines of a log, nor fill it.
	 */
	private static void appendOneLine(StringBuilder target, String text) {
		int length = Math.min(text.length(), MAX_DETAIL);
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			target.append(Character.isISOControl(c) ? ' ' : c);
		}
		if (length < text.length()) {
			target.append("...");
		}
	}

}
