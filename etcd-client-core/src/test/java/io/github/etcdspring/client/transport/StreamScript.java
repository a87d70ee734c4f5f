/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.ScriptedServer.StreamStep;

/**
 * What a {@link ScriptedServer} does with the streams of one method, and what it saw.
 */
final class StreamScript {

	private final Executor executor;

	private final List<ScriptedStream> streams = new ArrayList<>();

	private List<StreamStep> steps = List.of();

	private int first;

	StreamScript(Executor executor) {
		this.executor = executor;
	}

	synchronized void replace(List<StreamStep> steps) {
		this.steps = steps;
		this.first = this.streams.size();
	}

	synchronized List<ScriptedStream> streams() {
		return List.copyOf(this.streams);
	}

	ServerCall.Listener<byte[]> opened(ServerCall<byte[], byte[]> call, Metadata headers) {
		ScriptedStream stream;
		@Nullable StreamStep step;
		synchronized (this) {
			stream = new ScriptedStream(this.streams.size() + 1, call, headers);
			step = this.steps.isEmpty() ? null
					: this.steps.get(Math.min(this.streams.size() - this.first, this.steps.size() - 1));
			this.streams.add(stream);
			notifyAll();
		}
		call.request(1);
		if (step != null) {
			StreamStep chosen = step;
			this.executor.execute(() -> stream.run(chosen));
		}
		return stream.listener();
	}

	ScriptedStream await(int number) {
		return awaitOrFail(this, () -> this.streams.size() >= number, () -> "stream " + number,
				() -> this.streams.get(number - 1));
	}

	/**
	 * Wait until something is so.
	 * @param <T> the type of what is waited for
	 * @param lock what is notified of changes, and guards what is looked at
	 * @param condition what is waited for
	 * @param what the same in words
	 * @param result gets what is returned
	 * @return the result
	 */
	static <T> T awaitOrFail(Object lock, BooleanSupplier condition, Supplier<String> what, Supplier<T> result) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		synchronized (lock) {
			while (!condition.getAsBoolean()) {
				long rest = end - System.nanoTime();
				if (rest <= 0) {
					throw new AssertionError("There was no " + what.get() + " in time");
				}
				try {
					TimeUnit.NANOSECONDS.timedWait(lock, rest);
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
			return result.get();
		}
	}

}
