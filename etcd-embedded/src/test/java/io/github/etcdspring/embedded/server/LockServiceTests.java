/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.TestCalls;
import io.github.etcdspring.proto.LockGrpc;
import io.github.etcdspring.proto.LockRequest;
import io.github.etcdspring.proto.LockResponse;
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.proto.UnlockRequest;
import io.github.etcdspring.proto.UnlockResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link LockService}.
 */
class LockServiceTests {

	private final EmbeddedEtcd etcd = EmbeddedEtcd.start();

	private final TestCalls calls = TestCalls.to(this.etcd);

	@AfterEach
	void stop() {
		this.calls.close();
		this.etcd.close();
	}

	private LockResponse lock(long lease) {
		return this.calls.blocking(LockGrpc::newBlockingStub).lock(request("job", lease));
	}

	private static LockRequest request(String name, long lease) {
		return LockRequest.newBuilder().setName(TestCalls.bytes(name)).setLease(lease).build();
	}

	private Future<LockResponse> queue(TestCalls calls, long lease, int place) {
		Future<LockResponse> waiting = calls.stub(LockGrpc::newFutureStub).lock(request("job", lease));
		awaitKeys(place);
		return waiting;
	}

	private void awaitKeys(long count) {
		await().until(() -> this.calls.get("job/", "job0").getCount(), (found) -> found == count);
	}

	private UnlockResponse unlock(String key) {
		return this.calls.blocking(LockGrpc::newBlockingStub)
			.unlock(UnlockRequest.newBuilder().setKey(TestCalls.bytes(key)).build());
	}

	@Test
	void freeLockIsHeldByAKeyOfTheLease() {
		long lease = this.calls.lease();
		LockResponse lock = lock(lease);
		String key = "job/" + Long.toHexString(lease);
		assertThat(lock.getKey()).isEqualTo(TestCalls.bytes(key));
		assertThat(lock.getHeader().getRevision()).isEqualTo(2);
		assertThat(this.calls.get(key).getKvs(0).getLease()).isEqualTo(lease);
		assertThat(this.calls.get(key).getKvs(0).getValue().isEmpty()).isTrue();
	}

	@Test
	void holderLocksAgainAtOnce() {
		long lease = this.calls.lease();
		LockResponse first = lock(lease);
		assertThat(lock(lease)).isEqualTo(first);
	}

	@Test
	void withoutLeaseOneIsGranted() {
		LockResponse lock = lock(0);
		assertThat(this.calls.get(lock.getKey().toStringUtf8()).getKvs(0).getLease()).isPositive();
	}

	@Test
	void emptyNameIsAName() {
		long lease = this.calls.lease();
		assertThat(this.calls.blocking(LockGrpc::newBlockingStub).lock(request("", lease)).getKey())
			.isEqualTo(TestCalls.bytes("/" + Long.toHexString(lease)));
	}

	@Test
	void unknownLeaseIsRefusedWithoutItsCode() {
		TestCalls.assertFails(() -> lock(4711), Code.UNKNOWN, "etcdserver: requested lease not found");
		assertThat(this.calls.get("job/", "job0").getCount()).isZero();
	}

	@Test
	void waitersGetTheLockInTheOrderOfTheirKeys() throws Exception {
		LockResponse holder = lock(this.calls.lease());
		Future<LockResponse> second = queue(this.calls, this.calls.lease(), 2);
		Future<LockResponse> third = queue(this.calls, this.calls.lease(), 3);
		assertThat(second.isDone()).isFalse();
		unlock(holder.getKey().toStringUtf8());
		LockResponse next = second.get(10, TimeUnit.SECONDS);
		assertThat(next.getHeader().getRevision()).isEqualTo(5);
		assertThat(third.isDone()).isFalse();
		unlock(next.getKey().toStringUtf8());
		assertThat(third.get(10, TimeUnit.SECONDS).getKey()).isNotEqualTo(next.getKey());
	}

