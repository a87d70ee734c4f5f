/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

import io.grpc.MethodDescriptor;
import io.grpc.Status;

import io.github.etcdspring.client.error.Reason;

/**
 * Says how a {@link ScriptedEtcd} answers the calls of a method. From
 * {@link ScriptedEtcd#on} each method called here is for one more call; from
 * {@link ScriptedEtcd#byDefault} the last one is for all calls that nothing was said for.
 * <p>
 * Answers to a method with one request come after the request was received. Thread-safe.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the answers
 * @since 0.1.0
 */
public final class Answers<Q, R> {

	private final ScriptedMethod<Q, R> method;

	private final boolean byDefault;

	private final Duration delay;

	Answers(ScriptedMethod<Q, R> method, boolean byDefault, Duration delay) {
		this.method = method;
		this.byDefault = byDefault;
		this.delay = delay;
	}

	static Status checkFailure(Status status) {
		if (status.isOk()) {
			throw new IllegalArgumentException("'status' must be an error but was OK: use reply or complete");
		}
		return status;
	}

	static Status status(Status.Code code, Reason reason) {
		if (reason.text() == null) {
			throw new IllegalArgumentException("'reason' must be one that etcd has a text for but was " + reason);
		}
		return code.toStatus().withDescription(reason.text());
	}

	/**
	 * Answer with a message that has nothing but a header, which for many methods is all
	 * that success looks like.
	 * @return the answers that follow
	 */
	public Answers<Q, R> reply() {
		MethodDescriptor<Q, R> descriptor = this.method.descriptor();
		return reply(descriptor.parseResponse(new ByteArrayInputStream(new byte[0])));
	}

	/**
	 * Answer with a message. If it has a header, what that leaves at 0 is
	 * {@linkplain ScriptedEtcd#header filled in}.
	 * @param answer the message
	 * @return the answers that follow
	 */
	public Answers<Q, R> reply(R answer) {
		Objects.requireNonNull(answer, "'answer' must not be null: use reply() for an empty one");
		return reply((request) -> answer);
	}

	/**
	 * Answer each request of the call with a message, and complete the call after the
	 * last one.
	 * @param answer makes the message from the request; called on a thread of the script
	 * @return the answers that follow
	 */
	public Answers<Q, R> reply(Function<? super Q, ? extends R> answer) {
		Objects.requireNonNull(answer, "'answer' must not be null");
		return run((call) -> {
			int number = 1;
			for (Q request = call.nextRequest(number); request != null; request = call.nextRequest(number)) {
				call.send(answer.apply(request));
				number++;
			}
			call.complete();
		});
	}

	/**
	 * Fail the call. A stream in both directions fails when it is opened.
	 * @param status the status, with the text that etcd would send
	 * @return the answers that follow
	 * @throws IllegalArgumentException if the status is OK
	 */
	public Answers<Q, R> fail(Status status) {
		checkFailure(status);
		return run((call) -> {
			awaitOnlyRequest(call);
			call.fail(status);
		});
	}

	/**
	 * Fail the call with one of etcd's errors.
	 * @param code the code that etcd sends with it, which for some errors depends on the
	 * version
	 * @param reason the reason, which says the text
	 * @return the answers that follow
	 * @throws IllegalArgumentException if the code is OK, or etcd has no text for the
	 * reason
	 */
	public Answers<Q, R> fail(Status.Code code, Reason reason) {
		return fail(status(code, reason));
	}

	/**
	 * Accept the call and leave it without an answer. The test may still give one, see
	 * {@link ScriptedEtcd#takeCall}.
	 * @return the answers that follow
	 */
	public Answers<Q, R> silence() {
		return run((call) -> {
		});
	}

	/**
	 * Close the connection instead of answering, as when the answer to a write is lost
	 * after the server has applied it. To answer first, see
	 * {@link ScriptedCall#dropConnection()}.
	 * @return the answers that follow
	 */
	public Answers<Q, R> dropConnection() {
		return run((call) -> {
			awaitOnlyRequest(call);
			call.dropConnection();
		});
	}

	/**
	 * Do what a script says.
	 * @param script the script
	 * @return the answers that follow
	 */
	public Answers<Q, R> run(CallScript<Q, R> script) {
		Objects.requireNonNull(script, "'script' must not be null");
		this.method.add(new ScriptedMethod.Answer<>(script, this.delay), this.byDefault);
		return this.delay.isZero() ? this : new Answers<>(this.method, this.byDefault, Duration.ZERO);
	}

	/**
	 * Let the next answer begin later.
	 * @param delay the time from the arrival of the call
	 * @return the answers that follow, the first of them delayed
	 * @throws IllegalArgumentException if the time is negative
	 */
	public Answers<Q, R> delay(Duration delay) {
		if (delay.isNegative()) {
			throw new IllegalArgumentException("'delay' must not be negative but was " + delay);
		}
		return new Answers<>(this.method, this.byDefault, delay);
	}

	private static <Q> void awaitOnlyRequest(ScriptedCall<Q, ?> call) {
		if (call.hasOneRequest()) {
			call.nextRequest(1);
		}
	}

}
