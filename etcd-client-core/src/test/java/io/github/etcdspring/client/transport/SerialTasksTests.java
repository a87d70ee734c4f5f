/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SerialTasksTests {

	private final CallbackExecutor callbacks = new CallbackExecutor(null, "etcd-serial-under-test");

	private final SerialTasks tasks = new SerialTasks(this.callbacks);

	@AfterEach
	void close() {
		this.callbacks.close(TimeUnit.SECONDS.toNanos(1));
	}

	@Test
	void tasksRunOneAfterTheOtherInOrder() throws InterruptedException {
		int count = 2_000;
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		CountDownLatch done = new CountDownLatch(count);
		for (int i = 0; i < count; i++) {
			int number = i;
			this.tasks.execute(() -> {
				most.accumulateAndGet(running.incrementAndGet(), Math::max);
				order.add(number);
				running.decrementAndGet();
				done.countDown();
			});
		}
		assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(most).hasValue(1);
		assertThat(order).containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
	}

	@Test
	void taskThatFailsDoesNotStopTheOthers() throws InterruptedException {
		CountDownLatch done = new CountDownLatch(2);
		this.tasks.execute(() -> {
			throw new IllegalStateException("thrown by a test");
		});
		this.tasks.execute(done::countDown);
		this.tasks.execute(() -> {
			throw new AssertionError("thrown by a test");
		});
		this.tasks.execute(done::countDown);
		assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
	}

}
