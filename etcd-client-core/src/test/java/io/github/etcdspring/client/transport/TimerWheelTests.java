/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class TimerWheelTests {

	private static final String THREAD = "etcd-timer-under-test";

	private static final long TURN_MILLIS = 5120;

	private static final Runnable NOTHING = () -> {
	};

	private TimerWheel wheel;

	@BeforeEach
	void start() {
		this.wheel = new TimerWheel(THREAD);
	}

	@AfterEach
	void close() {
		this.wheel.close((task) -> {
		});
	}

	@Test
	void tasksRunNeverEarlyAndMostlyWithinTwoTicks() throws InterruptedException {
		int count = 60;
		long[] lateness = new long[count];
		CountDownLatch done = new CountDownLatch(count);
		for (int i = 0; i < count; i++) {
			int index = i;
			long delay = TimeUnit.MICROSECONDS.toNanos(7_300L * i);
			long begin = this.wheel.nanoTime();
			this.wheel.schedule(delay, () -> {
				lateness[index] = this.wheel.nanoTime() - begin - delay;
				done.countDown();
			});
		}
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		Arrays.sort(lateness);
		assertThat(lateness[0]).as("the earliest, in nanoseconds").isNotNegative();
		assertThat(lateness[count / 2]).as("the median, in nanoseconds")
			.isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(25));
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void delayInThePastMeansAsSoonAsPossible(long delay) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		this.wheel.schedule(delay, done::countDown);
		assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void endlessDelayDoesNotOverflowIntoThePast() throws InterruptedException {
		CountDownLatch wrong = new CountDownLatch(1);
		CountDownLatch right = new CountDownLatch(1);
		this.wheel.schedule(Long.MAX_VALUE, wrong::countDown);
		this.wheel.schedule(TimeUnit.MILLISECONDS.toNanos(100), right::countDown);
		assertThat(right.await(5, TimeUnit.SECONDS)).isTrue();
		assertThat(wrong.getCount()).isOne();
	}

	@Test
	void taskBeyondOneTurnWaitsForItsOwnTurn() throws InterruptedException {
		long delayMillis = TURN_MILLIS + 150;
		Queue<String> order = new ConcurrentLinkedQueue<>();
		CountDownLatch done = new CountDownLatch(2);
		long begin = System.nanoTime();
		this.wheel.schedule(TimeUnit.MILLISECONDS.toNanos(delayMillis), () -> {
			order.add("far");
			done.countDown();
		});
		// In the same bucket, one turn earlier.
		this.wheel.schedule(TimeUnit.MILLISECONDS.toNanos(150), () -> {
			order.add("near");
			done.countDown();
		});
		assertThat(done.await(delayMillis + 5_000, TimeUnit.MILLISECONDS)).isTrue();
		assertThat(order).containsExactly("near", "far");
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(delayMillis));
	}

	@Test
	void manyTasksOfSeveralThreadsAllRunOnce() throws InterruptedException {
		int threads = 4;
		int each = 25_000;
		AtomicIntegerArray runs = new AtomicIntegerArray(threads * each);
		CountDownLatch done = new CountDownLatch(threads * each / 2);
		List<Thread> schedulers = new ArrayList<>();
		for (int t = 0; t < threads; t++) {
			int first = t * each;
			Random random = new Random(t);
			Thread scheduler = new Thread(() -> {
				for (int i = first; i < first + each; i++) {
					int index = i;
					Timer.Timeout timeout = this.wheel
						.schedule(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(300)), () -> {
							runs.incrementAndGet(index);
							done.countDown();
						});
					if (index % 2 == 1) {
						timeout.cancel();
					}
				}
			});
			scheduler.start();
			schedulers.add(scheduler);
		}
		for (Thread scheduler : schedulers) {
			scheduler.join();
		}
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		for (int i = 0; i < threads * each; i++) {
			assertThat(runs.get(i)).as("runs of task %d", i).isEqualTo((i % 2 == 0) ? 1 : 0);
		}
	}

	@Test
	void taskMayScheduleTheNextOne() throws InterruptedException {
		CountDownLatch steps = new CountDownLatch(20);
		new Runnable() {
			@Override
			public void run() {
				steps.countDown();
				TimerWheelTests.this.wheel.schedule(1, this);
			}
		}.run();
		assertThat(steps.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void cancelledTaskIsLetGo() {
		Runnable task = new Runnable() {
			@Override
			public void run() {
			}
		};
		Timer.Timeout timeout = this.wheel.schedule(TimeUnit.HOURS.toNanos(1), task);
		timeout.cancel();
		timeout.cancel();
		WeakReference<Runnable> reference = new WeakReference<>(task);
		task = null;
		await().untilAsserted(() -> {
			System.gc();
			assertThat(reference.get()).isNull();
		});
	}

	@Test
	void taskThatFailsDoesNotStopTheOthers() throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		this.wheel.schedule(0, () -> {
			throw new IllegalStateException("thrown by a test");
		});
		this.wheel.schedule(TimeUnit.MILLISECONDS.toNanos(20), () -> {
			throw new AssertionError("thrown by a test");
		});
		this.wheel.schedule(TimeUnit.MILLISECONDS.toNanos(60), done::countDown);
		assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void closeHandsOverEachPendingTaskOnceAndEndsTheThread() {
		List<Runnable> pending = new ArrayList<>();
		for (int i = 0; i < 1_000; i++) {
			Runnable task = new NamedTask(i);
			pending.add(task);
			this.wheel.schedule(TimeUnit.SECONDS.toNanos(10 + i), task);
		}
		this.wheel.schedule(TimeUnit.SECONDS.toNanos(10), new NamedTask(-1)).cancel();
		Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
		this.wheel.close(handedOver::add);
		assertThat(handedOver).containsExactlyInAnyOrderElementsOf(pending);
		assertThat(thread()).isNull();
		this.wheel.schedule(0, () -> handedOver.add(NOTHING));
		this.wheel.close(handedOver::add);
		assertThat(handedOver).hasSameSizeAs(pending);
	}

	@Test
	void closeHandsOverTasksThatTheThreadHasNotTakenYet() throws InterruptedException {
		CountDownLatch busy = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.wheel.schedule(0, () -> {
			busy.countDown();
			awaitLatch(goOn);
		});
		assertThat(busy.await(5, TimeUnit.SECONDS)).isTrue();
		AtomicInteger ran = new AtomicInteger();
		Runnable due = ran::incrementAndGet;
		this.wheel.schedule(0, due);
		Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
		Thread closer = new Thread(() -> this.wheel.close(handedOver::add));
		closer.start();
		await()
			.until(() -> closer.getState() == Thread.State.WAITING || closer.getState() == Thread.State.TIMED_WAITING);
		goOn.countDown();
		closer.join();
		assertThat(handedOver).containsExactly(due);
		assertThat(ran).hasValue(0);
	}

	@Test
	void closeOnTheTimersOwnThreadHandsOverOnce() {
		Runnable later = new NamedTask(1);
		Runnable sameTick = new NamedTask(2);
		Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
		long delay = TimeUnit.MILLISECONDS.toNanos(50);
		this.wheel.schedule(TimeUnit.SECONDS.toNanos(30), later);
		CountDownLatch returned = new CountDownLatch(1);
		this.wheel.schedule(delay, () -> {
			this.wheel.schedule(0, sameTick);
			this.wheel.close(handedOver::add);
			returned.countDown();
		});
		await().untilAsserted(() -> assertThat(thread()).isNull());
		assertThat(returned.getCount()).isZero();
		assertThat(handedOver).containsExactlyInAnyOrder(later, sameTick);
	}

	@Test
	void closeDoesNotWaitForeverForATaskThatBlocks() throws InterruptedException {
		CountDownLatch busy = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.wheel.schedule(0, () -> {
			busy.countDown();
			awaitLatch(goOn);
		});
		assertThat(busy.await(5, TimeUnit.SECONDS)).isTrue();
		Queue<Runnable> handedOver = new ConcurrentLinkedQueue<>();
		Runnable later = new NamedTask(1);
		this.wheel.schedule(TimeUnit.HOURS.toNanos(1), later);
		CountDownLatch returned = new CountDownLatch(1);
		new Thread(() -> {
			this.wheel.close(handedOver::add);
			returned.countDown();
		}).start();
		assertThat(returned.await(5, TimeUnit.SECONDS)).isTrue();
		goOn.countDown();
		await().untilAsserted(() -> assertThat(handedOver).containsExactly(later));
	}

	@Test
	void interruptedCloserStillWaitsAndStaysInterrupted() {
		Thread.currentThread().interrupt();
		try {
			this.wheel.close((task) -> {
			});
			assertThat(thread()).isNull();
			assertThat(Thread.currentThread().isInterrupted()).isTrue();
		}
		finally {
			Thread.interrupted();
		}
	}

	@Test
	void idleThreadUsesNoCpuAndWakesUpForANewTask() throws InterruptedException {
		this.wheel.schedule(0, NOTHING);
		Thread thread = Objects.requireNonNull(thread());
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(thread.getState()).isEqualTo(Thread.State.WAITING));
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long before = threads.getThreadCpuTime(thread.getId());
		pass(Duration.ofSeconds(1));
		assertThat(Duration.ofNanos(threads.getThreadCpuTime(thread.getId()) - before))
			.isLessThan(Duration.ofMillis(5));
		CountDownLatch done = new CountDownLatch(1);
		long begin = System.nanoTime();
		this.wheel.schedule(TimeUnit.MILLISECONDS.toNanos(30), done::countDown);
		assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(30), Duration.ofSeconds(1));
	}

	@Test
	void threadWithOnlyADistantTaskUsesHardlyAnyCpuAndStillRunsTheTask() throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		this.wheel.schedule(TimeUnit.MILLISECONDS.toNanos(3_000), done::countDown);
		Thread thread = Objects.requireNonNull(thread());
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		// A second of ticking, in case more tasks come, and then quiet.
		pass(Duration.ofMillis(1_600));
		long before = threads.getThreadCpuTime(thread.getId());
		pass(Duration.ofSeconds(1));
		assertThat(Duration.ofNanos(threads.getThreadCpuTime(thread.getId()) - before))
			.isLessThan(Duration.ofMillis(5));
		assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void wakeUpIsNeverLostWhileTheThreadFallsAsleep() throws InterruptedException {
		// The thread goes to sleep about one second after the last task: aim at that
		// moment from both sides.
		for (int i = 0; i < 3; i++) {
			this.wheel.schedule(0, NOTHING);
			Thread thread = Objects.requireNonNull(thread());
			await().atMost(Duration.ofSeconds(20))
				.pollInterval(Duration.ofNanos(200_000))
				.pollDelay(Duration.ofMillis(900))
				.untilAsserted(() -> assertThat(thread.getState()).isEqualTo(Thread.State.WAITING));
			CountDownLatch done = new CountDownLatch(1);
			this.wheel.schedule(0, done::countDown);
			assertThat(done.await(3, TimeUnit.SECONDS)).isTrue();
		}
	}

	private static @Nullable Thread thread() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals(THREAD))
			.findFirst()
			.orElse(null);
	}

	private static void pass(Duration time) throws InterruptedException {
		assertThat(new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS)).isFalse();
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private record NamedTask(int number) implements Runnable {

		@Override
		public void run() {
			throw new IllegalStateException("Task " + this.number + " must not run");
		}

	}

}
