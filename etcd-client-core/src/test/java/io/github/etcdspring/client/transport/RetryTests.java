/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.error.ErrorCatalogue.Effect;
import io.github.etcdspring.client.error.ErrorCatalogue.Retry;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.kv.TxnResult;
import io.github.etcdspring.client.transport.FailureRulesTests.Answer;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.TxnResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Which calls are sent again, counted at the server.
 */
class RetryTests {

	private static final String NO_LEADER = "etcdserver: no leader";

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
	void putWhoseConnectionIsCutIsSentOnceAndUnknown() {
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint()).open()) {
			this.server.on(ScriptedServer.PUT, (exchange) -> relay.cut(), ScriptedServer.good(ScriptedServer.PUT));
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> {
					assertThat(ex.status()).isEqualTo(StatusCode.UNAVAILABLE);
					assertThat(ex.reason()).isEqualTo(Reason.CONNECTION_LOST);
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
					assertThat(ex.attempts()).isOne();
					assertThat(ex.isRetryable()).isTrue();
				});
			// A call that comes after shows that no second one is under way.
			client.kv().get("k").sync();
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void getWhoseConnectionIsCutIsSentAgain() {
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint()).open()) {
			this.server.on(ScriptedServer.RANGE, (exchange) -> relay.cut(), (exchange) -> relay.cut(),
					ScriptedServer.good(ScriptedServer.RANGE));
			assertThat(client.kv().get("k").sync().storeRevision()).isEqualTo(7);
			assertThat(this.server.count(ScriptedServer.RANGE)).isEqualTo(3);
		}
	}

	@Test
	void getWhoseConnectionIsCutFailsIfReadsAreNotRepeated() {
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint()).retryReads(false).open()) {
			this.server.on(ScriptedServer.RANGE, (exchange) -> relay.cut(), ScriptedServer.good(ScriptedServer.RANGE));
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().get("k").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.CONNECTION_LOST);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex.attempts()).isOne();
				});
			assertThat(this.server.count(ScriptedServer.RANGE)).isOne();
		}
	}

	@Test
	void getOnASilentConnectionFailsIfReadsAreNotRepeated() {
		try (TestClient client = TestClient.of(this.server.endpoint()).retryReads(false).open()) {
			this.server.on(ScriptedServer.RANGE, ScriptedServer.SILENCE, ScriptedServer.good(ScriptedServer.RANGE));
			this.server.on(ScriptedServer.HEALTH, ScriptedServer.SILENCE);
			long begin = System.nanoTime();
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().get("k").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.CONNECTION_LOST);
					assertThat(ex.status()).isEqualTo(StatusCode.UNAVAILABLE);
					assertThat(ex.attempts()).isOne();
				})
				.withMessageContaining("does not answer");
			assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(6));
			assertThat(this.server.count(ScriptedServer.RANGE)).isOne();
		}
	}

	@Test
	void everyAnswerToAPut() {
		try (TestClient client = client()) {
			for (Answer answer : FailureRulesTests.answers()) {
				int before = this.server.count(ScriptedServer.PUT);
				this.server.on(ScriptedServer.PUT, failing(answer), ScriptedServer.good(ScriptedServer.PUT));
				// The only endpoint is a learner, and there is nobody to take a token
				// from.
				boolean again = answer.row().retry() == Retry.ALWAYS
						&& answer.row().reason() != Reason.NOT_SUPPORTED_FOR_LEARNER;
				if (again) {
					assertThat(client.kv().put("k", "v").sync().revision()).as("%s", answer).isEqualTo(7);
				}
				else {
					boolean unknown = answer.row().effect() == Effect.UNKNOWN;
					assertThatExceptionOfType(EtcdException.class).as("%s", answer)
						.isThrownBy(() -> client.kv().put("k", "v").sync())
						.satisfies((ex) -> {
							assertThat(ex.reason()).isEqualTo(answer.row().reason());
							assertThat(ex.status()).isEqualTo(answer.code());
							assertThat(ex.attempts()).isOne();
							assertThat(ex.getClass().getSimpleName()).isEqualTo(answer.row().type());
							if (answer.row().effect() != Effect.NO_WRITE) {
								assertThat(ex.outcome()).isEqualTo(unknown ? Outcome.UNKNOWN : Outcome.NOT_APPLIED);
							}
						});
				}
				assertThat(this.server.count(ScriptedServer.PUT) - before).as("%s", answer).isEqualTo(again ? 2 : 1);
			}
		}
	}

	@Test
	void everyAnswerToAGet() {
		try (TestClient client = client()) {
			for (Answer answer : FailureRulesTests.answers()) {
				int before = this.server.count(ScriptedServer.RANGE);
				this.server.on(ScriptedServer.RANGE, failing(answer), ScriptedServer.good(ScriptedServer.RANGE));
				boolean again = (answer.row().retry() == Retry.ALWAYS || answer.row().retry() == Retry.READ)
						&& answer.row().reason() != Reason.NOT_SUPPORTED_FOR_LEARNER;
				if (again) {
					assertThat(client.kv().get("k").sync().storeRevision()).as("%s", answer).isEqualTo(7);
				}
				else {
					assertThatExceptionOfType(EtcdException.class).as("%s", answer)
						.isThrownBy(() -> client.kv().get("k").sync())
						.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
				}
				assertThat(this.server.count(ScriptedServer.RANGE) - before).as("%s", answer).isEqualTo(again ? 2 : 1);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void refusalOfALearnerIsTakenToAnotherEndpoint(boolean write) {
		try (ScriptedServer voter = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), voter.endpoint()).open()) {
			String method = write ? ScriptedServer.PUT : ScriptedServer.RANGE;
			this.server.on(method,
					ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: rpc not supported for learner"));
			if (write) {
				client.kv().put("k", "v").sync();
			}
			else {
				client.kv().get("k").sync();
			}
			// Perhaps once more, while the other is being connected to.
			assertThat(this.server.count(method)).isPositive();
			assertThat(voter.count(method)).isOne();
		}
	}

	@Test
	void onceUnknownAlwaysUnknown() {
		// The second refusal says for sure that nothing was applied: by the second
		// attempt, which there must not be.
		this.server.on(ScriptedServer.PUT,
				ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
				ScriptedServer.fail(Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided"));
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdTimeoutException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void readOnlyTxnIsARead() {
		this.server.on(ScriptedServer.TXN,
				ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
				ScriptedServer.reply(TxnResponse.getDefaultInstance()));
		try (TestClient client = client()) {
			TxnResult result = client.kv()
				.txn()
				.when(Compare.exists("k"))
				.then(Op.get("k"), Op.txn(List.of(), List.of(Op.get("a")), List.of()))
				.sync();
			assertThat(result.succeeded()).isFalse();
			assertThat(this.server.count(ScriptedServer.TXN)).isEqualTo(2);
		}
	}

	@Test
	void txnThatMayWriteSomewhereInsideIsAWrite() {
		this.server.on(ScriptedServer.TXN,
				ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
				ScriptedServer.reply(TxnResponse.getDefaultInstance()));
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> client.kv()
					.txn()
					.when(Compare.exists("k"))
					.then(Op.get("k"))
					.orElse(Op.txn(List.of(), List.of(), List.of(Op.delete("k"))))
					.sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
			assertThat(this.server.count(ScriptedServer.TXN)).isOne();
		}
	}

	@Test
	void writeThatFindsNoConnectionWaitsForOneAndIsSentOnce() throws Exception {
		int port = this.server.port();
		try (TestClient client = client()) {
			client.kv().get("warm").sync();
			this.server.close();
			await().until(() -> !client.transport().endpointStates().get(0).connected());
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			this.server = ScriptedServer.start(port);
			assertThat(put.get(10, TimeUnit.SECONDS).revision()).isEqualTo(7);
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void callInFlightOutlivesTheServersGoodbye() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.PUT, 1);
			this.server.shutDown();
			await().until(() -> !client.transport().endpointStates().get(0).connected());
			exchange.reply(PutResponse.getDefaultInstance());
			assertThat(put.get(5, TimeUnit.SECONDS).revision()).isZero();
		}
	}

	@Test
	void writeAfterRefusalsPausesLongerAndLonger() {
		ManualTimer timer = new ManualTimer();
		this.server.on(ScriptedServer.PUT, ScriptedServer.fail(Status.Code.UNKNOWN, "etcdserver: too many requests"));
		try (TestClient client = TestClient.of(this.server.endpoint())
			.timeout(Duration.ofMinutes(1))
			.timer(timer)
			.open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			// The second attempt comes at once.
			for (int attempts = 2; attempts <= 13; attempts++) {
				this.server.call(ScriptedServer.PUT, attempts);
				Duration pause = Duration.ofMillis(Math.min(5_000, 500L * (attempts - 1)));
				Duration jittered = await().until(() -> timer.waitingAbout(pause), Objects::nonNull);
				// Just before its end nothing is sent.
				timer.advance(jittered.minusMillis(1));
				assertThat(this.server.count(ScriptedServer.PUT)).isEqualTo(attempts);
				timer.advance(Duration.ofMillis(1));
			}
			assertThat(put).isNotDone();
		}
	}

	@Test
	void readIsSentToAMajorityAtOnceAndPausesThen() {
		ManualTimer timer = new ManualTimer();
		try (ScriptedServer second = ScriptedServer.start();
				ScriptedServer third = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), second.endpoint(), third.endpoint())
					.timer(timer)
					.open()) {
			for (ScriptedServer each : List.of(this.server, second, third)) {
				each.on(ScriptedServer.RANGE, ScriptedServer.fail(Status.Code.UNAVAILABLE, NO_LEADER));
			}
			CompletableFuture<GetResult> get = client.kv().get("k").async();
			this.server.call(ScriptedServer.RANGE, 1);
			second.call(ScriptedServer.RANGE, 1);
			Duration pause = await().until(() -> timer.waitingAbout(Duration.ofMillis(25)), Objects::nonNull);
			assertThat(third.count(ScriptedServer.RANGE)).isZero();
			timer.advance(pause);
			third.call(ScriptedServer.RANGE, 1);
			this.server.call(ScriptedServer.RANGE, 2);
			assertThat(second.count(ScriptedServer.RANGE)).isOne();
			assertThat(get).isNotDone();
		}
	}

	@Test
	void endpointThatFailedIsNotAskedAgainHoweverBusyTheClientIs() {
		AtomicReference<@Nullable BusyContext> busy = new AtomicReference<>();
		try (ScriptedServer second = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), second.endpoint())
					.channelCustomizer((builder) -> builder.intercept(new AfterClose(() -> {
						BusyContext held = busy.getAndSet(null);
						if (held != null) {
							held.close();
						}
					})))
					.open()) {
			client.kv().put("k", "v").sync();
			this.server.on(ScriptedServer.RANGE, ScriptedServer.fail(Status.Code.UNAVAILABLE, NO_LEADER));
			busy.set(new BusyContext(client));
			client.kv().get("k").sync();
			assertThat(this.server.count(ScriptedServer.RANGE)).isOne();
			assertThat(second.count(ScriptedServer.RANGE)).isOne();
		}
	}

	@Test
	void interceptorThatSendsAgainLeavesNothingProven() {
		// Its first call provably reaches no connection, its second one arrives.
		ClientInterceptor again = new ClientInterceptor() {
			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				return method.getFullMethodName().equals(ScriptedServer.PUT) ? new SentAgain<>(method, options, next)
						: next.newCall(method, options);
			}
		};
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint())
					.channelCustomizer((builder) -> builder.intercept(again))
					.open()) {
			this.server.on(ScriptedServer.PUT, (exchange) -> relay.cut(), ScriptedServer.good(ScriptedServer.PUT));
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
			client.kv().get("k").sync();
			assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		}
	}

	@Test
	void interceptorThatThrowsFailsTheCallNotApplied() {
		ClientInterceptor broken = new ClientInterceptor() {
			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				throw new IllegalStateException("thrown by a test");
			}
		};
		try (TestClient client = TestClient.of(this.server.endpoint())
			.channelCustomizer((builder) -> builder.intercept(broken))
			.open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().put("k", "v").sync())
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED))
				.withMessageContaining("thrown by a test");
		}
	}

	@Test
	void callsOfOneBrokenConnectionDoNotHinderEachOther() throws Exception {
		int calls = 50;
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint()).open()) {
			client.kv().get("warm").sync();
			CountDownLatch all = new CountDownLatch(calls);
			this.server.on(ScriptedServer.RANGE, (exchange) -> all.countDown());
			List<CompletableFuture<GetResult>> gets = new ArrayList<>();
			for (int i = 0; i < calls; i++) {
				gets.add(client.kv().get("k").async());
			}
			assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
			this.server.on(ScriptedServer.RANGE, ScriptedServer.good(ScriptedServer.RANGE));
			relay.cut();
			for (CompletableFuture<GetResult> get : gets) {
				assertThat(get.get(10, TimeUnit.SECONDS).storeRevision()).isEqualTo(7);
			}
			assertThat(relay.accepted()).isEqualTo(2);
		}
	}

	private static ScriptedServer.Step failing(Answer answer) {
		return ScriptedServer.fail(Status.Code.valueOf(answer.code().name()), answer.row().text());
	}

	/** Runs something after the client has heard how a call ended. */
	private record AfterClose(Runnable action) implements ClientInterceptor {

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
				@Override
				public void start(Listener<R> listener, Metadata headers) {
					super.start(new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {
						@Override
						public void onClose(Status status, Metadata trailers) {
							super.onClose(status, trailers);
							AfterClose.this.action.run();
						}
					}, headers);
				}
			};
		}

	}

	/**
	 * A call that ends before it is sent, and is then sent by another thread.
	 *
	 * @param <Q> the type of the request
	 * @param <R> the type of the answer
	 */
	private static final class SentAgain<Q, R> extends ClientCall<Q, R> {

		private final CompletableFuture<Q> message = new CompletableFuture<>();

		private final ClientCall<Q, R> first;

		private final ClientCall<Q, R> second;

		SentAgain(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			this.first = next.newCall(method, options.withDeadlineAfter(0, TimeUnit.NANOSECONDS));
			this.second = next.newCall(method, options);
		}

		@Override
		public void start(Listener<R> listener, Metadata headers) {
			this.first.start(new Listener<>() {
				@Override
				public void onClose(Status status, Metadata trailers) {
					new Thread(() -> {
						SentAgain.this.second.start(listener, new Metadata());
						SentAgain.this.second.request(2);
						SentAgain.this.second.sendMessage(SentAgain.this.message.join());
						SentAgain.this.second.halfClose();
					}).start();
				}
			}, headers);
		}

		@Override
		public void request(int count) {
		}

		@Override
		public void cancel(@Nullable String message, @Nullable Throwable cause) {
			this.second.cancel(message, cause);
		}

		@Override
		public void halfClose() {
		}

		@Override
		public void sendMessage(Q message) {
			this.message.complete(message);
		}

	}

}
