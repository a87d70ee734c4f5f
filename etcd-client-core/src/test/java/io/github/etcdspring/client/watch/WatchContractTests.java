/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TcpRelay;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a listener may rely on: the order of what it is told, one end, and that whatever
 * it does harms nobody.
 */
class WatchContractTests extends ScriptedWatchTests {

	@Test
	void whatComesTogetherIsToldInOrder() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			long id = WatchAnswers.create(stream, 1).getWatchId();
			boolean first = stream.number() % 2 == 1;
			stream.reply(WatchAnswers.created(id, 100));
			stream.reply(WatchAnswers.events(id, first ? "5=a,6=b" : "7=c"));
			if (first) {
				stream.fail(Status.Code.UNAVAILABLE, "gone");
			}
			else {
				stream.reply(WatchAnswers.compacted(id, 42));
			}
		});
		Watches watches = watches();
		for (int i = 0; i < 50; i++) {
			Told told = new Told();
			Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
			told.expect("5=a", "6=b", "disconnected", "resumed", "7=c", "closed at 8: COMPACTED");
			assertThat(watch.ready()).isCompletedWithValue(5L);
		}
	}

	@Test
	void changesThatComeWithoutPreviousValuesAreAskedForAgain() {
		List<WatchBatch> batches = new CopyOnWriteArrayList<>();
		watches().watch(KeyRange.all()).fromRevision(5).previousValues().open(batches::add);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, "5=new"));
		stream(1).reply(WatchAnswers.changes(id, "6=a,7=b", false));
		assertThat(WatchAnswers.cancel(stream(1), 2)).isEqualTo(id);
		assertThat(WatchAnswers.create(stream(1), 3).getStartRevision()).isEqualTo(6);
		long again = WatchAnswers.accept(stream(1), 3, 100);
		assertThat(again).isNotEqualTo(id);
		stream(1).reply(WatchAnswers.changes(id, "8=late", false));
		stream(1).reply(WatchAnswers.changes(again, "6=a,7=b", true));
		// Known to be told from now on, so that this one was compacted.
		stream(1).reply(WatchAnswers.changes(again, "8=c", false));
		await()
			.untilAsserted(() -> assertThat(batches).extracting(WatchBatch::revision).containsExactly(5L, 6L, 7L, 8L));
		assertThat(batches).extracting((batch) -> batch.events().get(0).previous() != null)
			.containsExactly(false, true, true, false);
	}

	@Test
	void previousValuesThatAreGoneAreNotAskedForForEver() {
		Told told = new Told();
		Watches watches = watches();
		watches.watch(KeyRange.all()).fromRevision(5).previousValues().open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		for (int request = 2; request <= 6; request += 2) {
			stream(1).reply(WatchAnswers.changes(id, "5=a,6=b", false));
			assertThat(WatchAnswers.cancel(stream(1), request)).isEqualTo(id);
			id = WatchAnswers.accept(stream(1), request + 1, 100);
		}
		stream(1).reply(WatchAnswers.changes(id, "5=a,6=b", false));
		stream(1).reply(WatchAnswers.changes(id, "7=c", false));
		told.expect("5=a", "6=b", "7=c");
		settle(watches, stream(1));
	}

	@ParameterizedTest
	@EnumSource
	void listenerIsToldOneEndAndNothingAfterIt(End end) {
		Watches watches = watches();
		Told told = new Told();
		Watch watch = watches.watch(KeyRange.all()).fromRevision(5).maxRetries(1).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		told.expect("5=a");
		stream(1).fail(Status.Code.INTERNAL, "broken");
		ScriptedStream stream = stream(2);
		long again = WatchAnswers.accept(stream, 1, 100);
		stream.reply(WatchAnswers.events(again, "6=b"));
		told.expect("5=a", "disconnected", "resumed", "6=b");
		switch (end) {
			case WATCH_CLOSED -> watch.close();
			case CLIENT_CLOSED -> closeClients();
			case COMPACTED -> stream.reply(WatchAnswers.compacted(again, 42));
			case CANCELLED -> stream.reply(WatchAnswers.cancelled(again, "no more of this"));
			case HOPELESS -> stream.fail(Status.Code.FAILED_PRECONDITION, "never");
			case RETRIES -> {
				this.server.onStream(ScriptedServer.WATCH, (each) -> each.fail(Status.Code.INTERNAL, "still broken"));
				stream.fail(Status.Code.INTERNAL, "broken");
			}
		}
		await().until(() -> told.all().get(told.all().size() - 1).startsWith("closed"));
		stream.reply(WatchAnswers.events(again, "7=c"));
		stream.reply(WatchAnswers.compacted(again, 50));
		watch.close();
		// Whatever would still be told is told before this returns.
		closeClients();
		String[] expected = (end == End.RETRIES)
				? new String[] { "5=a", "disconnected", "resumed", "6=b", "disconnected", end.text }
				: new String[] { "5=a", "disconnected", "resumed", "6=b", end.text };
		assertThat(told.all()).containsExactly(expected);
	}

	@Test
	void listenerThatAlwaysThrowsHarmsNobody() {
		Watches watches = watches();
		Told other = new Told();
		Throwing told = new Throwing();
		watches.watch(KeyRange.key("a")).fromRevision(5).open(told);
		watches.watch(KeyRange.key("b")).fromRevision(5).open(other);
		for (int i = 1; i <= 2; i++) {
			for (int request = 1; request <= 2; request++) {
				long id = WatchAnswers.accept(stream(i), request, 100);
				stream(i).reply(WatchAnswers.events(id, (3 + 2 * i) + "=a," + (4 + 2 * i) + "=b"));
			}
			String last = (4 + 2 * i) + "=b";
			await().until(() -> told.all().contains(last) && other.all().contains(last));
			if (i == 1) {
				stream(1).fail(Status.Code.INTERNAL, "broken");
			}
		}
		closeClients();
		for (Told each : new Told[] { told, other }) {
			each.expect("5=a", "6=b", "disconnected", "resumed", "7=a", "8=b", "closed at 9: CLOSED");
		}
	}

	@Test
	void noLockIsHeldWhileAListenerIsCalled() {
		Watches watches = watches();
		AtomicReference<Watch> own = new AtomicReference<>();
		CompletableFuture<String> probed = new CompletableFuture<>();
		watches.watch(KeyRange.key("other")).fromRevision(5).open(new Told());
		own.set(watches.watch(KeyRange.key("own")).fromRevision(5).open(new Told() {
			@Override
			public void onBatch(WatchBatch batch) {
				super.onBatch(batch);
				// Another thread does it all, while this one waits for it.
				CompletableFuture<Void> done = CompletableFuture.runAsync(() -> {
					watches.watch(KeyRange.key("new")).open(new Told()).close();
					own.get().close();
				}).orTimeout(10, TimeUnit.SECONDS);
				probed.complete(done.handle((result, ex) -> String.valueOf(ex)).join());
			}
		}));
		WatchAnswers.accept(stream(1), 1, 100);
		long id = WatchAnswers.accept(stream(1), 2, 100);
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		assertThat(probed).succeedsWithin(Duration.ofSeconds(15)).isEqualTo("null");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void endpointThatIsNotThereIsReported(boolean refuses) {
		String refusing = this.server.endpoint();
		this.server.close();
		try (TcpRelay hole = TcpRelay.blackHole()) {
			String endpoint = refuses ? refusing : hole.endpoint();
			Told told = new Told();
			Watch watch = watches(TestClient.of(endpoint).connectTimeout(Duration.ofMillis(500))).watch(KeyRange.all())
				.maxRetries(1)
				.open(told);
			assertThat(watch.ready()).failsWithin(10, TimeUnit.SECONDS)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isInstanceOfSatisfying(EtcdException.class, (ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.UNREACHABLE);
					assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
					assertThat(ex).hasMessageContaining(endpoint)
						.hasMessageContaining(refuses ? "Connection refused" : "no connection after");
				});
			told.expect("closed at 0: UNREACHABLE");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void compactionIsTheReasonWhateverElseIsSaid(boolean refused) {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.create(stream(1), 1).getWatchId();
		WatchResponse answer = WatchAnswers.compacted(refused ? -1 : id, 42)
			.toBuilder()
			.setCreated(refused)
			.setCancelReason("mvcc: required revision has been compacted")
			.build();
		if (!refused) {
			stream(1).reply(WatchAnswers.created(id, 100));
		}
		stream(1).reply(answer);
		told.expect("closed at 5: COMPACTED");
		assertThat(told.cause()).isInstanceOfSatisfying(CompactedException.class,
				(cause) -> assertThat(cause.compactedRevision()).hasValue(42));
	}

	@Test
	void answerThatSaysNothingMovesNothing() {
		Watches watches = watches();
		Told told = new Told();
		Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		for (long each : new long[] { id, -1, 0 }) {
			stream(1).reply(WatchResponse.newBuilder().setWatchId(each).build());
		}
		settle(watches, stream(1));
		assertThat(watch.nextRevision()).isEqualTo(5);
		assertThat(told.all()).isEmpty();
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		told.expect("5=a");
	}

	/** How a watch ends, and how that is told. */
	enum End {

		WATCH_CLOSED("closed at 7"), CLIENT_CLOSED("closed at 7: CLOSED"), COMPACTED("closed at 7: COMPACTED"),
		CANCELLED("closed at 7: WATCH_CANCELLED"), HOPELESS("closed at 7: OTHER"), RETRIES("closed at 7: OTHER");

		private final String text;

		End(String text) {
			this.text = text;
		}

	}

	/** Remembers what it was told, and fails each time. */
	private static final class Throwing extends Told {

		@Override
		public void onBatch(WatchBatch batch) {
			super.onBatch(batch);
			throw new IllegalStateException("thrown by a test");
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			super.onDisconnected(cause);
			throw new AssertionError("thrown by a test");
		}

		@Override
		public void onResumed() {
			super.onResumed();
			throw new StackOverflowError("thrown by a test");
		}

		@Override
		public void onClosed(WatchClosed closed) {
			super.onClosed(closed);
			throw new IllegalStateException("thrown by a test");
		}

	}

}