	@Test
	void holderWhoseLeaseIsRevokedLosesTheLock() throws Exception {
		long lease = this.calls.lease();
		lock(lease);
		Future<LockResponse> waiting = queue(this.calls, this.calls.lease(), 2);
		this.calls.revoke(lease);
		assertThat(waiting.get(10, TimeUnit.SECONDS).getKey().isEmpty()).isFalse();
	}

	@Test
	void waiterThatCancelsLeavesNoKey() throws Exception {
		LockResponse holder = lock(this.calls.lease());
		Future<LockResponse> cancelled = queue(this.calls, this.calls.lease(), 2);
		Future<LockResponse> waiting = queue(this.calls, this.calls.lease(), 3);
		cancelled.cancel(true);
		awaitKeys(2);
		unlock(holder.getKey().toStringUtf8());
		assertThat(waiting.get(10, TimeUnit.SECONDS).getHeader().getRevision()).isEqualTo(6);
	}

	@Test
	void waiterWhoseDeadlinePassesLeavesNoKey() throws Exception {
		lock(this.calls.lease());
		long lease = this.calls.lease();
		Future<LockResponse> waiting = this.calls.stub(LockGrpc::newFutureStub)
			.withDeadlineAfter(3, TimeUnit.SECONDS)
			.lock(request("job", lease));
		awaitKeys(2);
		assertThat(TestCalls.failure(waiting).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		awaitKeys(1);
	}

	@Test
	void waiterWhoseKeyIsGoneIsToldWhenItsTurnComes() throws Exception {
		LockResponse holder = lock(this.calls.lease());
		long lease = this.calls.lease();
		Future<LockResponse> waiting = queue(this.calls, lease, 2);
		this.calls.revoke(lease);
		assertThat(waiting.isDone()).isFalse();
		unlock(holder.getKey().toStringUtf8());
		Status status = TestCalls.failure(waiting);
		assertThat(status.getCode()).isEqualTo(Code.UNKNOWN);
		assertThat(status.getDescription()).isEqualTo("mutex: session is expired");
	}

	@Test
	void unlockDeletesWhateverKeyItIsGiven() {
		this.calls.put("any", "v");
		assertThat(unlock("any").getHeader().getRevision()).isEqualTo(3);
		assertThat(unlock("any").getHeader().getRevision()).isEqualTo(3);
		assertThat(this.calls.get("any").getCount()).isZero();
		TestCalls.assertFails(() -> unlock(""), Code.UNKNOWN, "etcdserver: key is not provided");
	}

	@Test
	void lockNeedsThePermissionsOfItsCaller() throws Exception {
		this.calls.addUser("ann", "pw");
		this.calls.addRole("app");
		this.calls.grantRole("ann", "app");
		this.calls.permit("app", Permission.Type.READWRITE, "job/", "job0");
		this.calls.enableAuth();
		TestCalls ann = this.calls.as("ann", "pw");
		LockGrpc.LockBlockingStub locks = ann.blocking(LockGrpc::newBlockingStub);
		LockResponse holder = locks.lock(request("job", ann.lease()));
		TestCalls.assertFails(() -> locks.lock(request("other", 0)), Code.UNKNOWN, "etcdserver: permission denied");
		TestCalls.assertFails(() -> unlock("job/1"), Code.UNKNOWN, "etcdserver: user name is empty");
		TestCalls.assertFails(() -> lock(0), Code.UNKNOWN, "etcdserver: user name is empty");
		Future<LockResponse> waiting = ann.stub(LockGrpc::newFutureStub).lock(request("job", ann.lease()));
		await().until(() -> ann.get("job/", "job0").getCount(), (found) -> found == 2);
		locks.unlock(UnlockRequest.newBuilder().setKey(holder.getKey()).build());
		assertThat(waiting.get(10, TimeUnit.SECONDS).getKey()).isNotEqualTo(holder.getKey());
	}

}
