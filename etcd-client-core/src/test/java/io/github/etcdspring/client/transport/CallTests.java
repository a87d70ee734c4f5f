/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * One unary call against a server: its deadline, its threads, its cancellation, its
 * sizes.
 */
class CallTests {

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
	void syncReturnsTheAnswer() {
		try (TestClient client = client()) {
			assertThat(client.kv().put("k", "v").sync().revision()).isEqualTo(7);
			PutRequest request = this.server.call(ScriptedServer.PUT, 1).request(PutRequest.parser());
			assertThat(request.getKey().toStringUtf8()).isEqualTo("k");
			assertThat(request.getValue().toStringUtf8()).isEqualTo("v");
		}
	}

	@Test
	void asyncCompletesOnAThreadOfTheClientThatMayBlock() throws Exception {
		try (TestClient client = client()) {
			this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			CompletableFuture<String> thread = put.thenApply((result) -> Thread.currentThread().getName());
			this.server.call(ScriptedServer.PUT, 1).reply(PutResponse.getDefaultInstance());
			assertThat(thread.get(5, TimeUnit.SECONDS)).startsWith("etcd-test-").contains("-callback-");
		}
	}

	@Test
	void failureOfAsyncIsAnEtcdException() {
		this.server.on(ScriptedServer.PUT,
				ScriptedServer.fail(Status.Code.NOT_FOUND, "etcdserver: requested lease not found"));
		try (TestClient client = client()) {
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> client.kv().put("k", "v").async().get(5, TimeUnit.SECONDS))
				.havingCause()
				.isInstanceOfSatisfying(EtcdException.class,
						(ex) -> assertThat(ex.reason()).isEqualTo(Reason.LEASE_NOT_FOUND));
		}
	}

	@Test
	void failureOfSyncHasTheStackOfTheCaller() {
		this.server.on(ScriptedServer.PUT,
				ScriptedServer.fail(Status.Code.NOT_FOUND, "etcdserver: requested lease not found"));
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.getStackTrace())
					.anyMatch((frame) -> frame.getMethodName().contains("failureOfSyncHasTheStackOfTheCaller")));
		}
	}

	@Test
	void getThatIsNeverAnsweredEndsAtItsDeadlineNotApplied() throws Exception {
		try (TestClient client = client()) {
			warm(client);
			this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE);
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> client.kv().get("k").timeout(Duration.ofMillis(1_600)).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.TIMEOUT);
					assertThat(ex.status()).isEqualTo(StatusCode.DEADLINE_EXCEEDED);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isOne();
					assertThat(ex.endpoint()).isEqualTo(this.server.endpoint());
				})
				.withMessageContaining("1600 ms");
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(1_600), Duration.ofMillis(4_000));
			this.server.call(ScriptedServer.RANGE, 2).cancelled().get(5, TimeUnit.SECONDS);
			// The endpoint was asked for a sign of life, gave it, and keeps its
			// connection.
			assertThat(this.server.count(ScriptedServer.HEALTH)).isOne();
			assertThat(this.server.connections()).isOne();
		}
	}

	@Test
	void putThatIsNeverAnsweredEndsAtItsDeadlineUnknown() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> client.kv().put("k", "v").timeout(Duration.ofMillis(500)).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.TIMEOUT);
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
					assertThat(ex.attempts()).isOne();
				});
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(500), Duration.ofMillis(3_000));
			this.server.call(ScriptedServer.PUT, 1).cancelled().get(5, TimeUnit.SECONDS);
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void timeoutOfTheClientAppliesWithoutOneOfTheRequest() {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint()).timeout(Duration.ofSeconds(1)).open()) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdTimeoutException.class).isThrownBy(() -> client.kv().put("k", "v").sync());
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofSeconds(1), Duration.ofMillis(3_500));
		}
	}

	@Test
	void requestMayWaitLongerThanTheClientSays() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint()).timeout(Duration.ofSeconds(1)).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").timeout(Duration.ofSeconds(30)).async();
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> put.get(1_500, TimeUnit.MILLISECONDS));
			this.server.call(ScriptedServer.PUT, 1).reply(PutResponse.getDefaultInstance());
			assertThat(put.get(5, TimeUnit.SECONDS).revision()).isZero();
		}
	}

	@Test
	void absurdlyLongTimeoutIsNoTimeout() {
		try (TestClient client = client()) {
			assertThat(client.kv().put("k", "v").timeout(Duration.ofSeconds(Long.MAX_VALUE)).sync().revision())
				.isEqualTo(7);
		}
	}

	@Test
	void deadlineCoversRepetitionsAndPauses() {
		this.server.on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		ManualTimer timer = new ManualTimer();
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			long begin = timer.nanoTime();
			CompletableFuture<PutResult> put = client.kv().put("k", "v").timeout(Duration.ofMillis(1_300)).async();
			int attempts = 1;
			for (long pause : new long[] { 25, 50, 100, 200, 400, 400 }) {
				this.server.call(ScriptedServer.PUT, attempts++);
				await().until(() -> timer.waitingAbout(Duration.ofMillis(pause)) != null);
				timer.pass(Duration.ofMillis(pause));
			}
			this.server.call(ScriptedServer.PUT, attempts);
			// The next pause would end too late.
			await().until(() -> timer.waitingAbout(Duration.ofMillis(400)) != null);
			timer.advance(Duration.ofMillis(1_299).minusNanos(timer.nanoTime() - begin));
			assertThat(put).isNotDone();
			timer.advance(Duration.ofMillis(1));
			assertThat(put).failsWithin(Duration.ofSeconds(20))
				.withThrowableThat()
				.havingCause()
				.isInstanceOfSatisfying(EtcdTimeoutException.class, (ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isEqualTo(7);
				})
				.withMessageContaining("the attempt before: etcdserver: no leader");
		}
	}

	@Test
	void deadlineCoversAuthentication() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint()).credentials("root", "secret").open()) {
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> client.kv().put("k", "v").timeout(Duration.ofMillis(700)).sync())
				.satisfies((ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isZero();
				});
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(700), Duration.ofMillis(3_000));
			assertThat(this.server.count(ScriptedServer.PUT)).isZero();
		}
	}

	@Test
	void deadlineBeforeTheConnectTimeoutStillNamesTheCauses() {
		String nobody = ReservedPort.nobody();
		try (TestClient client = TestClient.of(nobody).open()) {
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> client.kv().put("k", "v").timeout(Duration.ofMillis(600)).sync())
				.satisfies((ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isZero();
				})
				.withMessageContaining("600 ms")
				.withMessageContaining(nobody)
				.withMessageContaining("Connection refused");
		}
	}

	@Test
	void readMovesToAFreshConnectionWhenTheOldOneIsSilent() {
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint()).open()) {
			warm(client);
			this.server.on(ScriptedServer.HEALTH, ScriptedServer.SILENCE);
			this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE, ScriptedServer.good(ScriptedServer.RANGE));
			long begin = System.nanoTime();
			assertThat(client.kv().get("k").sync().storeRevision()).isEqualTo(7);
			// A second of silence, and a second for the sign of life.
			assertThat(Elapsed.since(begin)).isBetween(Duration.ofMillis(1_900), Duration.ofMillis(5_000));
			assertThat(this.server.connections()).isEqualTo(2);
		}
	}

	@Test
	void writeThatWasSentKeepsWaitingWhenItsConnectionIsSilent() throws Exception {
		try (TestClient client = client()) {
			warm(client);
			this.server.on(ScriptedServer.HEALTH, ScriptedServer.SILENCE);
			this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
			this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE, ScriptedServer.good(ScriptedServer.RANGE));
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			// The probe has no answer either, so that the read moves to a new connection.
			client.kv().get("k").sync();
			assertThat(this.server.connections()).isEqualTo(2);
			assertThat(put).isNotDone();
			exchange.reply(PutResponse.getDefaultInstance());
			assertThat(put.get(5, TimeUnit.SECONDS).revision()).isZero();
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void silentEndpointIsFoundOutThoughOtherCallsAreCancelledOnIt() {
		try (TestClient client = client()) {
			warm(client);
			this.server.on(ScriptedServer.HEALTH, ScriptedServer.SILENCE);
			this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
			this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE, ScriptedServer.good(ScriptedServer.RANGE));
			CompletableFuture<GetResult> get = client.kv().get("k").async();
			this.server.call(ScriptedServer.RANGE, 2);
			long begin = System.nanoTime();
			// What the client does to its own calls is no sign of life.
			while (!get.isDone() && Elapsed.since(begin).toSeconds() < 8) {
				assertThatExceptionOfType(EtcdTimeoutException.class)
					.isThrownBy(() -> client.kv().put("k", "v").timeout(Duration.ofMillis(150)).sync());
			}
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(6));
			assertThat(get).isCompleted();
		}
	}

	@Test
	void otherAnswersOfAnEndpointAreASignOfLifeAndSaveTheProbe() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			warm(client);
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			long begin = System.nanoTime();
			while (Elapsed.since(begin).toMillis() < 2_500) {
				client.kv().get("k").sync();
			}
			assertThat(this.server.count(ScriptedServer.HEALTH)).isZero();
			exchange.reply(PutResponse.getDefaultInstance());
			assertThat(put.get(5, TimeUnit.SECONDS).revision()).isZero();
		}
	}

	@Test
	void cancelTakesTheCallOffTheWire() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		Recorder recorder = new Recorder();
		try (TestClient client = TestClient.of(this.server.endpoint()).callObserver(recorder).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			assertThat(put.cancel(true)).isTrue();
			exchange.cancelled().get(5, TimeUnit.SECONDS);
			assertThat(put).isCancelled();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(put::join);
			assertThat(recorder.failures).singleElement()
				.satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN))
				.satisfies((failure) -> assertThat(failure.reason()).isEqualTo(Reason.CANCELLED));
		}
	}

	@Test
	void orTimeoutTakesTheCallOffTheWire() throws Exception {
		this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			CompletableFuture<GetResult> get = client.kv().get("k").async();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.RANGE, 1);
			get.orTimeout(200, TimeUnit.MILLISECONDS);
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> get.get(5, TimeUnit.SECONDS))
				.withCauseInstanceOf(TimeoutException.class);
			exchange.cancelled().get(5, TimeUnit.SECONDS);
		}
	}

	@Test
	void valueOfTheApplicationTakesTheCallOffTheWire() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			assertThat(put.completeExceptionally(new IllegalStateException("enough"))).isTrue();
			exchange.cancelled().get(5, TimeUnit.SECONDS);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(put::join)
				.withCauseInstanceOf(IllegalStateException.class);
		}
	}

	@Test
	void cancelStopsRepetitions() {
		ManualTimer timer = new ManualTimer();
		this.server.on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNKNOWN, "etcdserver: too many requests"));
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			this.server.call(ScriptedServer.PUT, 2);
			// In its first pause.
			await().untilAsserted(
					() -> assertThat(timer.waiting()).anyMatch((time) -> time.compareTo(Duration.ofMillis(450)) >= 0
							&& time.compareTo(Duration.ofMillis(550)) <= 0));
			put.cancel(false);
			timer.advance(Duration.ofSeconds(10));
			// Whatever would still be sent comes before this.
			client.kv().get("k").sync();
			assertThat(this.server.count(ScriptedServer.PUT)).isEqualTo(2);
		}
	}

	@Test
	void cancellingADependentStageLeavesTheCallAlone() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			CompletableFuture<Long> revision = put.thenApply(PutResult::revision);
			CompletableFuture<PutResult> copy = put.copy();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			revision.cancel(true);
			copy.cancel(true);
			exchange.reply(PutResponse.getDefaultInstance());
			assertThat(put.get(5, TimeUnit.SECONDS).revision()).isZero();
			assertThat(exchange.cancelled()).isNotDone();
		}
	}

	@Test
	void cancelAfterTheAnswerChangesNothing() throws Exception {
		try (TestClient client = client()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			put.get(5, TimeUnit.SECONDS);
			assertThat(put.cancel(true)).isFalse();
			assertThat(put.join().revision()).isEqualTo(7);
		}
	}

	@Test
	void interruptedSyncLeavesTheWireAndKeepsTheFlag() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			CompletableFuture<EtcdException> failure = new CompletableFuture<>();
			CompletableFuture<Boolean> flag = new CompletableFuture<>();
			Thread caller = new Thread(() -> {
				try {
					client.kv().put("k", "v").sync();
				}
				catch (EtcdException ex) {
					failure.complete(ex);
				}
				flag.complete(Thread.currentThread().isInterrupted());
			});
			caller.start();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			caller.interrupt();
			EtcdException ex = failure.get(5, TimeUnit.SECONDS);
			assertThat(ex.reason()).isEqualTo(Reason.INTERRUPTED);
			assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
			assertThat(flag.get(5, TimeUnit.SECONDS)).isTrue();
			exchange.cancelled().get(5, TimeUnit.SECONDS);
		}
	}

	@Test
	void interruptedBeforeTheCallSendsNothing() {
		try (TestClient client = client()) {
			warm(client);
			int before = this.server.count(ScriptedServer.RANGE);
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.INTERRUPTED);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isZero();
				});
			assertThat(Thread.interrupted()).isTrue();
			client.kv().get("k").sync();
			assertThat(this.server.count(ScriptedServer.RANGE)).isEqualTo(before + 1);
			assertThat(this.server.count(ScriptedServer.PUT)).isZero();
		}
		finally {
			Thread.interrupted();
		}
	}

	@Test
	void syncInACallbackOnTheNetworkThreadIsRefused() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint()).callbackExecutor(Runnable::run).open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			CompletableFuture<GetResult> nested = put.thenApply((result) -> client.kv().get("k").sync());
			CompletableFuture<GetResult> async = put.thenCompose((result) -> client.kv().get("k").async());
			this.server.call(ScriptedServer.PUT, 1).reply(PutResponse.getDefaultInstance());
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> nested.get(5, TimeUnit.SECONDS))
				.withCauseInstanceOf(IllegalStateException.class)
				.withMessageContaining("async()");
			assertThat(async.get(5, TimeUnit.SECONDS).storeRevision()).isEqualTo(7);
			// Here nobody waits for himself.
			assertThat(client.kv().get("k").sync().storeRevision()).isEqualTo(7);
		}
	}

	@Test
	void callbacksMayWaitForEachOther() throws Exception {
		int waiters = 20;
		this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			CountDownLatch waiting = new CountDownLatch(waiters);
			CountDownLatch last = new CountDownLatch(1);
			List<CompletableFuture<Boolean>> results = new ArrayList<>();
			for (int i = 0; i < waiters; i++) {
				results.add(client.kv().get("k").async().thenApply((result) -> {
					waiting.countDown();
					// A call in a callback works, too.
					client.kv().get("k").sync();
					return awaitLatch(last);
				}));
			}
			// Not before: a callback of what is completed runs on the thread that adds
			// it.
			ScriptedServer.Step answer = ScriptedServer.reply(RangeResponse.getDefaultInstance());
			this.server.call(ScriptedServer.RANGE, waiters);
			this.server.on(ScriptedServer.RANGE, answer);
			for (int i = 1; i <= waiters; i++) {
				answer.handle(this.server.call(ScriptedServer.RANGE, i));
			}
			assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> release = client.kv().get("k").async().thenRun(last::countDown);
			for (CompletableFuture<Boolean> result : results) {
				assertThat(result.get(10, TimeUnit.SECONDS)).isTrue();
			}
			assertThat(release.get(10, TimeUnit.SECONDS)).isNull();
		}
	}

	@Test
	void callbackThatThrowsHurtsNobody() throws Exception {
		for (boolean onTheSpot : new boolean[] { false, true }) {
			TestClient.Settings settings = TestClient.of(this.server.endpoint());
			try (TestClient client = (onTheSpot ? settings.callbackExecutor(Runnable::run) : settings).open()) {
				for (int i = 0; i < 20; i++) {
					CompletableFuture<Void> callback = client.kv().get("k").async().thenAccept((result) -> {
						throw new IllegalStateException("thrown by a test");
					});
					assertThatExceptionOfType(ExecutionException.class)
						.isThrownBy(() -> callback.get(5, TimeUnit.SECONDS))
						.withCauseInstanceOf(IllegalStateException.class);
				}
				assertThat(client.kv().get("k").sync().storeRevision()).isEqualTo(7);
			}
		}
	}

	@Test
	void executorThatRefusesEverythingStillGetsItsFuturesCompleted() throws Exception {
		AtomicInteger refused = new AtomicInteger();
		try (TestClient client = TestClient.of(this.server.endpoint()).callbackExecutor((task) -> {
			refused.incrementAndGet();
			throw new RejectedExecutionException("full");
		}).open()) {
			for (int i = 0; i < 10; i++) {
				assertThat(client.kv().get("k").async().get(5, TimeUnit.SECONDS).storeRevision()).isEqualTo(7);
			}
		}
		assertThat(refused).hasValue(10);
	}

	@Test
	void executorOfTheApplicationRunsCompletions() throws Exception {
		List<Runnable> tasks = new ArrayList<>();
		try (TestClient client = TestClient.of(this.server.endpoint()).callbackExecutor((task) -> {
			synchronized (tasks) {
				tasks.add(task);
			}
		}).open()) {
			CompletableFuture<GetResult> get = client.kv().get("k").async();
			await().untilAsserted(() -> {
				synchronized (tasks) {
					assertThat(tasks).hasSize(1);
				}
			});
			assertThat(get).isNotDone();
			tasks.get(0).run();
			assertThat(get).isCompleted();
			// sync() does not need it.
			assertThat(client.kv().get("k").sync().storeRevision()).isEqualTo(7);
			assertThat(tasks).hasSize(1);
		}
	}

	@Test
	void answerAboveTheInboundLimitMeansThatTheWriteIsUnknown() {
		PutResponse large = PutResponse.newBuilder()
			.setPrevKv(KeyValue.newBuilder().setValue(ByteString.copyFrom(new byte[10_000])))
			.build();
		this.server.on(ScriptedServer.PUT, ScriptedServer.reply(large));
		try (TestClient client = TestClient.of(this.server.endpoint()).maxInboundSize(5_000).open()) {
			assertThatExceptionOfType(TooLargeException.class)
				.isThrownBy(() -> client.kv().put("k", "v").withPrevious().sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.RESPONSE_TOO_LARGE);
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
					assertThat(ex.isRetryable()).isFalse();
				});
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
			this.server.on(ScriptedServer.RANGE, ScriptedServer.reply(large));
			assertThatExceptionOfType(TooLargeException.class).isThrownBy(() -> client.kv().get("k").sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
			assertThat(this.server.count(ScriptedServer.RANGE)).isOne();
		}
	}

	@Test
	void requestAboveTheOutboundLimitIsNotSent() throws Exception {
		try (TestClient client = TestClient.of(this.server.endpoint()).maxOutboundSize(1_000).open()) {
			// Key and value, and four bytes for them and their lengths.
			Bytes fits = Bytes.wrap(new byte[1_000 - 3 - 1 - 2]);
			assertThat(client.kv().put("k", fits).sync().revision()).isEqualTo(7);
			Bytes tooLarge = Bytes.wrap(new byte[fits.length() + 1]);
			assertThatExceptionOfType(TooLargeException.class).isThrownBy(() -> client.kv().put("k", tooLarge).sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.MESSAGE_TOO_LARGE);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isZero();
				})
				.withMessageContaining("1001 vs. 1000");
			CompletableFuture<PutResult> put = client.kv().put("k", tooLarge).async();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> put.get(5, TimeUnit.SECONDS))
				.withCauseInstanceOf(TooLargeException.class);
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void answerThatCannotBeReadIsAnInternalErrorAndTheWriteIsUnknown() {
		this.server.on(ScriptedServer.PUT, (exchange) -> exchange.reply(new byte[] { 10, 100, 1 }));
		this.server.on(ScriptedServer.RANGE, (exchange) -> exchange.reply(new byte[] { 10, 100, 1 }));
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> {
					assertThat(ex.status()).isEqualTo(StatusCode.INTERNAL);
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
				})
				.withMessageContaining("The server's answer could not be read");
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().get("k").sync())
				.satisfies((ex) -> assertThat(ex.status()).isEqualTo(StatusCode.INTERNAL));
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
			assertThat(this.server.count(ScriptedServer.RANGE)).isOne();
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, no answer", "2, two answers", "3, two answers" })
	void callThatEndsWellButNotWithOneAnswerIsAnInternalError(int answers, String message) {
		ClientInterceptor repeater = new ClientInterceptor() {
			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
					@Override
					public void start(Listener<R> listener, Metadata headers) {
						super.start(new SimpleForwardingClientCallListener<>(listener) {
							@Override
							public void onMessage(R message) {
								for (int i = 0; i < answers; i++) {
									super.onMessage(message);
								}
							}
						}, headers);
					}
				};
			}
		};
		try (TestClient client = TestClient.of(this.server.endpoint())
			.channelCustomizer((builder) -> builder.intercept(repeater))
			.open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> {
					assertThat(ex.status()).isEqualTo(StatusCode.INTERNAL);
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
				})
				.withMessageContaining(message);
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void contextOfTheCallerEndsNoCall() throws Exception {
		// The caller may be a gRPC server whose own call ends, and the client may be
		// sending for somebody else on its thread.
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = client(); Context.CancellableContext context = Context.current().withCancellation()) {
			CompletableFuture<PutResult> put = context.call(() -> client.kv().put("k", "v").async());
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			context.cancel(null);
			client.kv().get("k").sync();
			assertThat(exchange.cancelled()).isNotDone();
			exchange.reply(PutResponse.getDefaultInstance());
			assertThat(put.get(5, TimeUnit.SECONDS).revision()).isZero();
		}
	}

	@Test
	void largeAnswerOnASlowLineIsWaitedFor() {
		byte[] value = new byte[900_000];
		this.server.on(ScriptedServer.RANGE, ScriptedServer.reply(RangeResponse.newBuilder()
			.addKvs(KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("k")).setValue(ByteString.copyFrom(value)))
			.build()));
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint()).open()) {
			client.kv().put("warm", "v").sync();
			// For about three seconds the sign of life is stuck behind the answer.
			relay.slow(300_000);
			assertThat(client.kv().get("k").sync().keyValues()).singleElement()
				.satisfies((found) -> assertThat(found.value().length()).isEqualTo(value.length));
			assertThat(this.server.count(ScriptedServer.RANGE)).isOne();
			assertThat(relay.accepted()).isOne();
		}
	}

	@Test
	void endedCallIsLetGoWhereverItWaited() throws Exception {
		ManualTimer timer = new ManualTimer();
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
		this.server.on(ScriptedServer.TXN, ScriptedServer.fail(Status.Code.UNKNOWN, "etcdserver: too many requests"));
		try (TcpRelay hole = TcpRelay.blackHole();
				TestClient unconnected = TestClient.of(hole.endpoint()).timer(timer).open();
				TestClient unauthenticated = TestClient.of(this.server.endpoint())
					.credentials("root", "secret")
					.timer(timer)
					.open();
				TestClient refused = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			List<WeakReference<CompletableFuture<?>>> calls = new ArrayList<>();
			calls.add(cancelled(unconnected.kv().put("k", "v").async()));
			CompletableFuture<?> waits = unauthenticated.kv().put("k", "v").async();
			this.server.call(ScriptedServer.AUTHENTICATE, 1);
			calls.add(cancelled(waits));
			CompletableFuture<?> pauses = refused.kv().txn().then(Op.put("k", "v")).async();
			await().until(() -> timer.waitingAbout(Duration.ofMillis(500)), Objects::nonNull);
			calls.add(cancelled(pauses));
			waits = null;
			pauses = null;
			await().untilAsserted(() -> {
				System.gc();
				assertThat(calls).allMatch((call) -> call.refersTo(null));
			});
		}
	}

	private static WeakReference<CompletableFuture<?>> cancelled(CompletableFuture<?> call) {
		assertThat(call.cancel(true)).isTrue();
		return new WeakReference<>(call);
	}

	@Test
	void callShowsNothingOfItsRequest() {
		AuthenticateRequest request = AuthenticateRequest.newBuilder().setName("root").setPassword("secret").build();
		assertThat(Rpc.generated("authenticate", AuthGrpc.getAuthenticateMethod(), request, true)).asString()
			.contains("authenticate")
			.doesNotContain("secret")
			.doesNotContain("root");
	}

	@Test
	void observerIsToldOfEachCallOnceAndMayFail() {
		Recorder recorder = new Recorder();
		recorder.broken = true;
		this.server.on(ScriptedServer.PUT, ScriptedServer.good(ScriptedServer.PUT),
				ScriptedServer.fail(Status.Code.NOT_FOUND, "etcdserver: requested lease not found"));
		try (TestClient client = TestClient.of(this.server.endpoint()).callObserver(recorder).open()) {
			long begin = System.nanoTime();
			client.kv().put("k", "v").sync();
			// A meter that fails costs nobody a wait.
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofMillis(900));
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync());
		}
		assertThat(recorder.ended).hasValue(2);
		assertThat(recorder.failures).singleElement()
			.satisfies((failure) -> assertThat(failure.reason()).isEqualTo(Reason.LEASE_NOT_FOUND));
		assertThat(recorder.changes).contains(this.server.endpoint() + " true");
	}

	@Test
	void requestMayBeSentAgain() {
		try (TestClient client = client()) {
			var put = client.kv().put("k", "v");
			put.sync();
			put.sync();
			assertThat(put.async().join().revision()).isEqualTo(7);
			assertThat(this.server.calls(ScriptedServer.PUT)).hasSize(3)
				.extracting((exchange) -> exchange.request(PutRequest.parser()))
				.containsOnly(this.server.call(ScriptedServer.PUT, 1).request(PutRequest.parser()));
		}
	}

	private static void warm(TestClient client) {
		client.kv().get("warm").sync();
	}

	private static boolean awaitLatch(CountDownLatch latch) {
		try {
			return latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private static final class Recorder implements CallObserver {

		private final AtomicInteger ended = new AtomicInteger();

		private final List<Failure> failures = new ArrayList<>();

		private final List<String> changes = new ArrayList<>();

		private boolean broken;

		@Override
		public synchronized void callEnded(String operation, long nanos, @Nullable Failure failure) {
			this.ended.incrementAndGet();
			if (failure != null) {
				this.failures.add(failure);
			}
			fail();
		}

		@Override
		public synchronized void endpointChanged(String endpoint, boolean up) {
			this.changes.add(endpoint + " " + up);
			fail();
		}

		private void fail() {
			if (this.broken) {
				throw new IllegalStateException("thrown by a test");
			}
		}

	}

}
