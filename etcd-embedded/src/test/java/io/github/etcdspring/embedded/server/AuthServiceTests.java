/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.time.Duration;

import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.TestCalls;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.AuthDisableRequest;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthRoleDeleteRequest;
import io.github.etcdspring.proto.AuthRoleGetRequest;
import io.github.etcdspring.proto.AuthRoleGrantPermissionRequest;
import io.github.etcdspring.proto.AuthRoleListRequest;
import io.github.etcdspring.proto.AuthRoleRevokePermissionRequest;
import io.github.etcdspring.proto.AuthStatusRequest;
import io.github.etcdspring.proto.AuthStatusResponse;
import io.github.etcdspring.proto.AuthUserAddRequest;
import io.github.etcdspring.proto.AuthUserChangePasswordRequest;
import io.github.etcdspring.proto.AuthUserDeleteRequest;
import io.github.etcdspring.proto.AuthUserGetRequest;
import io.github.etcdspring.proto.AuthUserListRequest;
import io.github.etcdspring.proto.AuthUserRevokeRoleRequest;
import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.HashKVRequest;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseLeasesRequest;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.proto.StatusRequest;
import io.github.etcdspring.proto.UserAddOptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuthService} and {@link Callers}.
 */
class AuthServiceTests {

	private static final String DENIED = "etcdserver: permission denied";

	private final EtcdClock clock = EtcdClock.manual();

	private final EmbeddedEtcd etcd = EmbeddedEtcd.builder().clock(this.clock).tokenTtl(Duration.ofSeconds(30)).start();

	private final TestCalls anyone = TestCalls.to(this.etcd);

	@BeforeEach
	void addAnn() {
		this.anyone.addUser("ann", "pw");
		this.anyone.addRole("app");
		this.anyone.grantRole("ann", "app");
		this.anyone.permit("app", Permission.Type.READWRITE, "/app/", "/app0");
	}

	@AfterEach
	void stop() {
		this.anyone.close();
		this.etcd.close();
	}

	private static AuthGrpc.AuthBlockingStub auth(TestCalls calls) {
		return calls.blocking(AuthGrpc::newBlockingStub);
	}

	@Test
	void everybodyIsWelcomeWhileAuthenticationIsOff() {
		AuthStatusResponse status = auth(this.anyone).authStatus(AuthStatusRequest.getDefaultInstance());
		assertThat(status.getEnabled()).isFalse();
		assertThat(status.getAuthRevision()).isEqualTo(5);
		assertThat(status.getHeader().getRevision()).isEqualTo(1);
		assertThat(this.anyone.with("token", "bad").put("k", "v").getHeader().getRevision()).isEqualTo(2);
		TestCalls.assertFails(() -> this.anyone.token("ann", "pw"), Code.FAILED_PRECONDITION,
				"etcdserver: authentication is not enabled");
	}

	@Test
	void requestWithoutTokenIsRefused() {
		this.anyone.enableAuth();
		TestCalls.assertFails(() -> this.anyone.put("/app/k", "v"), Code.INVALID_ARGUMENT,
				"etcdserver: user name is empty");
		TestCalls.assertFails(() -> this.anyone.get("/app/k"), Code.INVALID_ARGUMENT, "etcdserver: user name is empty");
		TestCalls.assertFails(this.anyone::lease, Code.INVALID_ARGUMENT, "etcdserver: user name is empty");
	}

