/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.time.Duration;

import io.grpc.Status;

import io.github.etcdspring.embedded.error.EtcdError;

/**
 * A fault for the next calls of an operation, begun with
 * {@link Faults#next(int, Operation)}. It is scheduled by the method that says what goes
 * wrong; until then nothing happens. Not safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Fault {

	private final Faults faults;

	private final int calls;

	private final Operation operation;

	private Duration after = Duration.ZERO;

	Fault(Faults faults, int calls, Operation operation) {
		this.faults = faults;
		this.calls = calls;
		this.operation = operation;
	}

	/**
	 * Lets each call wait first. What goes wrong goes wrong afterwards.
	 * @param delay how long, on the clock of the server, zero or more
	 * @return this fault
	 * @throws IllegalArgumentException if the time is negative
	 */
	public Fault after(Duration delay) {
		if (delay.isNegative()) {
			throw new IllegalArgumentException("delay is " + delay + ": use zero or a positive duration");
		}
		this.after = delay;
		return this;
	}

	/**
	 * The calls succeed, later: a slow server.
	 * @param delay how long each call waits, on the clock of the server
	 * @return the faults, for more
	 * @throws IllegalArgumentException if the time is negative
	 */
	public Faults delay(Duration delay) {
		return after(delay).schedule(FaultPlan.Kind.NONE, Status.OK, 0);
	}

	/**
	 * The calls fail with one of etcd's errors and are not applied.
	 * @param error the error
	 * @return the faults, for more
	 */
	public Faults fail(EtcdError error) {
		return schedule(FaultPlan.Kind.FAIL, error.status(), 0);
	}

	/**
	 * The calls fail with any status and are not applied.
	 * @param code the code, not OK
	 * @param text the text
	 * @return the faults, for more
	 * @throws IllegalArgumentException if the code is OK
	 */
	public Faults fail(Status.Code code, String text) {
		return schedule(FaultPlan.Kind.FAIL, status(code, text), 0);
	}

	/**
	 * The calls are refused before they are proposed, as an overloaded server does:
	 * "etcdserver: too many requests".
	 * @return the faults, for more
	 */
	public Faults refuse() {
		return fail(EtcdError.TOO_MANY_REQUESTS);
	}

	/**
	 * The calls are applied, and their answer is one of etcd's errors.
	 * @param error the error, such as {@link EtcdError#TIMEOUT}
	 * @return the faults, for more
	 */
	public Faults failAfterApplying(EtcdError error) {
		return schedule(FaultPlan.Kind.FAIL_AFTER_APPLYING, error.status(), 0);
	}

	/**
	 * The calls are applied, and their answer is an error.
	 * @param code the code, not OK
	 * @param text the text
	 * @return the faults, for more
	 * @throws IllegalArgumentException if the code is OK
	 */
	public Faults failAfterApplying(Status.Code code, String text) {
		return schedule(FaultPlan.Kind.FAIL_AFTER_APPLYING, status(code, text), 0);
	}

	/**
	 * The connection is cut when such a call comes; the call is not applied. Everything
	 * else on the connection is lost with it.
	 * @return the faults, for more
	 */
	public Faults dropBeforeApplying() {
		return schedule(FaultPlan.Kind.DROP_BEFORE_APPLYING, Status.OK, 0);
	}

	/**
	 * The calls are applied, and the connection is cut instead of the answer. Everything
	 * else on the connection is lost with it.
	 * @return the faults, for more
	 */
	public Faults dropAfterApplying() {
		return schedule(FaultPlan.Kind.DROP_AFTER_APPLYING, Status.OK, 0);
	}

	/**
	 * The calls are neither applied nor answered.
	 * @return the faults, for more
	 */
	public Faults never() {
		return schedule(FaultPlan.Kind.NEVER, Status.OK, 0);
	}

	/**
	 * The connection is cut when the server has sent some messages on the stream.
	 * @param messages after how many messages, 1 or more
	 * @return the faults, for more
	 * @throws IllegalArgumentException if the number is not positive
	 */
	public Faults cutAfter(int messages) {
		return schedule(FaultPlan.Kind.CUT, Status.OK, positive(messages));
	}

	/**
	 * The stream ends with one of etcd's errors when the server has sent some messages on
	 * it.
	 * @param messages after how many messages, 1 or more
	 * @param error the error
	 * @return the faults, for more
	 * @throws IllegalArgumentException if the number is not positive
	 */
	public Faults endAfter(int messages, EtcdError error) {
		return schedule(FaultPlan.Kind.END, error.status(), positive(messages));
	}

	private Faults schedule(FaultPlan.Kind kind, Status status, int messages) {
		return this.faults.schedule(this.calls, this.operation, new FaultPlan(kind, this.after, status, messages));
	}

	private static int positive(int messages) {
		if (messages < 1) {
			throw new IllegalArgumentException("messages is " + messages + ": use 1 or more");
		}
		return messages;
	}

	private static Status status(Status.Code code, String text) {
		if (code == Status.Code.OK) {
			throw new IllegalArgumentException("code is OK: use the code of an error, or delay(...) for a success");
		}
		return code.toStatus().withDescription(text);
	}

}
