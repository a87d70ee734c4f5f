/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server does with the calls of one method, and those it saw.
 *
 * @param <Q> the type of the requests
 * @param <R> the type of the answers
 */
final class ScriptedMethod<Q, R> implements ServerCallHandler<Q, R> {

	private static final Logger logger = LoggerFactory.getLogger(ScriptedEtcd.class);

	private final MethodDescriptor<Q, R> descriptor;

	private final ScriptedEtcd server;

	private final Monitor monitor;

	private final Deque<Answer<Q, R>> queue = new ArrayDeque<>();

	private final List<ScriptedCall<Q, R>> calls = new ArrayList<>();

	private @Nullable Answer<Q, R> byDefault;

	private boolean scripted;

	private int taken;

	ScriptedMethod(MethodDescriptor<Q, R> descriptor, ScriptedEtcd server, Monitor monitor) {
		this.descriptor = descriptor;
		this.server = server;
		this.monitor = monitor;
	}

	MethodDescriptor<Q, R> descriptor() {
		return this.descriptor;
	}

	void add(Answer<Q, R> answer, boolean byDefault) {
		synchronized (this.monitor) {
			this.scripted = true;
			if (byDefault) {
				this.byDefault = answer;
			}
			else {
				this.queue.add(answer);
			}
		}
	}

	/**
	 * Whether anything was ever said about the method.
	 * @return {@code false} if the server acts as if there were no such method
	 */
	boolean isScripted() {
		synchronized (this.monitor) {
			return this.scripted;
		}
	}

	List<ScriptedCall<Q, R>> calls() {
		synchronized (this.monitor) {
			return List.copyOf(this.calls);
		}
	}

	ScriptedCall<Q, R> take(Duration timeout, Supplier<String> seen) {
		return this.monitor.await(timeout, () -> (this.calls.size() > this.taken) ? this.calls.get(this.taken++) : null,
				() -> "no call " + (this.taken + 1) + " of " + this.descriptor.getFullMethodName() + "; " + seen.get());
	}

	@Override
	public ServerCall.Listener<Q> startCall(ServerCall<Q, R> wire, Metadata metadata) {
		ScriptedCall<Q, R> call;
		Answer<Q, R> answer;
		synchronized (this.monitor) {
			call = this.server.accept(this.calls.size() + 1, wire, metadata);
			this.calls.add(call);
			answer = this.queue.isEmpty() ? this.byDefault : this.queue.remove();
			this.monitor.changed();
		}
		wire.request(1);
		if (answer != null) {
			this.server.execute(() -> run(answer.script(), call), answer.delay());
		}
		else {
			call.fail(Status.INVALID_ARGUMENT.withDescription("there is no answer left for " + call
					+ ": give one more with on(...), or one for all with byDefault(...)"));
		}
		return call.listener();
	}

	private void run(CallScript<Q, R> script, ScriptedCall<Q, R> call) {
		try {
			script.run(call);
		}
		catch (CallOverError ex) {
			// The client was not interested in the rest of the script.
			failed(call, ex);
		}
		catch (Throwable ex) {
			logger.warn("The script of {} failed", call, ex);
			failed(call, ex);
		}
	}

	private static void failed(ScriptedCall<?, ?> call, Throwable failure) {
		call.fail(Status.INVALID_ARGUMENT.withDescription("the script failed: " + failure));
	}

	/**
	 * What is done with one call.
	 *
	 * @param script does it
	 * @param delay how long it waits before
	 */
	record Answer<Q, R>(CallScript<Q, R> script, Duration delay) {
	}

}
