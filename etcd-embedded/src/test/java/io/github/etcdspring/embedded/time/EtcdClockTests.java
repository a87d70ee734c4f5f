/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(30)
class EtcdClockTests {

	private final EtcdClock manual = EtcdClock.manual();

	private final EtcdClock system = EtcdClock.system();

	private final List<String> ran = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.manual.close();
		this.system.close();
	}

	@Test
	void manualStandsStillUntilAdvanced() {
		assertThat(this.manual.nanoTime()).isZero();
		this.manual.advance(Duration.ofSeconds(3));
		assertThat(this.manual.nanoTime()).isEqualTo(3_000_000_000L);
	}

	@Test
	void advanceRunsWhatIsDueInOrderOfTimeOnTheCallersThread() {
		List<Thread> threads = new ArrayList<>();
		List<Long> times = new ArrayList<>();
		for (int seconds : new int[] { 3, 1, 2, 5 }) {
			this.manual.schedule(Duration.ofSeconds(seconds), () -> {
				threads.add(Thread.currentThread());
				times.add(this.manual.nanoTime() / 1_000_000_000L);
			});
		}
		this.manual.advance(Duration.ofSeconds(4));
		assertThat(times).containsExactly(1L, 2L, 3L);
		assertThat(threads).containsOnly(Thread.currentThread());
		this.manual.advance(Duration.ofSeconds(1));
		assertThat(times).containsExactly(1L, 2L, 3L, 5L);
	}

	@Test
	void tasksOfTheSameTimeRunInTheOrderOfScheduling() {
		for (int i = 0; i < 5; i++) {
			String name = "task " + i;
			this.manual.schedule(Duration.ofSeconds(1), () -> this.ran.add(name));
		}
		this.manual.advance(Duration.ofSeconds(1));
		assertThat(this.ran).containsExactly("task 0", "task 1", "task 2", "task 3", "task 4");
	}

	@Test
	void tasksThatScheduleThemselvesAgainRunAsOftenAsTimePasses() {
		AtomicInteger count = new AtomicInteger();
		AtomicReference<Runnable> again = new AtomicReference<>();
		again.set(() -> {
			count.incrementAndGet();
			this.manual.schedule(Duration.ofMillis(500), again.get());
		});
		again.get().run();
		this.manual.advance(Duration.ofSeconds(10));
		assertThat(count).hasValue(21);
	}

	@Test
	void cancelledTasksDoNotRun() {
		EtcdClock.Cancellable cancelled = this.manual.schedule(Duration.ofSeconds(1), () -> this.ran.add("cancelled"));
		EtcdClock.Cancellable kept = this.manual.schedule(Duration.ofSeconds(1), () -> this.ran.add("kept"));
		assertThat(cancelled.cancel()).isTrue();
		assertThat(cancelled.cancel()).isFalse();
		this.manual.advance(Duration.ofSeconds(1));
		assertThat(this.ran).containsExactly("kept");
		assertThat(kept.cancel()).isFalse();
	}

	@Test
	void failingTaskDoesNotKeepOthersFromRunningAndIsReported() {
		IllegalArgumentException first = new IllegalArgumentException("first");
		this.manual.schedule(Duration.ofSeconds(1), () -> {
			throw first;
		});
		this.manual.schedule(Duration.ofSeconds(2), () -> {
			throw new IllegalArgumentException("second");
		});
		this.manual.schedule(Duration.ofSeconds(3), () -> this.ran.add("third"));
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.manual.advance(Duration.ofSeconds(3)))
			.withCause(first)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
		assertThat(this.ran).containsExactly("third");
		assertThat(this.manual.nanoTime()).isEqualTo(3_000_000_000L);
	}

	@Test
	void timeCannotGoBack() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.manual.advance(Duration.ofNanos(-1)))
			.withMessageContaining("PT-0.000000001S");
		assertThatIllegalArgumentException().isThrownBy(() -> this.manual.advance(Duration.ofDays(200_000)));
	}

	@Test
	void advancesOfSeveralThreadsAddUp() throws Exception {
		AtomicInteger count = new AtomicInteger();
		for (int i = 1; i <= 4000; i++) {
			this.manual.schedule(Duration.ofMillis(i), count::incrementAndGet);
		}
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				futures.add(threads.submit(() -> {
					for (int step = 0; step < 1000; step++) {
						this.manual.advance(Duration.ofMillis(1));
					}
				}));
			}
			for (Future<?> future : futures) {
				future.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(this.manual.nanoTime()).isEqualTo(4_000_000_000L);
		assertThat(count).hasValue(4000);
	}

	@Test
	void systemRunsTasksByItselfOnADaemonThread() throws Exception {
		CountDownLatch done = new CountDownLatch(1);
		AtomicReference<Thread> thread = new AtomicReference<>();
		long before = this.system.nanoTime();
		this.system.schedule(Duration.ofHours(1), () -> this.ran.add("never"));
		this.system.schedule(Duration.ofMillis(20), () -> {
			thread.set(Thread.currentThread());
			done.countDown();
		});
		assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(this.system.nanoTime() - before).isGreaterThanOrEqualTo(20_000_000L);
		assertThat(thread.get().isDaemon()).isTrue();
		assertThat(this.ran).isEmpty();
	}

	@Test
	void systemGoesOnAfterATaskFailed() throws Exception {
		CountDownLatch done = new CountDownLatch(1);
		AtomicReference<Throwable> reported = new AtomicReference<>();
		Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
		Thread.setDefaultUncaughtExceptionHandler((thread, error) -> reported.set(error));
		try {
			this.system.schedule(Duration.ZERO, () -> {
				throw new IllegalArgumentException("as asked");
			});
			this.system.schedule(Duration.ofMillis(5), done::countDown);
			assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(reported.get()).hasRootCauseMessage("as asked");
		}
		finally {
			Thread.setDefaultUncaughtExceptionHandler(before);
		}
	}

	@Test
	void systemCanBeAdvanced() {
		this.system.schedule(Duration.ofHours(1), () -> this.ran.add(Thread.currentThread().getName()));
		this.system.advance(Duration.ofHours(1));
		assertThat(this.ran).containsExactly(Thread.currentThread().getName());
		assertThat(this.system.nanoTime()).isGreaterThanOrEqualTo(Duration.ofHours(1).toNanos());
	}

	@Test
	void systemWakesUpForATaskThatAnAdvanceBroughtNear() throws Exception {
		CountDownLatch done = new CountDownLatch(1);
		this.system.schedule(Duration.ofSeconds(3600), done::countDown);
		this.system.advance(Duration.ofMillis(3_599_950));
		assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void closeEndsTheThreadAndDropsTasks() throws Exception {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		this.system.schedule(Duration.ZERO, () -> thread.complete(Thread.currentThread()));
		this.system.schedule(Duration.ofHours(1), () -> this.ran.add("dropped"));
		Thread own = thread.get(10, TimeUnit.SECONDS);
		this.system.close();
		own.join(10_000);
		assertThat(own.isAlive()).isFalse();
		assertThat(this.system.schedule(Duration.ZERO, () -> this.ran.add("late")).cancel()).isFalse();
		this.system.advance(Duration.ofHours(2));
		assertThat(this.ran).isEmpty();
	}

}
