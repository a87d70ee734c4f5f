/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.CountedAnswers;
import io.github.etcdspring.client.transport.ManualTimer;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RangeStreamResponse;
import io.github.etcdspring.proto.ResponseHeader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Large ranges, as a stream or in pages, from a server that follows a script.
 */
class RangeStreamTests {

	private static final String RANGE_STREAM = "etcdserverpb.KV/RangeStream";

	private static final String RANGE = ScriptedServer.RANGE;

	private static final Duration SOON = Duration.ofSeconds(20);

	private final List<String> keys = Collections.synchronizedList(new ArrayList<>());

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static RangeResponse.Builder keys(String... keys) {
		RangeResponse.Builder answer = RangeResponse.newBuilder();
		for (String key : keys) {
			answer.addKvs(io.github.etcdspring.proto.KeyValue.newBuilder()
				.setKey(ByteString.copyFromUtf8(key))
				.setValue(ByteString.copyFromUtf8("v")));
		}
		return answer;
	}

	private static RangeResponse.Builder withHeader(RangeResponse.Builder answer, long revision) {
		return answer.setHeader(ResponseHeader.newBuilder().setRevision(revision).setMemberId(2));
	}

	private static RangeStreamResponse chunk(RangeResponse.Builder answer) {
		return RangeStreamResponse.newBuilder().setRangeResponse(answer).build();
	}

	private static RangeStreamResponse lastChunk() {
		return chunk(withHeader(keys("e"), 9).setCount(5));
	}

	private static void sendAll(ScriptedStream stream) {
		stream.reply(chunk(keys("a", "b")));
		stream.reply(chunk(keys("c", "d")));
		stream.reply(lastChunk());
		stream.complete();
	}

	private TestClient client() {
		return TestClient.of(this.server.endpoint()).open();
	}

	private static GetRequest get(TestClient client) {
		return client.kv().get(KeyRange.all());
	}

	private Consumer<KeyValue> consumer() {
		return (found) -> this.keys.add(found.keyAsUtf8());
	}

	private static <T extends Throwable> T failure(CompletableFuture<?> pending, Class<T> type) {
		return assertThat(pending).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.asInstanceOf(InstanceOfAssertFactories.type(type))
			.actual();
	}

	@Test
	void chunksAreHandedOverInOrderAndTheLastOneHasTheHeader() {
		this.server.onStream(RANGE_STREAM, RangeStreamTests::sendAll);
		try (TestClient client = client()) {
			RangeStreamResult result = get(client).stream(consumer()).sync();
			assertThat(result.header().revision()).isEqualTo(9);
			assertThat(result.header().memberId()).isEqualTo(2);
			assertThat(result.count()).isEqualTo(5);
		}
		assertThat(this.keys).containsExactly("a", "b", "c", "d", "e");
		assertThat(this.server.count(RANGE)).isZero();
	}

	@Test
	void requestIsThatOfACall() {
		this.server.onStream(RANGE_STREAM, RangeStreamTests::sendAll);
		try (TestClient client = client()) {
			client.kv().get(KeyRange.between("a", "x")).keysOnly().revision(4).stream(consumer()).sync();
			client.kv().get(KeyRange.all()).serializable().stream(consumer()).sync();
		}
		ScriptedStream first = this.server.stream(RANGE_STREAM, 1);
		assertThat(first.request(1, RangeRequest.parser())).isEqualTo(RangeRequest.newBuilder()
			.setKey(ByteString.copyFromUtf8("a"))
			.setRangeEnd(ByteString.copyFromUtf8("x"))
			.setKeysOnly(true)
			.setRevision(4)
			.build());
		assertThat(first.header("hasleader")).isEqualTo("true");
		assertThat(first.halfClosed()).isCompleted();
		ScriptedStream second = this.server.stream(RANGE_STREAM, 2);
		assertThat(second.request(1, RangeRequest.parser()).getSerializable()).isTrue();
		assertThat(second.header("hasleader")).isNull();
	}

