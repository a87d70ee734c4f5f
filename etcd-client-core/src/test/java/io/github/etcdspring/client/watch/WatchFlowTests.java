/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TcpRelay;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.RangeResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a slow consumer costs, and what others do not cost a watch.
 */
class WatchFlowTests extends ScriptedWatchTests {

	private static final int EVENT = 10_000;

	/** Much more than fits into the windows of a connection. */
	private static final int EVENTS = 6_000;

	private static final int FIRST = 10;

	private static final String KEY = "k".repeat(EVENT);

	/**
	 * Send events as long as the client takes them.
	 * @param id the id of the watch
	 * @return how many it took
	 */
	private int flood(long id) {
		ScriptedStream stream = stream(1);
		int sent = 0;
		while (sent < EVENTS && isReadyAgain(stream)) {
			stream.reply(WatchAnswers.events(id, (FIRST + sent) + "=" + KEY));
			sent++;
		}
		return sent;
	}

	private static boolean isReadyAgain(ScriptedStream stream) {
		long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
		while (!stream.isReady() && System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
		return stream.isReady();
	}

	private void assertHeldBack(int sent) {
		assertThat((long) sent * EVENT).as("bytes that the client took").isLessThan(20_000_000L);
		assertThat(sent).isLessThan(EVENTS);
	}

	private void sendTheRest(long id, int sent) {
		for (int i = sent; i < EVENTS; i++) {
			stream(1).reply(WatchAnswers.events(id, (FIRST + i) + "=" + KEY));
		}
	}

	@Test
	void subscriberThatAsksForNothingStopsTheServer() {
		List<Long> seen = new ArrayList<>();
		CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
		watches().watch(KeyRange.all())
			.fromRevision(FIRST)
			.bufferBytes(1024)
			.publisher()
			.subscribe(new Flow.Subscriber<>() {
				@Override
				public void onSubscribe(Flow.Subscription subscription) {
					subscribed.complete(subscription);
				}

				@Override
				public synchronized void onNext(WatchBatch batch) {
					synchronized (seen) {
						seen.add(batch.revision());
					}
				}

				@Override
				public void onError(Throwable cause) {
				}

				@Override
				public void onComplete() {
				}
			});
		long id = WatchAnswers.accept(stream(1), 1, 100);
		int sent = flood(id);
		assertHeldBack(sent);
		subscribed.join().request(Long.MAX_VALUE);
		sendTheRest(id, sent);
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			synchronized (seen) {
				return seen.size() == EVENTS;
			}
		});
		assertThat(seen).isSorted().doesNotHaveDuplicates().startsWith((long) FIRST);
	}

	@Test
	void loopThatTakesNothingStopsTheServer() {
		try (WatchIterator changes = watches().watch(KeyRange.all()).fromRevision(FIRST).bufferBytes(1024).iterate()) {
			long id = WatchAnswers.accept(stream(1), 1, 100);
			int sent = flood(id);
			assertHeldBack(sent);
			sendTheRest(id, sent);
			for (int i = 0; i < EVENTS; i++) {
				assertThat(changes.next().revision()).isEqualTo(FIRST + i);
			}
		}
	}

	@Test
	void listenerWithAStreamOfItsOwnStopsTheServer() {
		Semaphore permits = new Semaphore(0);
		List<Long> seen = new ArrayList<>();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(FIRST).bufferBytes(1024).progress().open((batch) -> {
			permits.acquireUninterruptibly();
			synchronized (seen) {
				seen.add(batch.revision());
			}
		});
		long id = WatchAnswers.accept(stream(1), 1, 100);
		int sent = flood(id);
		assertHeldBack(sent);
		permits.release(EVENTS);
		sendTheRest(id, sent);
		await().atMost(Duration.ofSeconds(30)).until(() -> watch.nextRevision() == FIRST + EVENTS);
		await().until(() -> {
			synchronized (seen) {
				return seen.size() == EVENTS;
			}
		});
		assertThat(seen).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void listenerThatSharesItsStreamIsCancelledAndOthersGoOn() {
		Semaphore permits = new Semaphore(0);
		Told other = new Told();
		Watches watches = watches();
		Watch slow = watches.watch(KeyRange.key("slow"))
			.fromRevision(FIRST)
			.bufferBytes(100_000)
			.open((batch) -> permits.acquireUninterruptibly());
		watches.watch(KeyRange.key("other")).fromRevision(FIRST).open(other);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		long otherId = WatchAnswers.accept(stream(1), 2, 100);
		// A server that goes on although it was asked to stop.
		assertThat(flood(id)).isEqualTo(EVENTS);
		stream(1).reply(WatchAnswers.events(otherId, "10=a"));
		other.expect("10=a");
		assertThat(WatchAnswers.cancel(stream(1), 3)).isEqualTo(id);
		assertThat(slow.nextRevision()).as("the one in its handling").isEqualTo(FIRST + 1);
		permits.release(EVENTS);
		assertThat(WatchAnswers.create(stream(1), 4).getStartRevision()).as("what was kept")
			.isBetween((long) FIRST + 1, FIRST + 20L);
	}

	@Test
	void largeAnswerOnASlowLineDoesNotHoldUpAWatch() {
		this.server.on(ScriptedServer.RANGE,
				ScriptedServer.reply(RangeResponse.newBuilder()
					.addKvs(KeyValue.newBuilder()
						.setKey(ByteString.copyFromUtf8("k"))
						.setValue(ByteString.copyFrom(new byte[1_000_000])))
					.build()));
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint()).open()) {
			Told told = new Told();
			new Watches(client.transport(), Namespace.NONE).watch(KeyRange.all()).fromRevision(FIRST).open(told);
			long id = WatchAnswers.accept(stream(1), 1, 100);
			stream(1).reply(WatchAnswers.events(id, FIRST + "=a"));
			told.expect(FIRST + "=a");
			relay.slow(200_000);
			CompletableFuture<GetResult> get = client.kv().get("k").async();
			this.server.call(ScriptedServer.RANGE, 1);
			for (int i = 1; i <= 10; i++) {
				String event = (FIRST + i) + "=a";
				stream(1).reply(WatchAnswers.events(id, event));
				await().pollInterval(Duration.ofMillis(5))
					.atMost(Duration.ofSeconds(2))
					.until(() -> told.all().contains(event));
			}
			assertThat(get).as("still being read").isNotDone();
			await().atMost(Duration.ofSeconds(20)).until(get::isDone);
			assertThat(get).isCompleted();
		}
	}

}