	@Test
	void requestWithUnknownTokenIsRefused() {
		this.anyone.enableAuth();
		for (String token : new String[] { "bad", "bad.1", "" }) {
			TestCalls calls = this.anyone.with("token", token);
			TestCalls.assertFails(() -> calls.put("/app/k", "v"), Code.UNAUTHENTICATED,
					"etcdserver: invalid auth token");
			TestCalls.assertFails(() -> calls.get("/app/k"), Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
		}
	}

	@Test
	void userMayDoWhatItsRolesPermit() {
		this.anyone.enableAuth();
		TestCalls ann = this.anyone.as("ann", "pw");
		ann.put("/app/k", "v");
		assertThat(ann.get("/app/", "/app0").getCount()).isEqualTo(1);
		TestCalls.assertFails(() -> ann.put("/other", "v"), Code.PERMISSION_DENIED, DENIED);
		TestCalls.assertFails(() -> ann.get("/app/", "\0"), Code.PERMISSION_DENIED, DENIED);
		TestCalls.assertFails(() -> ann.delete("/app/", "/b"), Code.PERMISSION_DENIED, DENIED);
		assertThat(this.anyone.as("root", "root").get("\0", "\0").getCount()).isEqualTo(1);
	}

	@Test
	void tokenIsTakenFromTheAuthorizationHeaderToo() {
		this.anyone.enableAuth();
		String token = this.anyone.token("ann", "pw");
		assertThat(this.anyone.with("authorization", token).get("/app/k").getCount()).isZero();
		TestCalls both = this.anyone.with("authorization", token).with("token", "bad");
		TestCalls.assertFails(() -> both.get("/app/k"), Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
	}

	@Test
	void tokenExpiresOnTheClockUnlessItIsUsed() {
		this.anyone.enableAuth();
		TestCalls ann = this.anyone.as("ann", "pw");
		for (int i = 0; i < 3; i++) {
			this.clock.advance(Duration.ofSeconds(20));
			ann.get("/app/k");
		}
		this.clock.advance(Duration.ofSeconds(31));
		TestCalls.assertFails(() -> ann.get("/app/k"), Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
	}

	@Test
	void administrationIsForRoot() {
		this.anyone.enableAuth();
		AuthGrpc.AuthBlockingStub ann = auth(this.anyone.as("ann", "pw"));
		TestCalls.assertFails(() -> ann.userAdd(AuthUserAddRequest.getDefaultInstance()), Code.PERMISSION_DENIED,
				DENIED);
		TestCalls.assertFails(() -> ann.userList(AuthUserListRequest.getDefaultInstance()), Code.PERMISSION_DENIED,
				DENIED);
		TestCalls.assertFails(() -> ann.authDisable(AuthDisableRequest.getDefaultInstance()), Code.PERMISSION_DENIED,
				DENIED);
		TestCalls.assertFails(() -> ann.authStatus(AuthStatusRequest.getDefaultInstance()), Code.PERMISSION_DENIED,
				DENIED);
		TestCalls.assertFails(() -> ann.userGet(AuthUserGetRequest.newBuilder().setName("root").build()),
				Code.PERMISSION_DENIED, DENIED);
		assertThat(ann.userGet(AuthUserGetRequest.newBuilder().setName("ann").build()).getRolesList())
			.containsExactly("app");
		assertThat(ann.roleGet(AuthRoleGetRequest.newBuilder().setRole("app").build()).getPermList()).hasSize(1);
	}

	@Test
	void serverIsForRoot() {
		this.anyone.enableAuth();
		TestCalls ann = this.anyone.as("ann", "pw");
		MaintenanceGrpc.MaintenanceBlockingStub maintenance = ann.blocking(MaintenanceGrpc::newBlockingStub);
		TestCalls.assertFails(() -> maintenance.status(StatusRequest.getDefaultInstance()), Code.PERMISSION_DENIED,
				DENIED);
		TestCalls.assertFails(() -> maintenance.hashKV(HashKVRequest.getDefaultInstance()), Code.UNKNOWN,
				"auth: permission denied");
		TestCalls.assertFails(
				() -> this.anyone.blocking(MaintenanceGrpc::newBlockingStub).hashKV(HashKVRequest.getDefaultInstance()),
				Code.UNKNOWN, "auth: user name is empty");
		TestCalls.assertFails(
				() -> ann.blocking(KVGrpc::newBlockingStub).compact(CompactionRequest.getDefaultInstance()),
				Code.PERMISSION_DENIED, DENIED);
	}

	@Test
	void leasesAreListedForWhoMayReadTheirKeys() {
		this.anyone.enableAuth();
		TestCalls ann = this.anyone.as("ann", "pw");
		ann.lease();
		assertThat(ann.blocking(LeaseGrpc::newBlockingStub)
			.leaseLeases(LeaseLeasesRequest.getDefaultInstance())
			.getLeasesCount()).isEqualTo(1);
	}

	@Test
	void changesOfUsersShowAtOnce() {
		this.anyone.enableAuth();
		TestCalls ann = this.anyone.as("ann", "pw");
		AuthGrpc.AuthBlockingStub root = auth(this.anyone.as("root", "root"));
		root.roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
			.setRole("app")
			.setKey(TestCalls.bytes("/app/"))
			.setRangeEnd(TestCalls.bytes("/app0"))
			.build());
		TestCalls.assertFails(() -> ann.get("/app/k"), Code.PERMISSION_DENIED, DENIED);
		root.userRevokeRole(AuthUserRevokeRoleRequest.newBuilder().setName("ann").setRole("app").build());
		root.roleDelete(AuthRoleDeleteRequest.newBuilder().setRole("app").build());
		assertThat(root.roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList()).isEmpty();
		root.userChangePassword(AuthUserChangePasswordRequest.newBuilder().setName("ann").setPassword("new").build());
		TestCalls.assertFails(() -> ann.get("/app/k"), Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
		root.userDelete(AuthUserDeleteRequest.newBuilder().setName("ann").build());
		assertThat(root.userList(AuthUserListRequest.getDefaultInstance()).getUsersList()).containsExactly("root");
		assertThat(root.authDisable(AuthDisableRequest.getDefaultInstance()).getHeader().getRevision()).isEqualTo(1);
		assertThat(this.anyone.get("/app/k").getCount()).isZero();
	}

	@Test
	void userWithoutPasswordHasNone() {
		auth(this.anyone).userAdd(AuthUserAddRequest.newBuilder()
			.setName("cert")
			.setPassword("ignored")
			.setOptions(UserAddOptions.newBuilder().setNoPassword(true))
			.build());
		this.anyone.enableAuth();
		TestCalls.assertFails(() -> this.anyone.token("cert", "ignored"), Code.UNKNOWN,
				"auth: authentication failed, password was given for no password user");
	}

	@Test
	void permissionMustBeGiven() {
		TestCalls.assertFails(
				() -> auth(this.anyone)
					.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName("app").build()),
				Code.INVALID_ARGUMENT, "etcdserver: permission not given");
		TestCalls.assertFails(() -> this.anyone.permit("app", Permission.Type.READ, "b", "a"), Code.INVALID_ARGUMENT,
				"etcdserver: invalid auth management");
	}

}
