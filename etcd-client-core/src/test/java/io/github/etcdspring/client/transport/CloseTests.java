/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.proto.PutResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class CloseTests {

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private TestClient client() {
		return TestClient.of(this.server.endpoint()).open();
	}

	@Test
	void callsOnTheWireEndWithinASecond() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE);
		ExecutorService callers = Executors.newCachedThreadPool();
		try {
			TestClient client = client();
			List<Future<?>> pending = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				pending.add(client.kv().put("k", "v").async());
			}
			for (int i = 0; i < 5; i++) {
				Callable<Object> get = () -> client.kv().get("k").sync();
				pending.add(callers.submit(get));
			}
			this.server.call(ScriptedServer.PUT, 20);
			this.server.call(ScriptedServer.RANGE, 5);
			closeWithinASecond(client);
			for (Future<?> each : pending) {
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> each.get(1, TimeUnit.SECONDS))
					.havingCause()
					.isInstanceOfSatisfying(ClientClosedException.class, (ex) -> assertThat(ex.outcome())
						.isEqualTo(ex.operation().equals("put") ? Outcome.UNKNOWN : Outcome.NOT_APPLIED));
			}
			this.server.call(ScriptedServer.PUT, 1).cancelled().get(5, TimeUnit.SECONDS);
			assertThat(client.threads()).isZero();
			await().untilAsserted(() -> assertThat(this.server.openConnections()).isZero());
		}
		finally {
			callers.shutdownNow();
		}
	}

	@Test
	void callThatWaitsForAConnectionEnds() {
		try (TcpRelay hole = TcpRelay.blackHole()) {
			assertEndsNotApplied(TestClient.of(hole.endpoint()).open(),
					() -> await().until(() -> hole.accepted() == 1));
		}
	}

	@Test
	void callThatWaitsForARefusedConnectionEnds() {
		String nobody = this.server.endpoint();
		this.server.close();
		assertEndsNotApplied(TestClient.of(nobody).open(), () -> {
		});
	}

	@Test
	void callThatWaitsForAnAddressEnds() {
		CountDownLatch never = new CountDownLatch(1);
		CountDownLatch asked = new CountDownLatch(1);
		try {
			TestClient client = TestClient.of("http://etcd.example:2379").resolver((host) -> {
				asked.countDown();
				awaitLatch(never);
				return List.of();
			}).open();
			assertEndsNotApplied(client, () -> awaitLatch(asked));
		}
		finally {
			never.countDown();
		}
	}

	@Test
	void callThatWaitsForATokenEnds() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		assertEndsNotApplied(TestClient.of(this.server.endpoint()).credentials("root", "secret").open(),
				() -> this.server.call(ScriptedServer.AUTHENTICATE, 1));
		assertThat(this.server.count(ScriptedServer.PUT)).isZero();
	}

	@Test
	void callInAPauseEnds() {
		this.server.on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNKNOWN, "etcdserver: too many requests"));
		ManualTimer timer = new ManualTimer();
		Duration longest = Duration.ofMillis(550);
		assertEndsNotApplied(TestClient.of(this.server.endpoint()).timer(timer).open(), () -> await()
			.until(() -> timer.waiting().stream().filter((time) -> time.compareTo(longest) <= 0).count() == 2));
		assertThat(this.server.count(ScriptedServer.PUT)).isEqualTo(4);
	}

	private static void assertEndsNotApplied(TestClient client, Runnable untilItWaits) {
		CompletableFuture<PutResult> async = client.kv().put("k", "v").async();
		CompletableFuture<PutResult> sync = CompletableFuture.supplyAsync(client.kv().put("k", "v")::sync,
				(task) -> new Thread(task).start());
		untilItWaits.run();
		if (async.isDone()) {
			throw new AssertionError("It does not wait", async.handle((result, ex) -> ex).join());
		}
		closeWithinASecond(client);
		for (CompletableFuture<PutResult> each : List.of(async, sync)) {
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> each.get(1, TimeUnit.SECONDS))
				.havingCause()
				.isInstanceOfSatisfying(ClientClosedException.class, (ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.isRetryable()).isFalse();
				});
		}
		// An executor has ended an instant before its last thread has.
		await().untilAsserted(() -> assertThat(client.threads()).isZero());
	}

	@Test
	void useAfterCloseFailsAtOnce() throws Exception {
		TestClient client = client();
		client.kv().put("k", "v").sync();
		client.close();
		List<Supplier<?>> uses = List.of(() -> client.kv().put("k", "v").sync(), () -> client.kv().get("k").sync(),
				() -> client.maintenance().status(this.server.endpoint()).sync());
		for (Supplier<?> use : uses) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(ClientClosedException.class).isThrownBy(use::get).satisfies((ex) -> {
				assertThat(ex.reason()).isEqualTo(Reason.CLOSED);
				assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				assertThat(ex.attempts()).isZero();
			});
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(500));
		}
		CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
		assertThat(put).isCompletedExceptionally();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(put::get)
			.withCauseInstanceOf(ClientClosedException.class);
		assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		// An executor has ended an instant before its last thread has.
		await().untilAsserted(() -> assertThat(client.threads()).isZero());
	}

	@Test
	void closeBeforeAnyUseLeavesNothing() {
		TestClient client = client();
		closeWithinASecond(client);
		assertThat(client.threads()).isZero();
		assertThat(this.server.connections()).isZero();
	}

	@Test
	void closeMayBeCalledAgainAndBySeveralThreads() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		for (int round = 0; round < 20; round++) {
			TestClient client = client();
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			this.server.call(ScriptedServer.PUT, round + 1);
			CountDownLatch start = new CountDownLatch(1);
			List<CompletableFuture<Void>> closers = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				closers.add(CompletableFuture.runAsync(() -> {
					awaitLatch(start);
					client.close();
				}, (task) -> new Thread(task).start()));
			}
			start.countDown();
			for (CompletableFuture<Void> closer : closers) {
				closer.get(5, TimeUnit.SECONDS);
			}
			client.close();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> put.get(5, TimeUnit.SECONDS))
				.withCauseInstanceOf(ClientClosedException.class);
			await().untilAsserted(() -> assertThat(client.threads()).isZero());
		}
	}

	@Test
	void callsThatBeginWhileTheClientClosesAllEnd() throws Exception {
		for (int round = 0; round < 30; round++) {
			TestClient client = client();
			client.kv().get("warm").sync();
			CountDownLatch started = new CountDownLatch(1);
			List<CompletableFuture<PutResult>> puts = new ArrayList<>();
			Thread caller = new Thread(() -> {
				for (int i = 0; i < 2_000; i++) {
					puts.add(client.kv().put("k", "v").async());
					started.countDown();
				}
			});
			caller.start();
			awaitLatch(started);
			client.close();
			caller.join(10_000);
			assertThat(caller.isAlive()).isFalse();
			for (CompletableFuture<PutResult> put : puts) {
				assertThat(put.handle((result, ex) -> (ex != null) ? ex.getClass() : result.getClass())
					.get(5, TimeUnit.SECONDS)).isIn(PutResult.class, ClientClosedException.class);
			}
			await().untilAsserted(() -> assertThat(client.threads()).isZero());
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void callbackMayCloseTheClient(boolean onTheNetworkThread) throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		TestClient.Settings settings = TestClient.of(this.server.endpoint());
		TestClient client = (onTheNetworkThread ? settings.callbackExecutor(Runnable::run) : settings).open();
		CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
		CompletableFuture<Duration> closed = put.handle((result, ex) -> Elapsed.of(client::close));
		ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
		CompletableFuture<PutResult> other = client.kv().put("k", "v").async();
		this.server.call(ScriptedServer.PUT, 2);
		exchange.reply(PutResponse.getDefaultInstance());
		assertThat(closed.get(5, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(1));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> other.get(5, TimeUnit.SECONDS))
			.withCauseInstanceOf(ClientClosedException.class);
		await().untilAsserted(() -> assertThat(client.threads()).isZero());
	}

	@Test
	void callbackOfATimeoutMayCloseTheClientOnTheTimersThread() throws Exception {
		for (int round = 1; round <= 10; round++) {
			this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
			try (TcpRelay hole = TcpRelay.blackHole()) {
				TestClient client = TestClient.of(this.server.endpoint(), hole.endpoint())
					.callbackExecutor(Runnable::run)
					.open();
				CompletableFuture<PutResult> sent = client.kv().put("k", "v").async();
				this.server.call(ScriptedServer.PUT, 2 * round - 1);
				CompletableFuture<MemberStatus> waiting = client.maintenance().status(hole.endpoint()).async();
				CompletableFuture<String> closer = client.kv()
					.put("k", "v")
					.timeout(Duration.ofMillis(250))
					.async()
					.handle((result, ex) -> {
						client.close();
						return Thread.currentThread().getName();
					});
				assertThat(closer.get(5, TimeUnit.SECONDS)).endsWith("-timer");
				this.server.call(ScriptedServer.PUT, 2 * round);
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> sent.get(5, TimeUnit.SECONDS))
					.withCauseInstanceOf(ClientClosedException.class);
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
					.withCauseInstanceOf(ClientClosedException.class);
				await().untilAsserted(() -> assertThat(client.threads()).isZero());
			}
		}
	}

	@Test
	void callbackThatBlocksDelaysTheEndNoLongerThanASecond() throws Exception {
		TestClient client = client();
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		CountDownLatch running = new CountDownLatch(1);
		CompletableFuture<Boolean> interrupted = client.kv().put("k", "v").async().thenApply((result) -> {
			running.countDown();
			try {
				new CountDownLatch(1).await(60, TimeUnit.SECONDS);
				return false;
			}
			catch (InterruptedException ex) {
				return true;
			}
		});
		// Not before: a callback of what is completed runs on the thread that adds it.
		this.server.call(ScriptedServer.PUT, 1).reply(PutResponse.getDefaultInstance());
		assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
		assertThat(Elapsed.of(client::close)).isLessThan(Duration.ofSeconds(2));
		assertThat(interrupted.get(5, TimeUnit.SECONDS)).isTrue();
		await().untilAsserted(() -> assertThat(client.threads()).isZero());
	}

	@Test
	void executorOfTheApplicationStaysUsable() throws Exception {
		ExecutorService application = Executors.newSingleThreadExecutor();
		try {
			TestClient client = TestClient.of(this.server.endpoint()).callbackExecutor(application).open();
			client.kv().put("k", "v").async().get(5, TimeUnit.SECONDS);
			client.close();
			assertThat(application.submit(() -> "alive").get(5, TimeUnit.SECONDS)).isEqualTo("alive");
		}
		finally {
			application.shutdownNow();
		}
	}

	@Test
	void completionsAreHandedToTheApplicationsExecutorAlsoWhileClosing() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		ExecutorService application = Executors.newSingleThreadExecutor((task) -> new Thread(task, "application"));
		try {
			TestClient client = TestClient.of(this.server.endpoint()).callbackExecutor(application).open();
			CompletableFuture<String> thread = client.kv()
				.put("k", "v")
				.async()
				.handle((result, ex) -> Thread.currentThread().getName());
			this.server.call(ScriptedServer.PUT, 1);
			client.close();
			assertThat(thread.get(5, TimeUnit.SECONDS)).isEqualTo("application");
		}
		finally {
			application.shutdownNow();
		}
	}

	@Test
	void threadThatIsInterruptedMayClose() {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		TestClient client = client();
		CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
		this.server.call(ScriptedServer.PUT, 1);
		Thread.currentThread().interrupt();
		client.close();
		assertThat(Thread.interrupted()).isTrue();
		await().untilAsserted(() -> assertThat(put).isCompletedExceptionally());
		await().untilAsserted(() -> assertThat(client.threads()).isZero());
	}

	@Test
	void thousandClientsLeaveTheThreadsAsTheyWere() {
		for (int i = 0; i < 1_000; i++) {
			EtcdClient.builder().endpoints(this.server.endpoint()).build().close();
		}
		assertThat(etcdThreads()).isZero();
	}

	@Test
	void clientsThatWereUsedLeaveTheThreadsAndConnectionsAsTheyWere() {
		try (EtcdClient client = EtcdClient.builder().endpoints(this.server.endpoint()).build()) {
			// gRPC's own threads are shared by all clients of the process.
			client.kv().put("k", "v").async().join();
		}
		int before = Thread.activeCount();
		for (int i = 0; i < 200; i++) {
			try (EtcdClient client = EtcdClient.builder().endpoints(this.server.endpoint()).build()) {
				client.kv().put("k", "v").async().join();
			}
		}
		await().untilAsserted(() -> {
			assertThat(etcdThreads()).isZero();
			assertThat(this.server.openConnections()).isZero();
			assertThat(Thread.activeCount()).isLessThanOrEqualTo(before + 10);
		});
	}

	private static long etcdThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("etcd-"))
			.count();
	}

	private static void closeWithinASecond(TestClient client) {
		assertThat(Elapsed.of(client::close)).isLessThan(Duration.ofSeconds(1));
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
