/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.transport.ManualTimer;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedServer.Step;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.client.watch.Watches;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.StatusResponse;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Caches whose server does what real ones do rarely.
 */
@Timeout(30)
class ScriptedCacheTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final Step COMPACTED = ScriptedServer.fail(Status.Code.OUT_OF_RANGE,
			"etcdserver: mvcc: required revision has been compacted");

	private final List<String> told = new ArrayList<>();

	private final CompletableFuture<@Nullable EtcdException> closed = new CompletableFuture<>();

	private ScriptedServer server;

	private TestClient client;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
		this.client = TestClient.of(this.server.endpoint()).open();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
	}

	private Caches caches() {
		return new Caches(this.client.transport(), this.client.kv(),
				new Watches(this.client.transport(), Namespace.NONE));
	}

	private CacheRequest request() {
		return caches().cache(KeyRange.prefix("/")).listener(new Telling());
	}

	private synchronized List<String> told() {
		return List.copyOf(this.told);
	}

	private synchronized void tell(String what) {
		this.told.add(what);
	}

	private void awaitTold(String... expected) {
		await().atMost(SOON).untilAsserted(() -> assertThat(told()).containsExactly(expected));
	}

	private static ResponseHeader header(long revision) {
		return ResponseHeader.newBuilder().setRevision(revision).build();
	}

	private static io.github.etcdspring.proto.KeyValue proto(String key, long revision) {
		return io.github.etcdspring.proto.KeyValue.newBuilder()
			.setKey(ByteString.copyFromUtf8(key))
			.setValue(ByteString.copyFromUtf8("v" + revision))
			.setCreateRevision(1)
			.setModRevision(revision)
			.setVersion(1)
			.build();
	}

	private static Step listing(long revision, boolean more, io.github.etcdspring.proto.KeyValue... found) {
		return ScriptedServer.reply(RangeResponse.newBuilder()
			.setHeader(header(revision))
			.addAllKvs(List.of(found))
			.setMore(more)
			.setCount(found.length)
			.build());
	}

	/** Whatever the watch waits for, it is created. */
	private static ScriptedServer.StreamStep created(long revision) {
		return (stream) -> create(stream, 1, revision);
	}

	private static long create(ScriptedStream stream, int number, long revision) {
		long id = stream.request(number, WatchRequest.parser()).getCreateRequest().getWatchId();
		stream.reply(WatchResponse.newBuilder().setHeader(header(revision)).setWatchId(id).setCreated(true).build());
		return id;
	}

	private static void put(ScriptedStream stream, String key, long revision) {
		stream.reply(WatchResponse.newBuilder()
			.setHeader(header(revision))
			.setWatchId(1)
			.addEvents(Event.newBuilder().setType(Event.EventType.PUT).setKv(proto(key, revision)))
			.build());
	}

	private static void delete(ScriptedStream stream, String key, long revision) {
		stream.reply(WatchResponse.newBuilder()
			.setHeader(header(revision))
			.setWatchId(1)
			.addEvents(Event.newBuilder()
				.setType(Event.EventType.DELETE)
				.setKv(io.github.etcdspring.proto.KeyValue.newBuilder()
					.setKey(ByteString.copyFromUtf8(key))
					.setModRevision(revision)))
			.build());
	}

	private static void cancel(ScriptedStream stream, String reason) {
		stream.reply(WatchResponse.newBuilder()
			.setHeader(header(20))
			.setWatchId(1)
			.setCanceled(true)
			.setCancelReason(reason)
			.build());
	}

	@Test
	void pagesAreReadAtOneRevisionAndTheWatchBeginsAfterIt() {
		this.server.on(ScriptedServer.RANGE, listing(10, true, proto("/a", 3)), listing(14, false, proto("/b", 4)));
		this.server.onStream(ScriptedServer.WATCH, created(15));
		try (Cache cache = request().open()) {
			assertThat(cache.ready()).succeedsWithin(SOON).isEqualTo(10L);
			assertThat(cache.keyValues()).extracting(KeyValue::keyAsUtf8).containsExactly("/a", "/b");
			RangeRequest second = this.server.call(ScriptedServer.RANGE, 2).request(RangeRequest.parser());
			assertThat(second.getRevision()).isEqualTo(10);
			assertThat(second.getSerializable()).isFalse();
			assertThat(second.getKey().toStringUtf8()).isEqualTo("/a\0");
			WatchRequest watch = this.server.stream(ScriptedServer.WATCH, 1).request(1, WatchRequest.parser());
			assertThat(watch.getCreateRequest().getStartRevision()).isEqualTo(11);
			assertThat(watch.getCreateRequest().getProgressNotify()).isTrue();
			await().atMost(SOON).until(cache::isConnected);
		}
	}

	@Test
	void listingWhoseRevisionIsCompactedBeginsAgain() {
		this.server.on(ScriptedServer.RANGE, listing(10, true, proto("/a", 3)), COMPACTED,
				listing(30, false, proto("/a", 25)));
		try (Cache cache = request().open()) {
			assertThat(cache.ready()).succeedsWithin(SOON).isEqualTo(30L);
			assertThat(this.server.call(ScriptedServer.RANGE, 3).request(RangeRequest.parser()).getRevision()).isZero();
			assertThat(cache.get("/a")).map(KeyValue::modRevision).contains(25L);
			awaitTold("DISCONNECTED", "PUT /a=v25", "RESYNC 30");
		}
	}

	@Test
	void compactionOfTheWatchIsMetWithTheDifference() {
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3), proto("/b", 4), proto("/c", 5)),
				listing(30, false, proto("/a", 3), proto("/b", 25), proto("/d", 26)));
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			long id = create(stream, 1, 28);
			stream.reply(WatchResponse.newBuilder()
				.setHeader(header(28))
				.setWatchId(id)
				.setCanceled(true)
				.setCompactRevision(27)
				.build());
		}, created(30));
		try (Cache cache = request().open()) {
			assertThat(cache.atLeast(30).async()).succeedsWithin(SOON)
				.satisfies((snapshot) -> assertThat(snapshot.size()).isEqualTo(3));
			awaitTold("PUT /a=v3", "PUT /b=v4", "PUT /c=v5", "RESYNC 10", "DISCONNECTED", "PUT /b=v25 after v4",
					"DELETE /c", "PUT /d=v26", "RESYNC 30", "RESUMED");
		}
	}

	@Test
	void watchThatIsRefusedAgainAndAgainIsAskedForWithPauses() {
		ManualTimer timer = new ManualTimer();
		this.client.close();
		this.client = TestClient.of(this.server.endpoint()).timer(timer).open();
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3)));
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			create(stream, 1, 10);
			cancel(stream, "etcdserver: watch canceled");
		});
		try (Cache cache = request().open()) {
			this.server.stream(ScriptedServer.WATCH, 2);
			for (Duration pause : List.of(Duration.ofMillis(500), Duration.ofSeconds(1))) {
				int streams = this.server.streams(ScriptedServer.WATCH).size();
				await().atMost(SOON).until(() -> timer.waitingAbout(pause) != null);
				assertThat(this.server.streams(ScriptedServer.WATCH)).hasSize(streams);
				timer.advance(pause.multipliedBy(2));
				this.server.stream(ScriptedServer.WATCH, streams + 1);
			}
			assertThat(cache.get("/a")).isPresent();
			assertThat(this.server.count(ScriptedServer.RANGE)).isEqualTo(1);
		}
	}

	@Test
	void permissionThatIsTakenAwayEndsTheCache() {
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3)));
		this.server.onStream(ScriptedServer.WATCH, (stream) -> create(stream, 1, 10));
		try (Cache cache = request().open()) {
			// A listener that is late would be told of both changes first.
			awaitTold("PUT /a=v3", "RESYNC 10");
			put(this.server.stream(ScriptedServer.WATCH, 1), "/b", 11);
			assertThat(cache.atLeast(11).async()).succeedsWithin(SOON);
			awaitTold("PUT /a=v3", "RESYNC 10", "PUT /b=v11");
			CompletableFuture<CacheSnapshot> waiting = cache.atLeast(100).async();
			cancel(this.server.stream(ScriptedServer.WATCH, 1),
					"rpc error: code = PermissionDenied desc = etcdserver: permission denied");
			assertThat(this.closed).succeedsWithin(SOON).isInstanceOf(PermissionDeniedException.class);
			assertThatExceptionOfType(PermissionDeniedException.class).isThrownBy(() -> cache.get("/a"));
			assertThat(waiting).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(PermissionDeniedException.class);
			assertThat(cache.state()).isEqualTo(CacheState.CLOSED);
		}
		awaitTold("PUT /a=v3", "RESYNC 10", "PUT /b=v11", "CLOSED");
	}

	@Test
	void linearizableReadUsesProgress() {
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3)), listing(15, false));
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			create(stream, 1, 10);
			assertThat(stream.request(2, WatchRequest.parser()).hasProgressRequest()).isTrue();
			stream.reply(WatchResponse.newBuilder().setHeader(header(16)).setWatchId(-1).build());
		});
		try (Cache cache = request().open()) {
			assertThat(cache.ready()).succeedsWithin(SOON);
			assertThat(cache.linearizable().async()).succeedsWithin(SOON)
				.satisfies((snapshot) -> assertThat(snapshot.revision()).isEqualTo(16));
			RangeRequest question = this.server.call(ScriptedServer.RANGE, 2).request(RangeRequest.parser());
			assertThat(question.getCountOnly()).isTrue();
			assertThat(question.getRangeEnd()).isEmpty();
		}
	}

	@Test
	void linearizableReadComparesWhereProgressIsNotTrue() {
		this.server.on(ScriptedServer.STATUS,
				ScriptedServer.reply(StatusResponse.newBuilder().setVersion("3.4.23").build()));
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3)), listing(15, false),
				// A key was deleted meanwhile, and the watch is late.
				ScriptedServer.reply(RangeResponse.newBuilder().setHeader(header(15)).setCount(2).build()),
				ScriptedServer.reply(RangeResponse.newBuilder().setHeader(header(17)).setCount(1).build()));
		this.server.onStream(ScriptedServer.WATCH, created(10));
		try (Cache cache = request().open()) {
			assertThat(cache.ready()).succeedsWithin(SOON);
			assertThat(cache.linearizable().async()).succeedsWithin(SOON)
				.satisfies((snapshot) -> assertThat(snapshot.revision()).isEqualTo(17));
			RangeRequest comparison = this.server.call(ScriptedServer.RANGE, 3).request(RangeRequest.parser());
			assertThat(comparison.getMinModRevision()).isEqualTo(11);
			assertThat(comparison.getKeysOnly()).isTrue();
			assertThat(comparison.getSerializable()).isFalse();
			assertThat(comparison.getRangeEnd().toStringUtf8()).isEqualTo("0");
			assertThat(cache.revision()).isEqualTo(17);
		}
	}

	@Test
	void readersDoNotGoBackToWhatTheWatchTellsLate() {
		this.server.on(ScriptedServer.STATUS,
				ScriptedServer.reply(StatusResponse.newBuilder().setVersion("3.4.23").build()));
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3)), listing(15, false),
				ScriptedServer.reply(RangeResponse.newBuilder().setHeader(header(15)).setCount(1).build()));
		this.server.onStream(ScriptedServer.WATCH, created(10));
		try (Cache cache = request().open()) {
			await().atMost(SOON).until(cache::isConnected);
			assertThat(cache.linearizable().async()).succeedsWithin(SOON);
			ScriptedStream stream = this.server.stream(ScriptedServer.WATCH, 1);
			awaitTold("PUT /a=v3", "RESYNC 10");
			// Made and deleted again before revision 15, at which the store was like
			// before.
			put(stream, "/b", 12);
			awaitTold("PUT /a=v3", "RESYNC 10", "PUT /b=v12");
			assertThat(cache.revision()).isEqualTo(15);
			assertThat(cache.get("/b")).isEmpty();
			delete(stream, "/b", 13);
			put(stream, "/c", 16);
			assertThat(cache.atLeast(16).async()).succeedsWithin(SOON);
			assertThat(cache.keyValues()).extracting(KeyValue::keyAsUtf8).containsExactly("/a", "/c");
			awaitTold("PUT /a=v3", "RESYNC 10", "PUT /b=v12", "DELETE /b", "PUT /c=v16");
		}
	}

	@Test
	void readThatWaitsTooLongTimesOut() {
		ManualTimer timer = new ManualTimer();
		this.client.close();
		this.client = TestClient.of(this.server.endpoint()).timer(timer).open();
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3)));
		this.server.onStream(ScriptedServer.WATCH, created(10));
		try (Cache cache = request().open()) {
			assertThat(cache.ready()).succeedsWithin(SOON);
			await().atMost(SOON).until(cache::isConnected);
			CompletableFuture<CacheSnapshot> read = cache.atLeast(12).timeout(Duration.ofMillis(50)).async();
			timer.advance(Duration.ofMillis(51));
			assertThat(read).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(EtcdTimeoutException.class)
				.withMessageContaining("is at revision 10, revision 12 was asked for");
			CompletableFuture<CacheSnapshot> cancelled = cache.atLeast(11).async();
			cancelled.cancel(true);
			put(this.server.stream(ScriptedServer.WATCH, 1), "/b", 11);
			assertThat(cache.atLeast(11).async()).succeedsWithin(SOON);
			assertThat(cancelled).isCancelled();
		}
	}

	@Test
	void clientThatClosesDuringAPauseEndsTheCache() {
		ManualTimer timer = new ManualTimer();
		this.client.close();
		this.client = TestClient.of(this.server.endpoint()).timer(timer).open();
		this.server.on(ScriptedServer.RANGE, COMPACTED);
		Cache cache = request().open();
		await().atMost(SOON).until(() -> timer.waitingAbout(Duration.ofMillis(500)) != null);
		CompletableFuture<CacheSnapshot> waiting = cache.atLeast(5).async();
		this.client.close();
		assertThat(this.closed).succeedsWithin(SOON).isInstanceOf(ClientClosedException.class);
		assertThat(cache.ready()).failsWithin(SOON);
		assertThat(waiting).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ClientClosedException.class);
		assertThat(caches().cache(KeyRange.all()).open().ready()).failsWithin(SOON);
		await().atMost(SOON).until(() -> this.client.threads() == 0);
	}

	@Test
	void interruptedReaderIsToldSo() throws Exception {
		this.server.on(ScriptedServer.RANGE, listing(10, false, proto("/a", 3)));
		try (Cache cache = request().open()) {
			assertThat(cache.ready()).succeedsWithin(SOON);
			CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
			Thread reader = new Thread(() -> {
				try {
					cache.atLeast(11).sync();
				}
				catch (EtcdException ex) {
					interrupted.complete(Thread.currentThread().isInterrupted());
				}
			});
			reader.start();
			reader.interrupt();
			assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	@SuppressWarnings("NullAway")
	void argumentsAreChecked() {
		assertThatIllegalArgumentException().isThrownBy(() -> caches().cache(null));
		assertThatIllegalArgumentException().isThrownBy(() -> request().maxBytes(0)).withMessageContaining("but was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> request().pageSize(0));
		assertThatIllegalArgumentException().isThrownBy(() -> request().listenerBufferBytes(1023));
		assertThatIllegalArgumentException().isThrownBy(() -> request().listener(null));
		try (Cache cache = request().open()) {
			assertThatIllegalArgumentException().isThrownBy(() -> cache.view(null));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.addListener(null));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.get("outside"));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.linearizable().timeout(Duration.ZERO));
		}
	}

	private final class Telling implements CacheListener {

		@Override
		public void onPut(KeyValue now, @Nullable KeyValue before) {
			tell("PUT " + now.keyAsUtf8() + "=" + now.valueAsUtf8()
					+ ((before != null) ? " after " + before.valueAsUtf8() : ""));
		}

		@Override
		public void onDelete(KeyValue before) {
			tell("DELETE " + before.keyAsUtf8());
		}

		@Override
		public void onResync(long revision) {
			tell("RESYNC " + revision);
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			tell("DISCONNECTED");
		}

		@Override
		public void onResumed() {
			tell("RESUMED");
		}

		@Override
		public void onClosed(@Nullable EtcdException cause) {
			tell("CLOSED");
			ScriptedCacheTests.this.closed.complete(cause);
		}

	}

}
