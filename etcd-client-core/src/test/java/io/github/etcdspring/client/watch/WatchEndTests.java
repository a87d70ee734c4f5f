/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * How watches end: each for its own reason, once, and without harm for the others.
 */
class WatchEndTests extends ScriptedWatchTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"rpc error: code = Unauthenticated desc = etcdserver: invalid auth token|UNAUTHENTICATED|INVALID_AUTH_TOKEN",
			"rpc error: code = InvalidArgument desc = etcdserver: user name is empty|INVALID_ARGUMENT|USER_NAME_EMPTY",
			"rpc error: code = PermissionDenied desc = etcdserver: permission denied|PERMISSION_DENIED|PERMISSION_DENIED",
			"rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old|INVALID_ARGUMENT|AUTH_OLD_REVISION",
			"mvcc: duplicate watch ID provided on the WatchStream|CANCELLED|DUPLICATE_WATCH_ID",
			"mvcc: watcher range is empty|CANCELLED|WATCH_RANGE_EMPTY",
			"rpc error: code = Strange desc = something new|UNKNOWN|WATCH_CANCELLED", "''|CANCELLED|WATCH_CANCELLED" })
	void refusedWatchEndsAndTheOthersDoNot(String text, StatusCode status, Reason reason) {
		Watches watches = watches();
		List<Told> told = List.of(new Told(), new Told(), new Told());
		List<Watch> opened = told.stream()
			.map((each) -> watches.watch(KeyRange.all()).fromRevision(5).open(each))
			.toList();
		long first = WatchAnswers.create(stream(1), 1).getWatchId();
		long third = WatchAnswers.create(stream(1), 3).getWatchId();
		stream(1).reply(WatchAnswers.created(first, 100));
		stream(1).reply(WatchAnswers.refused(text));
		stream(1).reply(WatchAnswers.created(third, 100));
		stream(1).reply(WatchAnswers.events(first, "5=a"));
		stream(1).reply(WatchAnswers.events(third, "5=b"));
		told.get(0).expect("5=a");
		told.get(1).expect("closed at 5: " + reason);
		told.get(2).expect("5=b");
		assertThat(opened.get(1).ready()).failsWithin(10, TimeUnit.SECONDS)
			.withThrowableOfType(ExecutionException.class)
			.withCause(told.get(1).cause());
		assertThat(told.get(1).cause()).satisfies((cause) -> {
			assertThat(cause.status()).isEqualTo(status);
			assertThat(cause.operation()).isEqualTo("watch");
			assertThat(cause.endpoint()).isEqualTo(this.server.endpoint());
		});
		assertThat(opened.get(2).ready()).isCompletedWithValue(5L);
		assertThat(streams()).isEqualTo(1);
	}

	@Test
	void answerThatIsTooLargeEndsOnlyTheWatchItIsFor() {
		Watches watches = watches(settings().maxInboundSize(10_000));
		String large = "x".repeat(20_000);
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			int requests = 0;
			while (true) {
				requests++;
				var request = WatchAnswers.request(stream, requests);
				if (!request.hasCreateRequest()) {
					continue;
				}
				long id = request.getCreateRequest().getWatchId();
				stream.reply(WatchAnswers.created(id, 100));
				if (request.getCreateRequest().getKey().toStringUtf8().equals("guilty")) {
					stream.reply(WatchAnswers.events(id, "5=" + large));
				}
			}
		});
		List<Told> told = new ArrayList<>();
		for (int i = 0; i < 9; i++) {
			Told each = new Told();
			told.add(each);
			watches.watch(KeyRange.key((i != 6) ? "key" + i : "guilty")).fromRevision(5).open(each);
		}
		await().until(() -> told.get(6).cause() != null);
		assertThat(told.get(6).cause()).isInstanceOf(TooLargeException.class);
		for (int i = 0; i < 9; i++) {
			assertThat(told.get(i).all()).filteredOn((text) -> text.startsWith("closed")).hasSize((i != 6) ? 0 : 1);
		}
	}

	@Test
	void idThatTheServerChoseIsTheOneThatCounts() {
		Watches watches = watches();
		Told first = new Told();
		Told second = new Told();
		Watch one = watches.watch(KeyRange.key("a")).fromRevision(5).open(first);
		watches.watch(KeyRange.key("b")).fromRevision(5).open(second);
		WatchAnswers.create(stream(1), 2);
		stream(1).reply(WatchAnswers.created(0, 100));
		stream(1).reply(WatchAnswers.created(1, 100));
		stream(1).reply(WatchAnswers.events(1, "5=b"));
		stream(1).reply(WatchAnswers.events(0, "6=a"));
		first.expect("6=a");
		second.expect("5=b");
		one.close();
		assertThat(WatchAnswers.cancel(stream(1), 3)).isZero();
	}

	@Test
	void serverMayEndARunningWatch() {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		stream(1).reply(WatchAnswers.cancelled(id, "no more of this"));
		told.expect("5=a", "closed at 6: WATCH_CANCELLED");
		assertThat(told.cause()).hasMessageContaining("no more of this");
		assertThat(stream(1).cancelled()).succeedsWithin(10, TimeUnit.SECONDS);
	}

	@Test
	void compactedWatchEndsAfterWhatHadComeAndFreesItsId() {
		Watches watches = watches();
		Told told = new Told();
		Told other = new Told();
		watches.watch(KeyRange.all()).fromRevision(5).open(told);
		watches.watch(KeyRange.all()).fromRevision(5).open(other);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		WatchAnswers.accept(stream(1), 2, 100);
		stream(1).reply(WatchAnswers.events(id, "5=a,8=b"));
		stream(1).reply(WatchAnswers.compacted(id, 42));
		told.expect("5=a", "8=b", "closed at 9: COMPACTED");
		assertThat(told.cause()).isInstanceOfSatisfying(CompactedException.class,
				(cause) -> assertThat(cause.compactedRevision()).hasValue(42));
		assertThat(WatchAnswers.cancel(stream(1), 3)).isEqualTo(id);
		assertThat(other.all()).isEmpty();
	}

	@Test
	void compactionWhileDisconnectedIsReported() {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		stream(1).reply(WatchAnswers.events(id, "5=a,8=b"));
		told.expect("5=a", "8=b");
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		id = WatchAnswers.accept(stream(2), 1, 100);
		stream(2).reply(WatchAnswers.compacted(id, 42));
		told.expect("5=a", "8=b", "disconnected", "resumed", "closed at 9: COMPACTED");
	}

	@Test
	void compactionOfThePastIsReportedToWhoWaitsForTheBeginning() {
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.create(stream(1), 1).getWatchId();
		stream(1).reply(WatchAnswers.compacted(id, 42));
		told.expect("closed at 5: COMPACTED");
		assertThat(watch.ready()).failsWithin(10, TimeUnit.SECONDS)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(CompactedException.class);
	}

	@Test
	void revisionThatIsTooLargeEndsTheWatch() {
		Watches watches = watches();
		Told told = new Told();
		Told other = new Told();
		watches.watch(KeyRange.all()).fromRevision(5).maxBatchBytes(500).open(told);
		watches.watch(KeyRange.all()).fromRevision(5).open(other);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		long otherId = WatchAnswers.accept(stream(1), 2, 100);
		stream(1).reply(WatchAnswers.events(id, "5=a,6=b,6=c,6=d,7=e"));
		told.expect("5=a", "closed at 6: RESPONSE_TOO_LARGE");
		assertThat(told.cause()).isInstanceOf(TooLargeException.class).hasMessageContaining("maxBatchBytes");
		assertThat(WatchAnswers.cancel(stream(1), 3)).isEqualTo(id);
		stream(1).reply(WatchAnswers.events(otherId, "5=a"));
		other.expect("5=a");
		settle(watches, stream(1));
		assertThat(WatchAnswers.create(stream(1), 4).getKey().toStringUtf8()).as("only one cancellation")
			.isEqualTo("settle");
	}

	@Test
	void revisionOfManyFragmentsIsNotCollectedForEver() {
		Told told = new Told();
		watches().watch(KeyRange.all()).fromRevision(5).maxBatchBytes(2000).open(told);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		for (int i = 0; i < 20; i++) {
			stream(1).reply(WatchAnswers.fragment(id, "5=a"));
		}
		told.expect("closed at 5: RESPONSE_TOO_LARGE");
		assertThat(stream(1).cancelled()).succeedsWithin(10, TimeUnit.SECONDS);
	}

	@Test
	void closedWatchIsCancelledAtTheServerAndToldNothingMore() {
		Watches watches = watches();
		Told told = new Told();
		watches.watch(KeyRange.all()).open(new Told());
		Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
		WatchAnswers.accept(stream(1), 1, 100);
		long id = WatchAnswers.accept(stream(1), 2, 100);
		watch.ready().join();
		watch.close();
		watch.close();
		assertThat(WatchAnswers.cancel(stream(1), 3)).isEqualTo(id);
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		stream(1).reply(WatchAnswers.compacted(id, 7));
		settle(watches, stream(1));
		told.expect("closed at 5");
	}

	@Test
	void watchThatIsClosedBeforeItIsCreatedIsCancelledToo() {
		Watches watches = watches();
		Told told = new Told();
		Told other = new Told();
		Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
		watches.watch(KeyRange.all()).fromRevision(5).open(other);
		long id = WatchAnswers.create(stream(1), 1).getWatchId();
		long otherId = WatchAnswers.create(stream(1), 2).getWatchId();
		watch.close();
		told.expect("closed at 5");
		assertThat(WatchAnswers.cancel(stream(1), 3)).isEqualTo(id);
		stream(1).reply(WatchAnswers.created(id, 100));
		stream(1).reply(WatchAnswers.created(otherId, 100));
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		stream(1).reply(WatchAnswers.cancelled(id, ""));
		stream(1).reply(WatchAnswers.events(otherId, "5=b"));
		other.expect("5=b");
		told.expect("closed at 5");
		assertThat(watch.ready()).failsWithin(10, TimeUnit.SECONDS)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(CancellationException.class);
	}

	@Test
	void refusalOfAClosedWatchIsNobodysBusiness() {
		Watches watches = watches();
		Told told = new Told();
		Told other = new Told();
		Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
		watches.watch(KeyRange.all()).fromRevision(5).open(other);
		long otherId = WatchAnswers.create(stream(1), 2).getWatchId();
		watch.close();
		stream(1).reply(WatchAnswers.refused("mvcc: watcher range is empty"));
		stream(1).reply(WatchAnswers.created(otherId, 100));
		stream(1).reply(WatchAnswers.events(otherId, "5=b"));
		other.expect("5=b");
		told.expect("closed at 5");
	}

	@Test
	void sharedStreamEndsWithItsLastWatchAndTheNextOpensAnother() {
		Watches watches = watches();
		Watch first = watches.watch(KeyRange.all()).open(new Told());
		Watch second = watches.watch(KeyRange.all()).open(new Told());
		WatchAnswers.accept(stream(1), 1, 100);
		WatchAnswers.accept(stream(1), 2, 100);
		first.close();
		WatchAnswers.cancel(stream(1), 3);
		assertThat(stream(1).cancelled()).isNotDone();
		second.close();
		assertThat(stream(1).cancelled()).succeedsWithin(10, TimeUnit.SECONDS);
		Told told = new Told();
		watches.watch(KeyRange.all()).fromRevision(5).open(told);
		long id = WatchAnswers.accept(stream(2), 1, 100);
		stream(2).reply(WatchAnswers.events(id, "5=a"));
		told.expect("5=a");
	}

	@Test
	void closedWhileDisconnectedEndsAtOnce() {
		this.server.onStream("etcdserverpb.Watch/Watch", (stream) -> {
			if (stream.number() > 1) {
				stream.fail(Status.Code.UNAVAILABLE, "gone");
			}
			else {
				WatchAnswers.accept(stream, 1, 100);
			}
		});
		Told told = new Told();
		Watch watch = watches().watch(KeyRange.all()).fromRevision(5).maxRetries(-1).open(told);
		watch.ready().join();
		stream(1).fail(Status.Code.UNAVAILABLE, "gone");
		stream(3);
		told.expect("disconnected");
		watch.close();
		told.expect("disconnected", "closed at 5");
	}

	@Test
	void clientThatIsClosedEndsEveryWatchOnce() {
		Watches watches = watches();
		List<Told> told = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			told.add(new Told());
			WatchRequest request = watches.watch(KeyRange.all()).fromRevision(5);
			((i % 5 == 0) ? request.progress() : request).open(told.get(i));
		}
		WatchAnswers.accept(stream(1), 1, 100);
		closeClients();
		for (Told each : told) {
			each.expect("closed at 5: CLOSED");
			assertThat(each.cause()).isInstanceOf(ClientClosedException.class);
		}
		Told late = new Told();
		Watch watch = watches.watch(KeyRange.all()).open(late);
		late.expect("closed at 0: CLOSED");
		assertThat(watch.ready()).failsWithin(10, TimeUnit.SECONDS)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ClientClosedException.class);
	}

	@Test
	void closingWhileItFailsIsToldOnce() throws InterruptedException {
		Watches watches = watches();
		watches.watch(KeyRange.key("stays")).open(new Told());
		ScriptedStream stream = stream(1);
		WatchAnswers.accept(stream, 1, 100);
		int request = 2;
		for (int i = 0; i < 100; i++) {
			Told told = new Told();
			Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
			long id = WatchAnswers.accept(stream, request, 100);
			request += 2;
			Thread closing = new Thread(watch::close);
			closing.start();
			stream.reply(WatchAnswers.compacted(id, 7));
			closing.join();
			assertThat(WatchAnswers.cancel(stream, request - 1)).as("round %d", i).isEqualTo(id);
			await().pollInterval(Duration.ofMillis(5)).until(() -> !told.all().isEmpty());
			assertThat(told.all()).singleElement().asString().startsWith("closed at 5");
		}
		settle(watches, stream);
	}

	@Test
	void watchesComeAndGoWithTheStreamOfOthers() throws Exception {
		this.server.onStream("etcdserverpb.Watch/Watch", (stream) -> {
			for (int i = 1;; i++) {
				io.github.etcdspring.proto.WatchRequest request = WatchAnswers.request(stream, i);
				if (request.hasCreateRequest()) {
					long id = request.getCreateRequest().getWatchId();
					stream.reply(WatchAnswers.created(id, 100));
					stream.reply(WatchAnswers.events(id, "5=a"));
				}
			}
		});
		Watches watches = watches();
		List<CompletableFuture<Void>> users = new ArrayList<>();
		for (int user = 0; user < 4; user++) {
			users.add(CompletableFuture.runAsync(() -> {
				for (int i = 0; i < 200; i++) {
					Told told = new Told();
					Watch watch = watches.watch(KeyRange.all()).fromRevision(5).open(told);
					if (i % 2 == 0) {
						told.expect("5=a");
					}
					watch.close();
					await().pollInterval(Duration.ofMillis(5))
						.untilAsserted(() -> assertThat(told.all()).last().asString().startsWith("closed"));
				}
			}));
		}
		for (CompletableFuture<Void> user : users) {
			user.get(50, TimeUnit.SECONDS);
		}
		await().until(() -> this.server.streams("etcdserverpb.Watch/Watch")
			.stream()
			.allMatch((stream) -> stream.cancelled().isDone()));
	}

	@Test
	void progressIsAskedForOnlyOnAnOwnStream() {
		Watch watch = watches().watch(KeyRange.all()).open(new Told());
		assertThatIllegalStateException().isThrownBy(watch::requestProgress).withMessageContaining("progress()");
	}

}
