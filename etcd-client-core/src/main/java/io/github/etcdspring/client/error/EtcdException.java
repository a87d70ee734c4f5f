/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import org.jspecify.annotations.Nullable;

/**
 * A call to etcd has failed. The subclasses are the failures that an application may want
 * to handle on their own; all others are told apart by {@link #reason()}.
 * <p>
 * The message names the operation, the endpoint, the number of attempts and the last
 * cause, never a key or a value.
 *
 * @since 0.1.0
 */
public class EtcdException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final StatusCode status;

	private final Reason reason;

	private final String operation;

	private final @Nullable String endpoint;

	private final int attempts;

	private final Outcome outcome;

	private final boolean retryable;

	/**
	 * Creates the exception for a failure; {@link Failure#toException()} picks the type.
	 * @param failure the facts
	 */
	protected EtcdException(Failure failure) {
		super(failure.message(), failure.cause());
		this.status = failure.status();
		this.reason = failure.reason();
		this.operation = failure.operation();
		this.endpoint = failure.endpoint();
		this.attempts = failure.attempts();
		this.outcome = failure.outcome();
		this.retryable = failure.isRetryable();
	}

	/**
	 * How the call ended.
	 * @return the status of its last attempt
	 */
	public StatusCode status() {
		return this.status;
	}

	/**
	 * Why the call failed.
	 * @return the reason
	 */
	public Reason reason() {
		return this.reason;
	}

	/**
	 * Which call failed.
	 * @return its name, such as "put" or "get"
	 */
	public String operation() {
		return this.operation;
	}

	/**
	 * Where the call failed.
	 * @return the endpoint of the last attempt, {@code null} if there was none
	 */
	public @Nullable String endpoint() {
		return this.endpoint;
	}

	/**
	 * How often the call was sent.
	 * @return the number of attempts, 0 if it never was
	 */
	public int attempts() {
		return this.attempts;
	}

	/**
	 * Whether the write may have been applied.
	 * @return the outcome, {@link Outcome#NOT_APPLIED} for a read
	 */
	public Outcome outcome() {
		return this.outcome;
	}

	/**
	 * Whether the same call, made again later, may well succeed: the status is
	 * UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED or DEADLINE_EXCEEDED, or the server had
	 * too many requests. Not if the store is full, a message is too large or the client
	 * is closed, and never for a lock or a campaign, where asking again would queue again
	 * behind the first request.
	 * <p>
	 * It does not say that a repeated write is harmless: if {@link #outcome()} is
	 * {@link Outcome#UNKNOWN}, the write would perhaps be applied twice.
	 * @return whether a repetition may succeed
	 */
	public boolean isRetryable() {
		return this.retryable;
	}

}
