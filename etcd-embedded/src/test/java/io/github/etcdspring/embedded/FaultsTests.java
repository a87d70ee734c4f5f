/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.TestCalls.Received;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.StatusRequest;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchGrpc;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Faults}.
 */
class FaultsTests {

	private final EtcdClock clock = EtcdClock.manual();

	private final EmbeddedEtcd etcd = EmbeddedEtcd.builder().clock(this.clock).start();

	private final Faults faults = this.etcd.faults();

	private final TestCalls calls = TestCalls.to(this.etcd);

	@AfterEach
	void stop() {
		this.calls.close();
		this.etcd.close();
	}

	private long revision() {
		return this.calls.get("any").getHeader().getRevision();
	}

	private Future<PutResponse> putLater() {
		return this.calls.stub(KVGrpc::newFutureStub).put(PutRequest.newBuilder().setKey(TestCalls.bytes("k")).build());
	}

	private Received<WatchResponse> watch(TestCalls calls) throws InterruptedException {
		Received<WatchResponse> received = new Received<>();
		StreamObserver<WatchRequest> requests = calls.stub(WatchGrpc::newStub).watch(received);
		requests.onNext(WatchRequest.newBuilder()
			.setCreateRequest(WatchCreateRequest.newBuilder().setKey(TestCalls.bytes("k")))
			.build());
		assertThat(received.next().getCreated()).isTrue();
		return received;
	}

	@Test
	void failsTheNextCallsOfAnOperation() {
		this.faults.next(2, Operation.PUT).fail(EtcdError.NO_LEADER);
		assertThat(this.faults.pending()).isEqualTo(2);
		TestCalls.assertFails(() -> this.calls.put("k", "1"), Code.UNAVAILABLE, "etcdserver: no leader");
		assertThat(this.calls.get("k").getCount()).isZero();
		assertThat(this.faults.pending(Operation.PUT)).isEqualTo(1);
		TestCalls.assertFails(() -> this.calls.put("k", "1"), Code.UNAVAILABLE, "etcdserver: no leader");
		assertThat(this.calls.put("k", "1").getHeader().getRevision()).isEqualTo(2);
		assertThat(this.faults.pending()).isZero();
		assertThat(this.faults.used(Operation.PUT)).isEqualTo(2);
		assertThat(this.faults.used(Operation.RANGE)).isZero();
		assertThat(this.faults.used(Operation.ANY)).isEqualTo(2);
	}

	@Test
	void faultsAreUsedInTheirOrder() {
		this.faults.next(Operation.PUT).fail(Code.DATA_LOSS, "first").next(Operation.ANY).refuse();
		TestCalls.assertFails(() -> this.calls.put("k", "1"), Code.DATA_LOSS, "first");
		TestCalls.assertFails(() -> this.calls.get("k"), Code.UNKNOWN, "etcdserver: too many requests");
		assertThat(revision()).isEqualTo(1);
	}

	@Test
	void whatIsNotUsedIsVisibleAndCanBeReset() {
		this.faults.next(3, Operation.TXN).after(Duration.ofSeconds(1)).never();
		assertThat(this.faults).hasToString("Faults[3 x TXN NEVER after PT1S]");
		this.faults.reset();
		assertThat(this.faults.pending()).isZero();
		assertThat(this.faults).hasToString("Faults[]");
	}

	@Test
	void failAfterApplyingAppliesAndFails() {
		this.faults.next(Operation.PUT).failAfterApplying(EtcdError.TIMEOUT);
		TestCalls.assertFails(() -> this.calls.put("k", "1"), Code.UNAVAILABLE, "etcdserver: request timed out");
		assertThat(this.calls.get("k").getCount()).isEqualTo(1);
	}

	@Test
	void dropBeforeApplyingCutsTheConnection() {
		this.faults.next(Operation.PUT).dropBeforeApplying();
		assertThat(TestCalls.failure(() -> this.calls.put("k", "1")).getCode()).isEqualTo(Code.UNAVAILABLE);
		assertThat(this.calls.get("k").getCount()).isZero();
	}

	@Test
	void dropAfterApplyingCutsTheConnectionInsteadOfTheAnswer() {
		this.faults.next(Operation.PUT).dropAfterApplying();
		assertThat(TestCalls.failure(() -> this.calls.put("k", "1")).getCode()).isEqualTo(Code.UNAVAILABLE);
		assertThat(this.calls.get("k").getCount()).isEqualTo(1);
	}

	@Test
	void delayedCallIsAnsweredWhenTheTimeHasPassed() throws Exception {
		this.faults.next(Operation.PUT).delay(Duration.ofSeconds(5));
		Future<PutResponse> put = putLater();
		await().until(() -> this.faults.delayed() == 1);
		this.clock.advance(Duration.ofMillis(4999));
		assertThat(revision()).isEqualTo(1);
		assertThat(put.isDone()).isFalse();
		this.clock.advance(Duration.ofMillis(1));
		assertThat(put.get(10, TimeUnit.SECONDS).getHeader().getRevision()).isEqualTo(2);
	}

