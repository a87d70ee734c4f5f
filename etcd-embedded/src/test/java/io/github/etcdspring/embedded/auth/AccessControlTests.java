/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link AccessControl}.
 */
class AccessControlTests {

	private static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";

	private static final String EMPTY = "INVALID_ARGUMENT: etcdserver: user name is empty";

	private final Map<Long, List<ByteString>> leases = new HashMap<>();

	private final AccessControl access = new AccessControl(EtcdClock.manual(), Duration.ofMinutes(5),
			(lease) -> this.leases.getOrDefault(lease, List.of()));

	private Caller ann = Caller.ANYONE;

	private Caller root = Caller.ANYONE;

	@BeforeEach
	void users() {
		AuthStore store = this.access.store();
		store.addUser("root", "root");
		store.grantRole("root", "root");
		store.addUser("ann", "pw");
		store.addRole("app");
		store.grantRole("ann", "app");
		grant(Permission.Type.READWRITE, "a", "c");
		grant(Permission.Type.READ, "c", "e");
		grant(Permission.Type.READWRITE, "k", "");
		grant(Permission.Type.WRITE, "w", "\0");
		store.enable();
		this.ann = new Caller("ann", store.revision());
		this.root = new Caller("root", store.revision());
	}

	private void grant(Permission.Type type, String key, String end) {
		this.access.store()
			.grantPermission("app",
					Permission.newBuilder().setPermType(type).setKey(bytes(key)).setRangeEnd(bytes(end)).build());
	}

	private static ByteString bytes(String text) {
		return ByteString.copyFromUtf8(text);
	}

	private static void assertAllowed(Runnable check) {
		assertThatNoException().isThrownBy(check::run);
	}

