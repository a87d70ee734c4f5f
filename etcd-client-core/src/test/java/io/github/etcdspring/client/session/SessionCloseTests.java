/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedServer.Exchange;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.client.watch.Watches;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.LeaseRevokeResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of sessions when their client is closed: their leases are revoked before
 * the connection goes, however the client is closed.
 */
class SessionCloseTests extends SessionFixture {

	private static final Duration TAKES = Duration.ofMillis(50);

	/** Leases whose revocation somebody still waited for when it was done. */
	private final Queue<Long> revoked = new ConcurrentLinkedQueue<>();

	@BeforeEach
	void revokeSlowly() {
		this.server.on(REVOKE, this::revokeSlowly);
	}

	private void revokeSlowly(Exchange exchange) {
		try {
			pause(TAKES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		if (!exchange.cancelled().isDone()) {
			this.revoked.add(exchange.request(LeaseRevokeRequest.parser()).getID());
		}
		exchange.reply(LeaseRevokeResponse.newBuilder().setHeader(header(1)).build());
	}

	private void closeClientAndSessions() {
		this.client.transport().closeAfter(this.sessions.closeAsync(), this.sessions::unrevoked);
	}

	private void useOnTheSpot() {
		this.client.close();
		this.client = TestClient.of(this.server.endpoint()).callbackExecutor(Runnable::run).open();
		this.sessions = new Sessions(this.client.transport(), this.client.kv(), this.client.leases(),
				new Watches(this.client.transport(), Namespace.NONE));
	}

	@Test
	void leaseIsRevokedBeforeTheClientIsClosed() {
		Session session = session();
		closeClientAndSessions();
		assertThat(this.revoked).containsExactly(session.leaseId());
		assertThat(this.client.threads()).isZero();
	}

	@Test
	void allWhoCloseTheClientWaitForTheLeases() throws Exception {
		Session session = session();
		CountDownLatch start = new CountDownLatch(1);
		List<Thread> closers = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			Thread closer = new Thread(() -> {
				await().until(() -> start.getCount() == 0);
				closeClientAndSessions();
			});
			closer.start();
			closers.add(closer);
		}
		start.countDown();
		for (Thread closer : closers) {
			closer.join();
		}
		assertThat(this.revoked).containsExactly(session.leaseId());
	}

	@Test
	void sessionThatIsBeingClosedAlreadyIsWaitedFor() {
		Session session = session();
		session.closeAsync();
		closeClientAndSessions();
		assertThat(this.revoked).containsExactly(session.leaseId());
	}

	@Test
	void threadThatIsInterruptedWaitsForTheLeases() {
		Session session = session();
		Thread.currentThread().interrupt();
		closeClientAndSessions();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.revoked).containsExactly(session.leaseId());
	}

	@Test
	void leasesAreWaitedForAsLongAsTheServerGetsOn() {
		List<Session> sessions = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			sessions.add(session());
		}
		Object oneByOne = new Object();
		this.server.on(REVOKE, (exchange) -> {
			synchronized (oneByOne) {
				revokeSlowly(exchange);
			}
		});
		// On a busy machine some may have lost their first lease by now.
		List<Long> leases = sessions.stream().map(Session::leaseId).toList();
		closeClientAndSessions();
		assertThat(this.revoked).containsAll(leases);
	}

	@Test
	void callbackOnTheSpotMayCloseTheClientAndTheLeaseIsRevoked() {
		useOnTheSpot();
		CompletableFuture<Session> opening = this.sessions.session(Duration.ofSeconds(3)).async();
		CompletableFuture<EtcdException> next = opening.thenApply((session) -> {
			closeClientAndSessions();
			return failure(this.client.kv().put("k", "v").async());
		});
		assertThat(next).succeedsWithin(SOON).isInstanceOf(ClientClosedException.class);
		await().until(() -> this.client.threads() == 0);
		assertThat(this.revoked).containsExactly(opening.join().leaseId());
		assertThat(this.server.count(ScriptedServer.PUT)).isZero();
	}

	private static EtcdException failure(CompletableFuture<?> call) {
		return (EtcdException) call.handle((result, ex) -> ex).join();
	}

	@Test
	void leaseThatIsBeingGrantedIsRevoked() {
		this.server.on(ScriptedServer.LEASE_GRANT, SILENT);
		CompletableFuture<Session> opening = this.sessions.session(Duration.ofSeconds(3)).async();
		Exchange granting = this.server.call(ScriptedServer.LEASE_GRANT, 1);
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this::closeClientAndSessions,
				(task) -> new Thread(task).start());
		await().until(this.sessions::isClosed);
		grant(granting);
		assertThat(closing).succeedsWithin(SOON);
		assertThat(this.revoked).containsExactly(granting.request(LeaseGrantRequest.parser()).getID());
		assertThat(opening).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ClientClosedException.class);
	}

	@Test
	void sessionThatIsAskedForWhileTheClientClosesGetsNoLease() {
		Session session = session();
		CompletableFuture<Void> closed = this.sessions.closeAsync();
		assertThat(this.sessions.session(Duration.ofSeconds(3)).async()).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ClientClosedException.class);
		assertThat(closed).succeedsWithin(SOON);
		assertThat(this.revoked).containsExactly(session.leaseId());
		assertThat(this.server.count(ScriptedServer.LEASE_GRANT)).isOne();
	}

	@Test
	void nextLeaseThatIsBeingGrantedIsRevoked() {
		Session session = session();
		this.server.on(ScriptedServer.LEASE_GRANT, SILENT);
		this.gone.add(session.leaseId());
		Exchange granting = this.server.call(ScriptedServer.LEASE_GRANT, 2);
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this::closeClientAndSessions,
				(task) -> new Thread(task).start());
		revoked(1);
		grant(granting);
		assertThat(closing).succeedsWithin(SOON);
		assertThat(this.revoked).contains(granting.request(LeaseGrantRequest.parser()).getID());
	}

	@Test
	void whoeverWaitsForALockIsToldThatTheClientIsClosed() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, SILENT);
		CompletableFuture<HeldLock> waiting = session.lock("a").acquire().async();
		CompletableFuture<Leadership> campaigning = session.election("b").campaign("me").async();
		txn(2);
		closeClientAndSessions();
		for (CompletableFuture<?> each : List.of(waiting, campaigning)) {
			assertThat(each).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(ClientClosedException.class);
		}
		assertThatExceptionOfType(ClientClosedException.class).isThrownBy(() -> session.lock("a").acquire().sync());
	}

	@Test
	void holderIsToldThatTheClientIsClosedBeforeItsKeyGoes() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		HeldLock lock = session.lock("a").acquire().sync();
		CompletableFuture<EtcdException> lost = new CompletableFuture<>();
		CompletableFuture<Boolean> heldAtRevocation = new CompletableFuture<>();
		lock.onLost(lost::complete);
		this.server.on(REVOKE, (exchange) -> {
			heldAtRevocation.complete(lock.isHeld());
			revokeSlowly(exchange);
		});
		closeClientAndSessions();
		assertThat(lost).succeedsWithin(SOON).isInstanceOf(ClientClosedException.class);
		assertThat(heldAtRevocation).succeedsWithin(SOON).isEqualTo(false);
	}

}