	@Test
	void namespaceIsTakenOffTheKeys() {
		this.server.onStream(RANGE_STREAM, (stream) -> {
			stream.reply(chunk(withHeader(keys("ns/a", "ns/b"), 9).setCount(2)));
			stream.complete();
		});
		try (TestClient client = client()) {
			new Kv(client.transport(), Namespace.of("ns/")).get(KeyRange.all()).stream(consumer()).sync();
		}
		assertThat(this.keys).containsExactly("a", "b");
		RangeRequest request = this.server.stream(RANGE_STREAM, 1).request(1, RangeRequest.parser());
		assertThat(request.getKey().toStringUtf8()).isEqualTo("ns/");
		assertThat(request.getRangeEnd().toStringUtf8()).isEqualTo("ns0");
	}

	@Test
	void nextChunkIsAskedForWhenTheOneBeforeIsHandled() {
		this.server.onStream(RANGE_STREAM, RangeStreamTests::sendAll);
		CountedAnswers answers = new CountedAnswers(RANGE_STREAM);
		List<Integer> requested = new ArrayList<>();
		try (TestClient client = TestClient.of(this.server.endpoint())
			.channelCustomizer((builder) -> builder.intercept(answers))
			.open()) {
			get(client).stream((found) -> requested.add(answers.requested())).sync();
		}
		assertThat(requested).containsExactly(1, 1, 2, 2, 3);
	}