	@Test
	void delayedFaultComesLater() throws Exception {
		this.faults.next(Operation.PUT).after(Duration.ofSeconds(5)).fail(EtcdError.TIMEOUT);
		Future<PutResponse> put = putLater();
		await().until(() -> this.faults.delayed() == 1);
		assertThat(put.isDone()).isFalse();
		this.clock.advance(Duration.ofSeconds(5));
		assertThat(TestCalls.failure(put).getDescription()).isEqualTo("etcdserver: request timed out");
	}

	@Test
	void callCancelledWhileDelayedIsNotApplied() throws Exception {
		this.faults.next(Operation.PUT).delay(Duration.ofSeconds(5));
		Future<PutResponse> put = putLater();
		await().until(() -> this.faults.delayed() == 1);
		this.calls.close();
		assertThat(TestCalls.failure(put).getCode()).isEqualTo(Code.UNAVAILABLE);
		await().until(() -> this.faults.delayed() == 0);
		try (TestCalls other = TestCalls.to(this.etcd)) {
			other.put("other", "v");
			this.clock.advance(Duration.ofSeconds(5));
			assertThat(other.get("k").getCount()).isZero();
		}
	}

	@Test
	void neverIsNotAnsweredAndNotApplied() throws Exception {
		assertThat(revision()).isEqualTo(1);
		this.faults.next(Operation.PUT).never();
		Future<PutResponse> put = this.calls.stub(KVGrpc::newFutureStub)
			.withDeadlineAfter(3, TimeUnit.SECONDS)
			.put(PutRequest.newBuilder().setKey(TestCalls.bytes("k")).build());
		await().until(() -> this.faults.used(Operation.PUT) == 1);
		this.clock.advance(Duration.ofHours(1));
		assertThat(TestCalls.failure(put).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(revision()).isEqualTo(1);
	}

	@Test
	void streamIsCutAfterSomeMessages() throws Exception {
		this.faults.next(Operation.WATCH).cutAfter(2);
		Received<WatchResponse> received = watch(this.calls);
		try (TestCalls others = TestCalls.to(this.etcd)) {
			others.put("k", "1");
		}
		assertThat(received.next().getEvents(0).getKv().getValue()).isEqualTo(TestCalls.bytes("1"));
		assertThat(received.end().getCode()).isEqualTo(Code.UNAVAILABLE);
		assertThat(watch(this.calls).isQuiet()).isTrue();
	}

	@Test
	void streamEndsAfterSomeMessages() throws Exception {
		this.faults.next(Operation.WATCH).endAfter(1, EtcdError.LEADER_CHANGED);
		Received<WatchResponse> received = watch(this.calls);
		assertThat(received.end().getDescription()).isEqualTo("etcdserver: leader changed");
		this.calls.put("k", "1");
		assertThat(received.isQuiet()).isTrue();
	}

	@Test
	void openStreamsAreEndedNow() throws Exception {
		Received<WatchResponse> first = watch(this.calls);
		Received<WatchResponse> second = watch(this.calls);
		assertThat(this.faults.endStreams(Operation.LEASE_KEEP_ALIVE, EtcdError.STOPPED)).isZero();
		assertThat(this.faults.endStreams(Operation.WATCH, EtcdError.STOPPED)).isEqualTo(2);
		assertThat(first.end().getDescription()).isEqualTo("etcdserver: server stopped");
		assertThat(second.end().getDescription()).isEqualTo("etcdserver: server stopped");
		assertThat(this.faults.endStreams(Operation.WATCH, EtcdError.STOPPED)).isZero();
	}

	@Test
	void openStreamsAreCutNow() throws Exception {
		Received<WatchResponse> received = watch(this.calls);
		assertThat(this.faults.cutStreams(Operation.WATCH)).isEqualTo(1);
		assertThat(received.end().getCode()).isEqualTo(Code.UNAVAILABLE);
		await().until(() -> this.faults.cutStreams(Operation.WATCH) == 0);
	}

	@Test
	void connectionsAreCut() throws Exception {
		Received<WatchResponse> received = watch(this.calls);
		assertThat(this.faults.cutConnections()).isEqualTo(1);
		assertThat(received.end().getCode()).isEqualTo(Code.UNAVAILABLE);
		assertThat(this.calls.put("k", "1").getHeader().getRevision()).isEqualTo(2);
	}

	@Test
	void newConnectionsAreRefusedUntilTheyAreAccepted() throws Exception {
		watch(this.calls);
		this.faults.refuseConnections();
		assertThat(this.calls.put("k", "1").getHeader().getRevision()).isEqualTo(2);
		try (TestCalls other = TestCalls.to(this.etcd)) {
			Status status = TestCalls.failure(() -> other.put("k", "2"));
			assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE);
		}
		this.faults.acceptConnections();
		try (TestCalls other = TestCalls.to(this.etcd)) {
			assertThat(other.put("k", "2").getHeader().getRevision()).isEqualTo(3);
		}
	}