	private static void assertRefused(Runnable check, String status) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(check::run).withMessage(status);
	}

	private Runnable range(String key, String end) {
		return () -> this.access.checkRange(this.ann, bytes(key), bytes(end));
	}

	private Runnable delete(String key, String end) {
		return () -> this.access.checkDelete(this.ann, bytes(key), bytes(end));
	}

	@Test
	void rangeMayBeCoveredBySeveralPermissions() {
		assertAllowed(range("a", "e"));
		assertAllowed(range("b", "d"));
		assertAllowed(range("a", ""));
		assertAllowed(range("k", ""));
		assertAllowed(range("k", "k\0"));
		assertRefused(range("a", "e\0"), DENIED);
		assertRefused(range("a", "\0"), DENIED);
		assertRefused(range("e", ""), DENIED);
		assertRefused(range("k\0", ""), DENIED);
		assertRefused(range("Z", "b"), DENIED);
	}

	@Test
	void writingNeedsWritePermission() {
		assertAllowed(delete("a", "c"));
		assertAllowed(delete("w", "\0"));
		assertAllowed(delete("zzz", ""));
		assertRefused(delete("a", "d"), DENIED);
		assertRefused(delete("c", ""), DENIED);
		assertRefused(delete("v", "\0"), DENIED);
	}

	@Test
	void readingNeedsReadPermission() {
		assertRefused(range("w", ""), DENIED);
	}

	@Test
	void previousPairNeedsReadPermission() {
		PutRequest put = PutRequest.newBuilder().setKey(bytes("w")).build();
		assertAllowed(() -> this.access.checkPut(this.ann, put));
		assertRefused(() -> this.access.checkPut(this.ann, put.toBuilder().setPrevKv(true).build()), DENIED);
		DeleteRangeRequest delete = DeleteRangeRequest.newBuilder().setKey(bytes("w")).build();
		assertAllowed(() -> this.access.checkDelete(this.ann, delete));
		assertRefused(() -> this.access.checkDelete(this.ann, delete.toBuilder().setPrevKv(true).build()), DENIED);
	}

	@Test
	void leaseCanBeUsedByWhoMayWriteItsKeys() {
		this.leases.put(1L, List.of(bytes("a"), bytes("f")));
		this.leases.put(2L, List.of(bytes("a")));
		PutRequest put = PutRequest.newBuilder().setKey(bytes("a")).setLease(1).build();
		assertRefused(() -> this.access.checkPut(this.ann, put), DENIED);
		assertAllowed(() -> this.access.checkPut(this.ann, put.toBuilder().setLease(2).build()));
		assertAllowed(() -> this.access.checkPut(this.ann, put.toBuilder().setLease(3).build()));
		assertAllowed(() -> this.access.checkPut(this.root, put));
		assertRefused(() -> this.access.checkLeaseRevoke(this.ann, 1), DENIED);
		assertAllowed(() -> this.access.checkLeaseRevoke(this.ann, 2));
		assertRefused(() -> this.access.checkLeaseRenew(this.ann, 1), DENIED);
		assertRefused(() -> this.access.checkLeaseRenew(Caller.ANYONE, 3), EMPTY);
	}

	@Test
	void leaseCanBeSeenByWhoMayReadItsKeys() {
		this.leases.put(1L, List.of(bytes("f")));
		this.leases.put(2L, List.of(bytes("c")));
		assertAllowed(() -> this.access.checkLeaseTimeToLive(this.ann, 1, false));
		assertRefused(() -> this.access.checkLeaseTimeToLive(this.ann, 1, true), DENIED);
		assertAllowed(() -> this.access.checkLeaseTimeToLive(this.ann, 2, true));
		assertRefused(() -> this.access.checkLeaseTimeToLive(Caller.ANYONE, 9, false), EMPTY);
		assertRefused(() -> this.access.checkLeaseLeases(this.ann, List.of(2L, 1L)), DENIED);
		assertAllowed(() -> this.access.checkLeaseLeases(this.ann, List.of(2L)));
		assertRefused(() -> this.access.checkLeaseLeases(Caller.ANYONE, List.of()), EMPTY);
	}

	@Test
	void transactionIsCheckedWithAllOfItsBranches() {
		RequestOp put = RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(bytes("f"))).build();
		RequestOp get = RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(bytes("f"))).build();
		TxnRequest compare = TxnRequest.newBuilder().addCompare(Compare.newBuilder().setKey(bytes("f"))).build();
		List<TxnRequest> denied = List.of(compare, TxnRequest.newBuilder().addSuccess(put).build(),
				TxnRequest.newBuilder().addFailure(put).build(), TxnRequest.newBuilder().addFailure(get).build());
		for (TxnRequest txn : denied) {
			TxnRequest nested = TxnRequest.newBuilder().addFailure(RequestOp.newBuilder().setRequestTxn(txn)).build();
			assertRefused(() -> this.access.checkTxn(this.ann, txn), DENIED);
			assertRefused(() -> this.access.checkTxn(this.ann, nested), DENIED);
			assertAllowed(() -> this.access.checkTxn(this.root, nested));
		}
		assertAllowed(() -> this.access.checkTxn(Caller.ANYONE, TxnRequest.getDefaultInstance()));
	}

	@Test
	void administrationIsForRoot() {
		assertAllowed(() -> this.access.checkAdmin(this.root));
		assertRefused(() -> this.access.checkAdmin(this.ann), DENIED);
		assertRefused(() -> this.access.checkAdmin(Caller.ANYONE), EMPTY);
		assertAllowed(() -> this.access.checkUser(this.ann));
		assertRefused(() -> this.access.checkUser(Caller.ANYONE), EMPTY);
	}

	@Test
	void userSeesItselfAndItsRoles() {
		assertAllowed(() -> this.access.checkUserGet(this.ann, "ann"));
		assertRefused(() -> this.access.checkUserGet(this.ann, "root"), DENIED);
		assertRefused(() -> this.access.checkUserGet(Caller.ANYONE, "ann"), EMPTY);
		assertAllowed(() -> this.access.checkRoleGet(this.ann, "app"));
		assertRefused(() -> this.access.checkRoleGet(this.ann, "root"), DENIED);
		assertAllowed(() -> this.access.checkRoleGet(this.root, "app"));
	}

	@Test
	void callerFromBeforeAChangeIsRefused() {
		this.access.store().addRole("new");
		assertRefused(range("a", ""), "INVALID_ARGUMENT: etcdserver: revision of auth store is old");
	}

	@Test
	void changedPermissionCountsAtOnce() {
		grant(Permission.Type.READ, "f", "");
		this.ann = new Caller("ann", this.access.revision());
		assertAllowed(range("f", ""));
		this.access.store().revokePermission("app", bytes("f"), ByteString.EMPTY);
		this.ann = new Caller("ann", this.access.revision());
		assertRefused(range("f", ""), DENIED);
	}

	@Test
	void everythingIsAllowedWhileAuthenticationIsOff() {
		this.access.store().disable();
		assertThat(this.access.enabled()).isFalse();
		assertThat(this.access.caller("no such token")).isEqualTo(Caller.ANYONE);
		assertAllowed(() -> this.access.checkAdmin(Caller.ANYONE));
		assertAllowed(() -> this.access.checkRange(Caller.ANYONE, bytes("f"), bytes("\0")));
		assertAllowed(() -> this.access.checkLeaseLeases(Caller.ANYONE, List.of(1L)));
	}

	@Test
	void callerIsWhoTheTokenWasGivenTo() {
		String token = this.access.store().authenticate("ann", "pw");
		assertThat(this.access.caller(token).user()).isEqualTo("ann");
		assertThat(this.access.caller(null)).isEqualTo(Caller.ANYONE);
		assertRefused(() -> this.access.caller("bad"), "UNAUTHENTICATED: etcdserver: invalid auth token");
	}

}