	@Test
	void requestMayBeChangedWhileItsRangeIsRead() {
		CountDownLatch changed = new CountDownLatch(1);
		this.server.on(RANGE, (exchange) -> {
			if (exchange.number() == 1) {
				exchange.reply(withHeader(keys("a"), 9).setMore(true).build());
			}
			else {
				exchange.reply(withHeader(keys("b"), 10).build());
			}
		});
		try (TestClient client = client()) {
			GetRequest request = get(client);
			CompletableFuture<RangeStreamResult> pending = request.stream((found) -> {
				this.keys.add(found.keyAsUtf8());
				try {
					assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}).async();
			this.server.call(RANGE, 1);
			request.revision(3).keysOnly().serializable();
			changed.countDown();
			assertThat(pending).succeedsWithin(SOON);
		}
		assertThat(this.keys).containsExactly("a", "b");
		RangeRequest second = this.server.call(RANGE, 2).request(RangeRequest.parser());
		assertThat(second.getKeysOnly()).isFalse();
		assertThat(second.getSerializable()).isFalse();
		assertThat(second.getRevision()).isEqualTo(9);
	}

	@Test
	void failureInTheMiddleIsReportedAfterTheKeysThatWereHandedOver() {
		this.server.onStream(RANGE_STREAM, (stream) -> {
			stream.reply(chunk(keys("a", "b")));
			stream.fail(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted");
		});
		try (TestClient client = client()) {
			assertThatExceptionOfType(CompactedException.class).isThrownBy(() -> get(client).stream(consumer()).sync());
		}
		assertThat(this.keys).containsExactly("a", "b");
		assertThat(this.server.streams(RANGE_STREAM)).hasSize(1);
		assertThat(this.server.count(RANGE)).isZero();
	}

	@Test
	void lostConnectionInTheMiddleIsNotRepaired() {
		this.server.onStream(RANGE_STREAM, (stream) -> {
			stream.reply(chunk(keys("a", "b")));
			stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped");
		});
		try (ScriptedServer second = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), second.endpoint()).open()) {
			second.onStream(RANGE_STREAM, RangeStreamTests::sendAll);
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> get(client).stream(consumer()).sync())
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.SERVER_STOPPED))
				.satisfies((ex) -> assertThat(ex.operation()).isEqualTo("get"));
			assertThat(second.streams(RANGE_STREAM)).isEmpty();
		}
		assertThat(this.keys).containsExactly("a", "b");
	}

	@Test
	void failureBeforeTheFirstChunkIsRepairedAtAnotherMember() {
		this.server.onStream(RANGE_STREAM,
				(stream) -> stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (ScriptedServer second = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), second.endpoint()).open()) {
			second.onStream(RANGE_STREAM, RangeStreamTests::sendAll);
			assertThat(get(client).stream(consumer()).sync().count()).isEqualTo(5);
		}
		assertThat(this.keys).containsExactly("a", "b", "c", "d", "e");
	}

	@Test
	void serverWithoutStreamsIsAskedForPagesAndForAStreamTheNextTime() {
		this.server.on(RANGE, (exchange) -> {
			if (exchange.number() == 1) {
				exchange.reply(withHeader(keys("a", "b"), 9).setMore(true).setCount(3).build());
			}
			else {
				exchange.reply(withHeader(keys("c"), 11).setCount(1).build());
			}
		});
		try (TestClient client = client()) {
			RangeStreamResult result = client.kv().get(KeyRange.between("a", "x")).stream(consumer()).sync();
			assertThat(result.count()).isEqualTo(3);
			assertThat(result.header().revision()).isEqualTo(9);
			assertThat(this.keys).containsExactly("a", "b", "c");
			RangeRequest first = this.server.call(RANGE, 1).request(RangeRequest.parser());
			RangeRequest second = this.server.call(RANGE, 2).request(RangeRequest.parser());
			assertThat(first.getRevision()).isZero();
			assertThat(first.getLimit()).isEqualTo(1000);
			assertThat(second)
				.isEqualTo(first.toBuilder().setRevision(9).setKey(ByteString.copyFromUtf8("b\0")).build());
			this.keys.clear();
			this.server.onStream(RANGE_STREAM, RangeStreamTests::sendAll);
			get(client).stream(consumer()).sync();
		}
		assertThat(this.keys).containsExactly("a", "b", "c", "d", "e");
		assertThat(this.server.count(RANGE)).isEqualTo(2);
	}

	@Test
	void pagesFailAfterTheKeysThatWereHandedOver() {
		this.server.on(RANGE, (exchange) -> {
			if (exchange.number() == 1) {
				exchange.reply(withHeader(keys("a", "b"), 9).setMore(true).build());
			}
			else {
				exchange.fail(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted");
			}
		});
		try (TestClient client = client()) {
			assertThatExceptionOfType(CompactedException.class).isThrownBy(() -> get(client).stream(consumer()).sync());
		}
		assertThat(this.keys).containsExactly("a", "b");
	}

	@Test
	void manyPagesNeedNoDeepStack() {
		int pages = 20_000;
		this.server.on(RANGE, (exchange) -> exchange
			.reply(withHeader(keys("k" + exchange.number()), 9).setMore(exchange.number() < pages).build()));
		try (TestClient client = client()) {
			assertThat(get(client).stream(consumer()).sync().count()).isEqualTo(pages);
		}
		assertThat(this.keys).hasSize(pages);
	}

	@Test
	void whatTheConsumerThrowsEndsTheStream() {
		this.server.onStream(RANGE_STREAM, (stream) -> stream.reply(chunk(keys("a", "b"))));
		IllegalStateException thrown = new IllegalStateException("thrown by the test's consumer");
		try (TestClient client = client()) {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> get(client).stream((found) -> {
				this.keys.add(found.keyAsUtf8());
				throw thrown;
			}).sync()).isSameAs(thrown);
			assertThat(this.server.stream(RANGE_STREAM, 1).cancelled()).succeedsWithin(SOON);
		}
		assertThat(this.keys).containsExactly("a");
	}

	@Test
	void whatTheConsumerThrowsEndsThePages() {
		this.server.on(RANGE, (exchange) -> exchange.reply(withHeader(keys("a", "b"), 9).setMore(true).build()));
		AssertionError thrown = new AssertionError("thrown by the test's consumer");
		try (TestClient client = client()) {
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> get(client).stream((found) -> {
				this.keys.add(found.keyAsUtf8());
				throw thrown;
			}).sync()).isSameAs(thrown);
		}
		assertThat(this.keys).containsExactly("a");
		assertThat(this.server.count(RANGE)).isEqualTo(1);
	}

	@Test
	void callOfTheConsumerThatIsUnknownToTheServerDoesNotBeginAnew() {
		this.server.onStream(RANGE_STREAM, RangeStreamTests::sendAll);
		EtcdException thrown = Failure.ofRead("auth status", StatusCode.UNIMPLEMENTED, Reason.UNIMPLEMENTED)
			.toException();
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> get(client).stream((found) -> {
				this.keys.add(found.keyAsUtf8());
				throw thrown;
			}).sync()).isSameAs(thrown);
		}
		assertThat(this.keys).containsExactly("a");
		assertThat(this.server.count(RANGE)).isZero();
	}

	@Test
	void cancelledRequestHandsNothingMoreOver() throws InterruptedException {
		this.server.onStream(RANGE_STREAM, (stream) -> stream.reply(chunk(keys("a", "b"))));
		CountDownLatch began = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		try (TestClient client = client()) {
			CompletableFuture<RangeStreamResult> pending = get(client).stream((found) -> {
				this.keys.add(found.keyAsUtf8());
				began.countDown();
				try {
					assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}).async();
			assertThat(began.await(20, TimeUnit.SECONDS)).isTrue();
			pending.cancel(true);
			assertThat(this.server.stream(RANGE_STREAM, 1).cancelled()).succeedsWithin(SOON);
			go.countDown();
		}
		assertThat(this.keys).containsExactly("a");
	}

	@Test
	void cancelledRequestAsksForNoMorePages() {
		this.server.on(RANGE, ScriptedServer.SILENCE);
		try (TestClient client = client()) {
			CompletableFuture<RangeStreamResult> pending = get(client).stream(consumer()).async();
			ScriptedServer.Exchange page = this.server.call(RANGE, 1);
			pending.cancel(true);
			assertThat(page.cancelled()).succeedsWithin(SOON);
		}
		assertThat(this.server.count(RANGE)).isEqualTo(1);
	}

	@Test
	void timeoutLimitsTheStream() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(RANGE_STREAM, (stream) -> stream.reply(chunk(keys("a"))));
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			CompletableFuture<RangeStreamResult> pending = get(client).stream(consumer())
				.timeout(Duration.ofSeconds(5))
				.async();
			await().until(() -> this.keys.size() == 1);
			timer.advance(Duration.ofSeconds(6));
			failure(pending, EtcdTimeoutException.class);
		}
	}

	@Test
	void timeoutLimitsThePagesTogether() {
		this.server.on(RANGE, (exchange) -> exchange.reply(withHeader(keys("a"), 9).setMore(true).build()));
		try (TestClient client = client()) {
			CompletableFuture<RangeStreamResult> pending = get(client).stream(consumer())
				.timeout(Duration.ofMillis(300))
				.async();
			failure(pending, EtcdTimeoutException.class);
		}
		assertThat(this.keys).isNotEmpty();
	}

	@Test
	void thirtySecondsOfSilenceAreTheEnd() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(RANGE_STREAM, (stream) -> stream.reply(chunk(keys("a"))));
		CountedAnswers answers = new CountedAnswers(RANGE_STREAM);
		try (TestClient client = TestClient.of(this.server.endpoint())
			.timer(timer)
			.channelCustomizer((builder) -> builder.intercept(answers))
			.open()) {
			CompletableFuture<RangeStreamResult> pending = get(client).stream(consumer()).async();
			await().until(() -> answers.requested() == 2);
			timer.advance(Duration.ofSeconds(31));
			assertThat(failure(pending, EtcdTimeoutException.class)).hasMessageContaining("nothing came for 30 s");
		}
		assertThat(this.keys).containsExactly("a");
	}

	@Test
	void clusterWithoutALeaderIsNotAskedForEver() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(RANGE_STREAM, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "etcdserver: no leader"));
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			CompletableFuture<RangeStreamResult> pending = get(client).stream(consumer()).async();
			await().pollInterval(Duration.ofMillis(5)).until(() -> {
				timer.advance(Duration.ofMillis(500));
				return pending.isDone();
			});
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(pending::get)
				.withCauseInstanceOf(EtcdTimeoutException.class);
		}
		assertThat(this.server.streams(RANGE_STREAM)).hasSizeGreaterThan(3);
	}

	@Test
	void streamThatEndsWithoutAWordIsAFailure() {
		this.server.onStream(RANGE_STREAM, ScriptedStream::complete);
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> get(client).stream(consumer()).sync())
				.withMessageContaining("without saying anything");
		}
	}

}
