/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class CallbackExecutorTests {

	private static final String NAME = "etcd-callbacks-under-test";

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	@Test
	void ownThreadsAreDaemonsWithTheClientsName() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor(null, NAME);
		try {
			CompletableFuture<Thread> thread = new CompletableFuture<>();
			callbacks.execute(() -> thread.complete(Thread.currentThread()));
			assertThat(thread.get(5, TimeUnit.SECONDS).isDaemon()).isTrue();
			assertThat(thread.get().getName()).startsWith(NAME);
		}
		finally {
			callbacks.close(SECOND);
		}
	}

	@Test
	void ownThreadsAreAsManyAsThereAreTasksThatBlock() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor(null, NAME);
		try {
			CountDownLatch all = new CountDownLatch(30);
			CountDownLatch last = new CountDownLatch(1);
			for (int i = 0; i < 30; i++) {
				callbacks.execute(() -> {
					all.countDown();
					awaitLatch(last);
				});
			}
			assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
			callbacks.execute(last::countDown);
			assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			callbacks.close(SECOND);
		}
	}

	@Test
	void withoutATaskThereIsNoThread() {
		new CallbackExecutor(null, NAME).close(SECOND);
		assertThat(ownThreads()).isZero();
	}

	@Test
	void applicationsExecutorIsUsedAndStaysOpen() throws Exception {
		ExecutorService application = Executors.newSingleThreadExecutor((task) -> new Thread(task, "application"));
		try {
			CallbackExecutor callbacks = new CallbackExecutor(application, NAME);
			CompletableFuture<String> thread = new CompletableFuture<>();
			callbacks.execute(() -> thread.complete(Thread.currentThread().getName()));
			assertThat(thread.get(5, TimeUnit.SECONDS)).isEqualTo("application");
			callbacks.close(SECOND);
			assertThat(application.isShutdown()).isFalse();
			assertThat(ownThreads()).isZero();
		}
		finally {
			application.shutdownNow();
		}
	}

	@Test
	void refusedTaskRunsOnAnOwnThread() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor((task) -> {
			throw new RejectedExecutionException("full");
		}, NAME);
		assertThat(nameOfThreadThatRuns(callbacks)).startsWith(NAME);
		callbacks.close(SECOND);
	}

	@Test
	void taskRunsEvenIfTheApplicationsExecutorIsBroken() throws Exception {
		// Spring's executors throw an IllegalStateException once they are shut down.
		CallbackExecutor callbacks = new CallbackExecutor((task) -> {
			throw new IllegalStateException("not initialized");
		}, NAME);
		assertThat(nameOfThreadThatRuns(callbacks)).startsWith(NAME);
		callbacks.close(SECOND);
	}

	@Test
	void taskRunsEvenIfTheApplicationsExecutorFindsNoThread() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor((task) -> {
			throw new OutOfMemoryError("unable to create native thread (thrown by a test)");
		}, NAME);
		assertThat(nameOfThreadThatRuns(callbacks)).startsWith(NAME);
		callbacks.close(SECOND);
	}

	@Test
	void onlyTasksOnTheEnginesThreadAreMarkedAsSuch() throws Exception {
		CallbackExecutor onTheSpot = new CallbackExecutor(Runnable::run, NAME);
		CompletableFuture<Boolean> marked = new CompletableFuture<>();
		CompletableFuture<Boolean> nested = new CompletableFuture<>();
		CompletableFuture<Boolean> afterNested = new CompletableFuture<>();
		onTheSpot.execute(() -> {
			marked.complete(CallbackExecutor.isEngineThread());
			onTheSpot.execute(() -> nested.complete(CallbackExecutor.isEngineThread()));
			afterNested.complete(CallbackExecutor.isEngineThread());
		});
		assertThat(marked).isCompletedWithValue(true);
		assertThat(nested).isCompletedWithValue(true);
		assertThat(afterNested).isCompletedWithValue(true);
		assertThat(CallbackExecutor.isEngineThread()).isFalse();
		CallbackExecutor own = new CallbackExecutor(null, NAME);
		CompletableFuture<Boolean> onOwnThread = new CompletableFuture<>();
		own.execute(() -> onOwnThread.complete(CallbackExecutor.isEngineThread()));
		assertThat(onOwnThread.get(5, TimeUnit.SECONDS)).isFalse();
		own.close(SECOND);
	}

	@Test
	void markIsTakenOffAfterATaskThatFails() {
		CallbackExecutor onTheSpot = new CallbackExecutor((task) -> {
			task.run();
			throw new IllegalStateException("thrown by a test");
		}, NAME);
		onTheSpot.execute(() -> {
		});
		assertThat(CallbackExecutor.isEngineThread()).isFalse();
		onTheSpot.close(SECOND);
	}

	@Test
	void closeWaitsForTasksThatAreRunning() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor(null, NAME);
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		callbacks.execute(() -> {
			running.countDown();
			awaitLatch(goOn);
			interrupted.complete(Thread.currentThread().isInterrupted());
		});
		assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
		Thread closer = new Thread(() -> callbacks.close(20 * SECOND));
		closer.start();
		await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
		goOn.countDown();
		closer.join(10_000);
		assertThat(closer.isAlive()).isFalse();
		assertThat(interrupted).isCompletedWithValue(false);
		assertThat(ownThreads()).isZero();
	}

	@Test
	void closeInterruptsATaskThatTakesTooLong() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor(null, NAME);
		CountDownLatch running = new CountDownLatch(1);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		callbacks.execute(() -> {
			running.countDown();
			try {
				new CountDownLatch(1).await(30, TimeUnit.SECONDS);
				interrupted.complete(false);
			}
			catch (InterruptedException ex) {
				interrupted.complete(true);
			}
		});
		assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
		Duration took = Elapsed.of(() -> callbacks.close(TimeUnit.MILLISECONDS.toNanos(100)));
		assertThat(took).isLessThan(Duration.ofSeconds(5));
		assertThat(interrupted.get(5, TimeUnit.SECONDS)).isTrue();
		await().untilAsserted(() -> assertThat(ownThreads()).isZero());
	}

	@Test
	void closeOnAnOwnThreadReturnsAtOnceAndTheThreadEnds() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor(null, NAME);
		CompletableFuture<Duration> took = new CompletableFuture<>();
		callbacks.execute(() -> took.complete(Elapsed.of(() -> callbacks.close(30 * SECOND))));
		assertThat(took.get(20, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(5));
		await().untilAsserted(() -> assertThat(ownThreads()).isZero());
	}

	@Test
	void closeOnAThreadOfAnotherExecutorWaits() throws Exception {
		CallbackExecutor other = new CallbackExecutor(null, "etcd-other");
		CallbackExecutor callbacks = new CallbackExecutor(null, NAME);
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		callbacks.execute(() -> {
			running.countDown();
			awaitLatch(goOn);
		});
		assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Long> left = new CompletableFuture<>();
		other.execute(() -> {
			callbacks.close(20 * SECOND);
			left.complete(ownThreads());
		});
		goOn.countDown();
		assertThat(left.get(20, TimeUnit.SECONDS)).isZero();
		other.close(SECOND);
	}

	@Test
	void taskAfterCloseStillRunsBecauseSomebodyMayWaitForIt() throws Exception {
		CallbackExecutor used = new CallbackExecutor(null, NAME);
		nameOfThreadThatRuns(used);
		used.close(SECOND);
		assertThat(nameOfThreadThatRuns(used)).startsWith(NAME);
		CallbackExecutor unused = new CallbackExecutor(null, NAME);
		unused.close(SECOND);
		assertThat(nameOfThreadThatRuns(unused)).startsWith(NAME);
		await().untilAsserted(() -> assertThat(ownThreads()).isZero());
	}

	@Test
	void interruptedCloserStaysInterruptedAndLeavesNoThread() throws Exception {
		CallbackExecutor callbacks = new CallbackExecutor(null, NAME);
		nameOfThreadThatRuns(callbacks);
		Thread.currentThread().interrupt();
		callbacks.close(20 * SECOND);
		assertThat(Thread.interrupted()).isTrue();
		await().untilAsserted(() -> assertThat(ownThreads()).isZero());
	}

	private static String nameOfThreadThatRuns(CallbackExecutor callbacks) throws Exception {
		CompletableFuture<String> name = new CompletableFuture<>();
		callbacks.execute(() -> name.complete(Thread.currentThread().getName()));
		return name.get(5, TimeUnit.SECONDS);
	}

	private static long ownThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(NAME))
			.count();
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