	@Test
	void withoutLeaderRequestsThatAskForOneAreRefused() throws Exception {
		TestCalls strict = this.calls.with("hasleader", "true");
		Received<WatchResponse> ended = watch(strict);
		Received<WatchResponse> kept = watch(this.calls);
		this.faults.loseLeader();
		assertThat(ended.end()).extracting(Status::getCode, Status::getDescription)
			.containsExactly(Code.UNAVAILABLE, "etcdserver: no leader");
		TestCalls.assertFails(() -> strict.put("k", "1"), Code.UNAVAILABLE, "etcdserver: no leader");
		assertThat(this.calls.blocking(MaintenanceGrpc::newBlockingStub)
			.status(StatusRequest.getDefaultInstance())
			.getLeader()).isZero();
		this.faults.electLeader();
		strict.put("k", "2");
		assertThat(kept.next().getEvents(0).getKv().getValue()).isEqualTo(TestCalls.bytes("2"));
	}

	@Test
	void withoutLeaderWritesAndLinearizableReadsTimeOut() throws Exception {
		this.faults.loseLeader();
		RangeRequest range = RangeRequest.newBuilder().setKey(TestCalls.bytes("k")).build();
		assertThat(this.calls.blocking(KVGrpc::newBlockingStub)
			.range(range.toBuilder().setSerializable(true).build())
			.getHeader()
			.getRevision()).isEqualTo(1);
		Future<RangeResponse> get = this.calls.stub(KVGrpc::newFutureStub).range(range);
		Future<PutResponse> put = putLater();
		await().until(() -> {
			this.clock.advance(Duration.ofSeconds(7));
			return get.isDone() && put.isDone();
		});
		assertThat(TestCalls.failure(get)).extracting(Status::getCode, Status::getDescription)
			.containsExactly(Code.UNAVAILABLE, "etcdserver: request timed out");
		assertThat(TestCalls.failure(put)).extracting(Status::getCode, Status::getDescription)
			.containsExactly(Code.DEADLINE_EXCEEDED, "context deadline exceeded");
		this.faults.reset();
		assertThat(revision()).isEqualTo(1);
	}

	@Test
	void keepAliveEndsWhenThereIsNoLeaderForLong() throws Exception {
		Received<LeaseKeepAliveResponse> received = new Received<>();
		StreamObserver<LeaseKeepAliveRequest> requests = this.calls.stub(LeaseGrpc::newStub).leaseKeepAlive(received);
		LeaseKeepAliveRequest request = LeaseKeepAliveRequest.newBuilder().setID(this.calls.lease()).build();
		requests.onNext(request);
		assertThat(received.next().getTTL()).isEqualTo(60);
		this.faults.loseLeader();
		requests.onNext(request);
		await().until(() -> {
			this.clock.advance(Duration.ofSeconds(7));
			return !received.isQuiet();
		});
		assertThat(received.end().getDescription()).isEqualTo("etcdserver: no leader");
	}

	@Test
	void compactionTakesTheHistory() {
		this.calls.put("k", "1");
		this.calls.put("k", "2");
		assertThat(this.faults.compact()).isEqualTo(3);
		assertThat(this.faults.compact()).isEqualTo(3);
		RangeRequest old = RangeRequest.newBuilder().setKey(TestCalls.bytes("k")).setRevision(2).build();
		TestCalls.assertFails(() -> this.calls.blocking(KVGrpc::newBlockingStub).range(old), Code.OUT_OF_RANGE,
				"etcdserver: mvcc: required revision has been compacted");
		assertThatIllegalArgumentException().isThrownBy(() -> this.faults.compact(3)).withMessageContaining("3");
		assertThatIllegalArgumentException().isThrownBy(() -> this.faults.compact(9))
			.withMessage("revision is 9: use one above 3 and not above 3");
	}

	@Test
	void tokensExpireNow() {
		this.calls.enableAuth();
		TestCalls root = this.calls.as("root", "root");
		root.put("k", "1");
		assertThat(this.faults.expireTokens()).isEqualTo(1);
		TestCalls.assertFails(() -> root.put("k", "2"), Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
		assertThat(this.calls.as("root", "root").get("k").getCount()).isEqualTo(1);
	}

	@Test
	void everyOperationHasItsName() {
		assertThat(Operation.values()).hasSize(50);
		assertThat(Operation.of("etcdserverpb.KV/Put")).isEqualTo(Operation.PUT);
		assertThat(Operation.of("v3electionpb.Election/Observe")).isEqualTo(Operation.OBSERVE);
		assertThat(Operation.of("grpc.health.v1.Health/Check")).isNull();
	}

	@Test
	void nonsenseIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.faults.next(0, Operation.PUT))
			.withMessage("calls is 0: use 1 or more");
		assertThatIllegalArgumentException().isThrownBy(() -> this.faults.next(Operation.PUT).cutAfter(0))
			.withMessage("messages is 0: use 1 or more");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.faults.next(Operation.PUT).delay(Duration.ofSeconds(-1)))
			.withMessageContaining("PT-1S");
		assertThatIllegalArgumentException().isThrownBy(() -> this.faults.next(Operation.PUT).fail(Code.OK, "fine"))
			.withMessageContaining("OK");
		assertThat(this.faults.pending()).isZero();
	}

}
