/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedServer.Exchange;
import io.github.etcdspring.client.watch.Watches;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.TxnRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The key of a session in a queue: nothing is left of who is gone, and nothing is taken
 * from who comes next.
 */
class PlaceTests extends SessionFixture {

	private static Compare guard(TxnRequest request, Compare.CompareTarget target) {
		return request.getCompareList()
			.stream()
			.filter((compare) -> compare.getTarget() == target)
			.findFirst()
			.orElseThrow(() -> new AssertionError("No such comparison in " + request));
	}

	@Test
	void releaseDeletesOnlyTheKeyThatWasHeld() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		HeldLock lock = session.lock("a").acquire().sync();
		CompletableFuture<Void> closing = lock.closeAsync();
		TxnRequest removal = txn(2);
		assertThat(deletes(removal)).isTrue();
		assertThat(guard(removal, Compare.CompareTarget.CREATE).getCreateRevision()).isEqualTo(20);
		assertThat(closing).isNotDone();
		answerTxn(txnCall(2), true);
		assertThat(closing).succeedsWithin(SOON);
	}

	@Test
	void nextOneWaitsUntilTheKeyIsAway() throws Exception {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		session.lock("a").acquire().sync().closeAsync();
		txn(2);
		CompletableFuture<HeldLock> next = session.lock("a").acquire().async();
		pause(Duration.ofMillis(200));
		assertThat(this.server.count(ScriptedServer.TXN)).isEqualTo(2);
		// Perhaps it was done, perhaps not.
		txnCall(2).fail(Status.Code.UNAVAILABLE, "gone");
		assertThat(deletes(txn(3))).isTrue();
		answerTxn(txnCall(3), false);
		own(txnCall(4), session, 30);
		assertThat(next).succeedsWithin(SOON).extracting(HeldLock::fencingToken).isEqualTo(30L);
	}

	@Test
	void entryThatIsAppliedAfterItWasCancelledIsTakenAway() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, SILENT);
		this.server.on(ScriptedServer.RANGE, SILENT);
		CompletableFuture<HeldLock> waiting = session.lock("a").acquire().async();
		txn(1);
		waiting.cancel(true);
		found(this.server.call(ScriptedServer.RANGE, 1));
		found(this.server.call(ScriptedServer.RANGE, 2));
		found(this.server.call(ScriptedServer.RANGE, 3), keyValue(key(session, "a"), session.leaseId(), 40));
		assertThat(deletes(txn(2))).isTrue();
		assertThat(guard(txn(2), Compare.CompareTarget.MOD).getModRevision()).isEqualTo(40);
	}

	@Test
	void removalThatIsOnItsWayIsWaitedForBeforeTheKeyIsMadeAgain() throws Exception {
		Session session = session();
		this.server.on(ScriptedServer.TXN, SILENT);
		this.server.on(ScriptedServer.RANGE, SILENT);
		CompletableFuture<HeldLock> waiting = session.lock("a").acquire().async();
		txn(1);
		waiting.cancel(true);
		// Away, so far; then it came late.
		found(this.server.call(ScriptedServer.RANGE, 1));
		found(this.server.call(ScriptedServer.RANGE, 2), keyValue(key(session, "a"), session.leaseId(), 40));
		assertThat(deletes(txn(2))).isTrue();
		CompletableFuture<HeldLock> next = session.lock("a").acquire().async();
		pause(Duration.ofMillis(200));
		assertThat(this.server.count(ScriptedServer.TXN)).isEqualTo(2);
		answerTxn(txnCall(2), true);
		assertThat(deletes(txn(3))).isFalse();
		own(txnCall(3), session, 50);
		HeldLock held = next.join();
		// Nobody looks any more while it is wanted.
		pause(Duration.ofMillis(2500));
		assertThat(this.server.count(ScriptedServer.TXN)).isEqualTo(3);
		assertThat(held.isHeld()).isTrue();
		// The first entry may still come.
		held.closeAsync();
		answerTxn(txnCall(4), true);
		found(this.server.call(ScriptedServer.RANGE, 3), keyValue(key(session, "a"), session.leaseId(), 60));
		assertThat(guard(txn(5), Compare.CompareTarget.MOD).getModRevision()).isEqualTo(60);
	}

	@Test
	void entryIsRepeatedWhenItsAnswerIsLost() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, ScriptedServer.fail(Status.Code.UNAVAILABLE, "gone"), SILENT);
		CompletableFuture<HeldLock> waiting = session.lock("a").acquire().async();
		Exchange again = txnCall(2);
		assertThat(again.request(TxnRequest.parser())).isEqualTo(txn(1));
		own(again, session, 20);
		assertThat(waiting).succeedsWithin(SOON);
	}

	@Test
	void whoCancelsBeforeItBeganIsForgotten() throws Exception {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		Candidacy candidacy = new Candidacy(session, Bytes.utf8("e"));
		Claim first = candidacy.campaign(Bytes.utf8("1")).get().orElseThrow();
		candidacy.resign(first);
		txn(2);
		WeakReference<CompletableFuture<Optional<Claim>>> second = new WeakReference<>(
				candidacy.campaign(Bytes.utf8("2")));
		Objects.requireNonNull(second.get()).cancel(true);
		CompletableFuture<Optional<Claim>> third = candidacy.campaign(Bytes.utf8("3"));
		answerTxn(txnCall(2), true);
		own(txnCall(3), session, 30);
		assertThat(third).succeedsWithin(SOON);
		await().until(() -> {
			System.gc();
			return second.get() == null;
		});
		assertThat(session.state().isLost()).isFalse();
	}

	@Test
	void whoIsToldOnTheSpotThatItFailedMayStandAgain() {
		this.client.close();
		this.client = settings().callbackExecutor(Runnable::run).open();
		this.sessions = new Sessions(this.client.transport(), this.client.kv(), this.client.leases(),
				new Watches(this.client.transport(), Namespace.NONE));
		Session session = session();
		this.server.on(ScriptedServer.TXN, ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "no"),
				(exchange) -> own(exchange, session, 30));
		CompletableFuture<Leadership> again = session.election("e")
			.campaign("1")
			.async()
			.handle((leader, ex) -> session.election("e").campaign("2").async())
			.thenCompose((next) -> next);
		assertThat(again).succeedsWithin(SOON).satisfies((leader) -> assertThat(leader.isHeld()).isTrue());
	}

	@Test
	void whoCancelsWhatHeHasWonMayStandAgain() {
		Queue<Runnable> callbacks = new ConcurrentLinkedQueue<>();
		AtomicBoolean late = new AtomicBoolean();
		this.client.close();
		this.client = settings().callbackExecutor((task) -> {
			if (late.get()) {
				callbacks.add(task);
			}
			else {
				task.run();
			}
		}).open();
		this.sessions = new Sessions(this.client.transport(), this.client.kv(), this.client.leases(),
				new Watches(this.client.transport(), Namespace.NONE));
		Session session = session();
		this.server.on(ScriptedServer.TXN, SILENT);
		CompletableFuture<Leadership> first = session.election("e").campaign("1").async();
		txn(1);
		late.set(true);
		own(txnCall(1), session, 20);
		// It has won, which it is not told before there is a thread.
		await().until(() -> this.server.streams(ScriptedServer.WATCH).size() == 1 || runNext(callbacks));
		first.cancel(true);
		CompletableFuture<Leadership> again = session.election("e").campaign("2").async();
		late.set(false);
		callbacks.forEach(Runnable::run);
		assertThat(deletes(txn(2))).isTrue();
		answerTxn(txnCall(2), true);
		own(txnCall(3), session, 30);
		assertThat(again).succeedsWithin(SOON).satisfies((leader) -> assertThat(leader.fencingToken()).isEqualTo(30));
	}

	// The first of them is the answer, the next tells the application.
	private static boolean runNext(Queue<Runnable> callbacks) {
		Runnable next = callbacks.poll();
		if (next != null) {
			next.run();
		}
		return false;
	}

	@Test
	void placesAreKeptOnlyAsLongAsTheyAreUsed() {
		Session session = session();
		Places<LockQueue> places = new Places<>();
		LockQueue used = places.get(Bytes.utf8("used"), (name) -> new LockQueue(session, name));
		for (int i = 0; i < 5000; i++) {
			places.get(Bytes.utf8("name " + i), (name) -> new LockQueue(session, name));
			if (i % 100 == 0) {
				System.gc();
			}
		}
		assertThat(places.size()).isLessThan(1000);
		assertThat(places.get(used.name(), (name) -> new LockQueue(session, name))).isSameAs(used);
	}

}
