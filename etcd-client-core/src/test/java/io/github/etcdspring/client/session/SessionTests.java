/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.SessionLostException;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.lease.LeaseState;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedServer.Exchange;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.TxnRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What happens to a session and its keys when things happen at once.
 */
class SessionTests extends SessionFixture {

	private static void answerPut(Exchange put, long revision) {
		put.reply(PutResponse.newBuilder().setHeader(header(revision)).build());
	}

	/** A session that looks after its lease after ten minutes. */
	private Session longSession() {
		this.ttl = 1800;
		Session session = this.sessions.session(Duration.ofSeconds(this.ttl)).sync();
		this.client.leases().keepAliveOnce(session.leaseId()).sync();
		return session;
	}

	@Test
	void observerIsToldThatItsClientIsClosedWhileItPauses() {
		Session session = session();
		this.server.on(ScriptedServer.RANGE,
				ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"));
		CompletableFuture<EtcdException> closed = new CompletableFuture<>();
		session.election("/leaders").observe(new LeaderListener() {

			@Override
			public void onLeader(KeyValue leader) {
				throw new AssertionError("Nobody can lead");
			}

			@Override
			public void onClosed(@Nullable EtcdException cause) {
				closed.complete(cause);
			}

		});
		this.server.call(ScriptedServer.RANGE, 1);
		this.client.close();
		assertThat(closed).succeedsWithin(Duration.ofSeconds(2)).isInstanceOf(ClientClosedException.class);
	}

	@Test
	void observerWhoseWatchCannotBeOpenedIsToldTheEnd() {
		Session session = session();
		// No server counts like this, and no watch begins there.
		this.server.on(ScriptedServer.RANGE,
				ScriptedServer.reply(RangeResponse.newBuilder().setHeader(header(-5)).build()));
		CompletableFuture<EtcdException> closed = new CompletableFuture<>();
		CompletableFuture<Void> nobody = new CompletableFuture<>();
		Observation observation = session.election("/leaders").observe(new LeaderListener() {

			@Override
			public void onLeader(KeyValue leader) {
				throw new AssertionError("Nobody leads");
			}

			@Override
			public void onNoLeader() {
				nobody.complete(null);
			}

			@Override
			public void onClosed(@Nullable EtcdException cause) {
				closed.complete(cause);
			}

		});
		assertThat(nobody).succeedsWithin(SOON);
		assertThat(closed).succeedsWithin(SOON).satisfies((cause) -> {
			assertThat(cause.operation()).isEqualTo("observe");
			assertThat(cause).hasMessageContaining("'revision' must be positive but was -4");
		});
		observation.close();
		assertThat(this.server.count(ScriptedServer.RANGE)).isOne();
	}

	@Test
	void leaseThatTookLongToBeGrantedIsAlive() {
		this.server.on(ScriptedServer.LEASE_GRANT,
				(exchange) -> CompletableFuture.delayedExecutor(1_100, TimeUnit.MILLISECONDS)
					.execute(() -> grant(exchange)));
		Session session = this.sessions.session(Duration.ofSeconds(1)).sync();
		assertThat(session.state()).isEqualTo(LeaseState.ALIVE);
		assertThat(this.server.count(ScriptedServer.LEASE_GRANT)).isOne();
	}

	@Test
	void leaseThatTookLongToBeGrantedAndCannotBeRenewedIsRevoked() {
		this.server.on(ScriptedServer.LEASE_GRANT,
				(exchange) -> CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS)
					.execute(() -> grant(exchange)));
		this.server.onStream(ScriptedServer.KEEP_ALIVE,
				(stream) -> stream.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		assertThatExceptionOfType(PermissionDeniedException.class)
			.isThrownBy(() -> this.sessions.session(Duration.ofSeconds(1)).sync());
		this.server.call(REVOKE, 1);
	}

	@Test
	void leaseThatNobodyRenewsIsNotReplacedInALoop() {
		this.server.onStream(ScriptedServer.KEEP_ALIVE, (stream) -> stream.fail(Status.Code.UNIMPLEMENTED, "not here"));
		long begin = System.nanoTime();
		session();
		this.server.call(ScriptedServer.LEASE_GRANT, 4);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1300));
		assertThat(this.server.count(REVOKE)).isPositive();
	}

	@Test
	void lockThatIsNotPermittedSaysSoEachTime() {
		Session session = session();
		this.server.on(ScriptedServer.TXN,
				ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(PermissionDeniedException.class)
				.isThrownBy(() -> session.lock("/mine").acquire().timeout(Duration.ofSeconds(5)).sync());
		}
		assertThatExceptionOfType(PermissionDeniedException.class)
			.isThrownBy(() -> session.election("/mine").campaign("me").timeout(Duration.ofSeconds(5)).sync());
	}

	@Test
	void leaseThatALockFindsToBeGoneIsReplacedBeforeItsNextRenewal() {
		Session session = longSession();
		this.gone.add(session.leaseId());
		CompletableFuture<Void> restored = new CompletableFuture<>();
		session.onRestored(() -> restored.complete(null));
		this.server.on(ScriptedServer.TXN,
				ScriptedServer.fail(Status.Code.NOT_FOUND, "etcdserver: requested lease not found"));
		assertThatExceptionOfType(SessionLostException.class)
			.isThrownBy(() -> session.lock("a").acquire().timeout(SOON).sync());
		assertThat(restored).succeedsWithin(Duration.ofSeconds(10));
	}

	@Test
	void leaseThatIsGoneWithThePlaceInTheQueueIsReplacedBeforeItsNextRenewal() {
		Session session = longSession();
		CompletableFuture<Void> restored = new CompletableFuture<>();
		session.onRestored(() -> restored.complete(null));
		this.server.on(ScriptedServer.TXN, (exchange) -> stand(exchange, session, 20, 10));
		this.server.on(ScriptedServer.RANGE, (exchange) -> {
			this.gone.add(session.leaseId());
			found(exchange);
		});
		assertThatExceptionOfType(SessionLostException.class)
			.isThrownBy(() -> session.lock("a").acquire().timeout(SOON).sync());
		assertThat(restored).succeedsWithin(Duration.ofSeconds(10));
	}

	@Test
	void registrationThatIsInterruptedMayBeApplied() throws Exception {
		Session session = session();
		this.server.on(ScriptedServer.TXN, SILENT);
		CompletableFuture<EtcdException> failure = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				session.register("/a", "1").sync();
			}
			catch (EtcdException ex) {
				failure.complete(ex);
			}
		});
		this.server.on(ScriptedServer.PUT, SILENT);
		thread.start();
		this.server.call(ScriptedServer.PUT, 1);
		thread.interrupt();
		assertThat(failure).succeedsWithin(SOON).satisfies((ex) -> {
			assertThat(ex.reason()).isEqualTo(Reason.INTERRUPTED);
			assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
		});
		thread.join();
	}

	@Test
	void leaseThatIsGrantedAfterTheCloseIsRevoked() {
		Session session = session();
		long first = session.leaseId();
		this.server.on(ScriptedServer.LEASE_GRANT, SILENT);
		this.gone.add(first);
		Exchange granting = this.server.call(ScriptedServer.LEASE_GRANT, 2);
		CompletableFuture<Void> closing = session.closeAsync();
		assertThat(revoked(1)).isEqualTo(first);
		assertThat(closing).isNotDone();
		grant(granting);
		assertThat(closing).succeedsWithin(SOON);
		assertThat(revoked(2)).isEqualTo(granting.request(LeaseGrantRequest.parser()).getID());
		assertThat(session.state().isLost()).isTrue();
	}

	@Test
	void everyLossOfSeveralIsToldAndMadeGood() {
		Session session = session();
		List<LeaseLoss.Cause> losses = new CopyOnWriteArrayList<>();
		List<Long> leases = new CopyOnWriteArrayList<>(List.of(session.leaseId()));
		session.onLost((loss) -> losses.add(loss.cause()));
		session.onRestored(() -> leases.add(session.leaseId()));
		for (int i = 1; i <= 2; i++) {
			int number = i;
			this.gone.add(session.leaseId());
			await().until(() -> leases.size() > number);
		}
		assertThat(losses).containsExactly(LeaseLoss.Cause.NOT_FOUND, LeaseLoss.Cause.NOT_FOUND);
		assertThat(leases).doesNotHaveDuplicates();
		assertThat(session.state().isLost()).isFalse();
		session.close();
		assertThat(revoked(1)).isEqualTo(leases.get(2));
	}

	@Test
	void listenersOfALossMayBlock() {
		Session session = session();
		CountDownLatch blocked = new CountDownLatch(1);
		this.server.on(ScriptedServer.TXN, SILENT);
		CompletableFuture<?> told = session.lock("a").acquire().async().handle((lock, ex) -> {
			await().atMost(Duration.ofMinutes(1)).until(() -> blocked.getCount() == 0);
			return null;
		});
		txn(1);
		CompletableFuture<Void> restored = new CompletableFuture<>();
		session.onRestored(() -> restored.complete(null));
		this.gone.add(session.leaseId());
		assertThat(restored).succeedsWithin(SOON);
		assertThat(told).isNotDone();
		blocked.countDown();
		assertThat(told).succeedsWithin(SOON);
	}

	@Test
	void keyThatIsClosedWhileItIsPutBackGoes() {
		Session session = session();
		EphemeralKey key = session.register("a", "1").sync();
		this.server.on(ScriptedServer.PUT, SILENT);
		this.server.on(ScriptedServer.TXN, SILENT);
		this.gone.add(session.leaseId());
		Exchange puttingBack = this.server.call(ScriptedServer.PUT, 2);
		CompletableFuture<Void> closing = key.closeAsync();
		answerPut(puttingBack, 50);
		TxnRequest removal = txn(1);
		assertThat(deletes(removal)).isTrue();
		assertThat(removal.getCompareList()).anySatisfy((compare) -> assertThat(compare.getModRevision()).isEqualTo(51))
			.anySatisfy((compare) -> assertThat(compare.getLease()).isEqualTo(session.leaseId()));
		assertThat(closing).isNotDone();
		answerTxn(txnCall(1), true);
		assertThat(closing).succeedsWithin(SOON);
		assertThat(key.closeAsync()).succeedsWithin(SOON);
		assertThat(this.server.count(ScriptedServer.TXN)).isOne();
	}

	@Test
	void keyWhoseRegistrationWasNotHeardOfGoes() {
		Session session = session();
		this.server.on(ScriptedServer.PUT, SILENT);
		this.server.on(ScriptedServer.RANGE, SILENT);
		this.server.on(ScriptedServer.TXN, SILENT);
		CompletableFuture<EphemeralKey> registering = session.register("a", "1").async();
		Exchange put = this.server.call(ScriptedServer.PUT, 1);
		registering.cancel(true);
		// It comes late.
		found(this.server.call(ScriptedServer.RANGE, 1));
		found(this.server.call(ScriptedServer.RANGE, 2),
				keyValue(put.request(PutRequest.parser()).getKey(), session.leaseId(), 60));
		TxnRequest removal = txn(1);
		assertThat(deletes(removal)).isTrue();
		assertThat(removal.getCompareList())
			.anySatisfy((compare) -> assertThat(compare.getModRevision()).isEqualTo(60));
	}

	@Test
	void keyThatIsWrittenAnewIsNotDeletedByTheFormer() {
		Session session = session();
		EphemeralKey former = session.register("a", "1").sync();
		session.register("a", "2").sync();
		former.close();
		assertThat(this.server.count(ScriptedServer.TXN)).isZero();
	}

	@Test
	void closingDoesNotWaitForAServerThatIsSilent() {
		Session session = session();
		this.server.on(REVOKE, SILENT);
		long start = System.nanoTime();
		this.client.transport().closeAfter(this.sessions.closeAsync(), this.sessions::unrevoked);
		assertThat(revoked(1)).isEqualTo(session.leaseId());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
		assertThat(session.closeAsync()).succeedsWithin(SOON);
	}

	@Test
	void closingTheClientEndsWhatIsTriedAgain() {
		Session session = session();
		this.server.on(ScriptedServer.TXN, (exchange) -> own(exchange, session, 20), SILENT);
		HeldLock lock = session.lock("a").acquire().sync();
		this.server.on(ScriptedServer.TXN, ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "no"));
		CompletableFuture<Void> closing = lock.closeAsync();
		CompletableFuture<HeldLock> next = session.lock("a").acquire().async();
		txn(3);
		this.client.transport().closeAfter(this.sessions.closeAsync(), this.sessions::unrevoked);
		assertThat(closing).succeedsWithin(SOON);
		assertThat(next).failsWithin(SOON);
	}

}
