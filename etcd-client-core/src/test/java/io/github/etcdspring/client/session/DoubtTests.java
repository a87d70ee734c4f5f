/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.SessionLostException;
import io.github.etcdspring.client.lease.LeaseState;
import io.github.etcdspring.client.transport.ManualTimer;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedServer.Exchange;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Somebody sets the clock of the machine, or it has slept: nothing is believed until the
 * lease is renewed, and nothing is lost by that.
 */
class DoubtTests extends SessionFixture {

	private static final Duration TTL = Duration.ofSeconds(3);

	private final ManualTimer timer = new ManualTimer();

	@Override
	TestClient.Settings settings() {
		return super.settings().timer(this.timer);
	}

	private void jump() {
		this.timer.sleep(TTL);
	}

	@Test
	void lockThatIsAskedForMeanwhileIsSharedWhenTheDoubtIsOver() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		HeldLock first = session.lock("a").acquire().sync();
		List<EtcdException> lost = new CopyOnWriteArrayList<>();
		first.onLost(lost::add);
		jump();
		assertThat(first.isHeld()).isFalse();
		assertThat(session.state()).isEqualTo(LeaseState.SUSPECT);
		HeldLock second = session.lock("a").acquire().timeout(SOON).sync();
		assertThat(second.isHeld()).isTrue();
		assertThat(second.fencingToken()).isEqualTo(20);
		assertThat(first.isHeld()).isTrue();
		assertThat(lost).isEmpty();
		first.closeAsync();
		assertThat(second.isHeld()).isTrue();
		second.closeAsync();
		assertThat(deletes(txn(2))).isTrue();
	}

	@Test
	void lockIsAskedForOnceInDoubtToo() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		session.lock("a").acquire().sync();
		jump();
		Optional<HeldLock> second = session.lock("a").tryAcquire().sync();
		assertThat(second).hasValueSatisfying((lock) -> assertThat(lock.isHeld()).isTrue());
	}

	@Test
	void lockWhoseLeaseIsGoneAfterTheDoubtIsLost() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		HeldLock first = session.lock("a").acquire().sync();
		List<EtcdException> lost = new CopyOnWriteArrayList<>();
		first.onLost(lost::add);
		this.gone.add(session.leaseId());
		jump();
		CompletableFuture<HeldLock> second = session.lock("a").acquire().async();
		await().untilAsserted(() -> assertThat(lost).singleElement().isInstanceOf(SessionLostException.class));
		assertThat(first.isHeld()).isFalse();
		// On the lost lease it fails; on the next one it stands in the queue.
		await().until(() -> second.isCompletedExceptionally() || this.server.count(ScriptedServer.TXN) == 2);
	}

	@Test
	void lockThatIsReleasedInDoubtIsReleased() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		HeldLock lock = session.lock("a").acquire().sync();
		jump();
		CompletableFuture<Void> closing = lock.closeAsync();
		assertThat(deletes(txn(2))).isTrue();
		answerTxn(txnCall(2), true);
		assertThat(closing).succeedsWithin(SOON);
	}

	@Test
	void leaderWhoStandsAgainInDoubtGivesUpWhatHeHad() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		Leadership first = session.election("e").campaign("1").sync();
		List<EtcdException> lost = new CopyOnWriteArrayList<>();
		first.onLost(lost::add);
		jump();
		assertThat(first.isHeld()).isFalse();
		CompletableFuture<Leadership> again = session.election("e").campaign("2").async();
		assertThat(deletes(txn(2))).isTrue();
		answerTxn(txnCall(2), true);
		own(txnCall(3), session, 30);
		assertThat(again).succeedsWithin(SOON).satisfies((leader) -> assertThat(leader.fencingToken()).isEqualTo(30));
		await().untilAsserted(() -> assertThat(lost).singleElement().isInstanceOf(SessionLostException.class));
		this.timer.advance(Duration.ofSeconds(1));
		await().until(() -> again.join().isHeld());
		assertThat(first.isHeld()).isFalse();
	}

	@Test
	void keyIsWatchedAfterTheDoubtToo() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20));
		this.server.on(ScriptedServer.RANGE, SILENT);
		HeldLock lock = session.lock("a").acquire().sync();
		List<EtcdException> lost = new CopyOnWriteArrayList<>();
		lock.onLost(lost::add);
		ScriptedStream watches = this.server.stream(ScriptedServer.WATCH, 1);
		long watch = watches.request(1, WatchRequest.parser()).getCreateRequest().getWatchId();
		watches.reply(answer(watch).setCreated(true).build());
		jump();
		assertThat(lock.isHeld()).isFalse();
		watches.reply(answer(watch).setCanceled(true).setCompactRevision(90).build());
		Exchange look = this.server.call(ScriptedServer.RANGE, 1);
		found(look, keyValue(key(session, "a"), session.leaseId(), 20));
		watches = newestWatches(2);
		watch = creations(watches).get(creations(watches).size() - 1).getWatchId();
		watches.reply(answer(watch).setCreated(true).build());
		KeyValue deleted = KeyValue.newBuilder().setKey(key(session, "a")).setModRevision(101).build();
		watches
			.reply(answer(watch).addEvents(Event.newBuilder().setType(Event.EventType.DELETE).setKv(deleted)).build());
		await().untilAsserted(() -> assertThat(lost).hasSize(1));
	}

	private ScriptedStream newestWatches(int creations) {
		List<ScriptedStream> all = await().until(() -> this.server.streams(ScriptedServer.WATCH),
				(streams) -> streams.stream().mapToInt((stream) -> creations(stream).size()).sum() == creations);
		return all.get(all.size() - 1);
	}

	private static List<WatchCreateRequest> creations(ScriptedStream stream) {
		return stream.requests(WatchRequest.parser())
			.stream()
			.filter(WatchRequest::hasCreateRequest)
			.map(WatchRequest::getCreateRequest)
			.toList();
	}

	private static WatchResponse.Builder answer(long id) {
		return WatchResponse.newBuilder().setHeader(header(101)).setWatchId(id);
	}

}
