/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.auth.Auth;
import io.github.etcdspring.client.auth.AuthStatus;
import io.github.etcdspring.client.auth.AuthToken;
import io.github.etcdspring.client.auth.Permission;
import io.github.etcdspring.client.auth.PermissionType;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.lock.LockResult;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.test.BeforeEtcd;
import io.github.etcdspring.test.SinceEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The authentication service: users, roles, permissions, and a client that becomes
 * another user. Each test begins and ends without users and with authentication off, so
 * this suite needs a server that nobody else uses.
 */
abstract class AuthServiceConformance extends Conformance {

	private static final String ROOT_SECRET = "root's secret";

	private static final String SECRET = "ann's secret";

	private Auth auth;

	@BeforeEach
	void begin() {
		this.auth = this.etcd.auth();
	}

	@AfterEach
	void cleanUp() {
		try (EtcdClient root = as("root", ROOT_SECRET)) {
			root.auth().disable().sync();
			root.auth().users().sync().users().forEach((user) -> root.auth().deleteUser(user).sync());
			root.auth().roles().sync().roles().forEach((role) -> root.auth().deleteRole(role).sync());
			root.kv().delete(KeyRange.all()).sync();
		}
	}

	private EtcdClient as(String user, String password) {
		return newClient().credentials(user, password).build();
	}

	private void addRoot() {
		this.auth.addUser("root", ROOT_SECRET).sync();
		this.auth.addRole("root").sync();
		this.auth.grantRole("root", "root").sync();
	}

	/** The user ann with the role app, who may do everything below /app/. */
	private void addAnn() {
		this.auth.addUser("ann", SECRET).sync();
		this.auth.addRole("app").sync();
		this.auth.grantPermission("app", PermissionType.READ_WRITE, KeyRange.prefix("/app/")).sync();
		this.auth.grantRole("ann", "app").sync();
	}

	private void assertFails(Request<?> request, Reason reason) {
		assertRefused(request, EtcdException.class, reason);
	}

	private void assertDenied(Request<?> request) {
		assertRefused(request, PermissionDeniedException.class, Reason.PERMISSION_DENIED);
	}

	private void assertAuthenticationFails(Request<?> request) {
		EtcdException failure = failureOf(request);
		assertThat(failure).isExactlyInstanceOf(AuthenticationException.class).hasMessageNotContaining("secret");
		assertThat(failure.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
		assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(failure.isRetryable()).isFalse();
	}

	@Test
	void userOfAnApplicationMayDoWhatItsRolePermitsAndNoMore() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		assertRefused(this.kv.get("/app/x"), AuthenticationException.class, Reason.USER_NAME_EMPTY);
		try (EtcdClient ann = as("ann", SECRET); EtcdClient root = as("root", ROOT_SECRET)) {
			ann.kv().put("/app/x", "1").sync();
			assertThat(values(ann.kv().get(KeyRange.prefix("/app/")).sync())).containsExactly("1");
			for (String denied : List.of("/app0", "/apple", "/ap", "/app")) {
				assertDenied(ann.kv().put(denied, "1"));
				assertDenied(ann.kv().get(denied));
			}
			assertDenied(ann.kv().get(KeyRange.prefix("/app")));
			assertDenied(ann.auth().users());
			assertDenied(ann.auth().addUser("eve", SECRET));
			assertThat(ann.auth().user("ann").sync().roles()).containsExactly("app");
			root.auth().changePassword("ann", "another secret").sync();
			assertAuthenticationFails(root.auth().authenticate("ann", SECRET));
			ann.auth().login("ann", "another secret").sync();
			ann.kv().put("/app/x", "2").sync();
			root.auth().disable().sync();
			root.kv().put("/apple", "allowed now").sync();
			ann.kv().put("/apple", "to her, too").sync();
			this.kv.put("/apple", "to everybody").sync();
		}
	}

	@Test
	void usersComeAndGo() {
		assertThat(this.auth.users().sync().users()).isEmpty();
		assertThat(this.auth.addUser("ann", SECRET).sync().memberId()).isNotZero();
		this.auth.addUser("bob", SECRET).sync();
		assertThat(this.auth.users().sync().users()).containsExactlyInAnyOrder("ann", "bob").isUnmodifiable();
		assertThat(this.auth.user("ann").sync()).satisfies((user) -> {
			assertThat(user.roles()).isEmpty();
			assertThat(user.header().memberId()).isNotZero();
		});
		this.auth.deleteUser("bob").sync();
		assertThat(this.auth.users().sync().users()).containsExactly("ann");
		assertFails(this.auth.addUser("ann", SECRET), Reason.USER_EXISTS);
		assertFails(this.auth.user("bob"), Reason.USER_NOT_FOUND);
		assertFails(this.auth.deleteUser("bob"), Reason.USER_NOT_FOUND);
		assertFails(this.auth.changePassword("bob", SECRET), Reason.USER_NOT_FOUND);
	}

	@Test
	void rolesComeAndGo() {
		assertThat(this.auth.roles().sync().roles()).isEmpty();
		this.auth.addRole("app").sync();
		this.auth.addRole("ops").sync();
		assertThat(this.auth.roles().sync().roles()).containsExactlyInAnyOrder("app", "ops").isUnmodifiable();
		assertThat(this.auth.role("app").sync().permissions()).isEmpty();
		this.auth.deleteRole("ops").sync();
		assertThat(this.auth.roles().sync().roles()).containsExactly("app");
		assertFails(this.auth.addRole("app"), Reason.ROLE_EXISTS);
		assertFails(this.auth.role("ops"), Reason.ROLE_NOT_FOUND);
		assertFails(this.auth.deleteRole("ops"), Reason.ROLE_NOT_FOUND);
	}

	@Test
	void rolesAreGrantedAndRevoked() {
		this.auth.addUser("ann", SECRET).sync();
		this.auth.addRole("app").sync();
		this.auth.addRole("ops").sync();
		this.auth.grantRole("ann", "app").sync();
		this.auth.grantRole("ann", "ops").sync();
		assertThat(this.auth.user("ann").sync().roles()).containsExactlyInAnyOrder("app", "ops");
		this.auth.revokeRole("ann", "app").sync();
		assertThat(this.auth.user("ann").sync().roles()).containsExactly("ops");
		assertFails(this.auth.revokeRole("ann", "app"), Reason.ROLE_NOT_GRANTED);
		assertFails(this.auth.grantRole("ann", "nothing"), Reason.ROLE_NOT_FOUND);
		assertFails(this.auth.grantRole("eve", "app"), Reason.USER_NOT_FOUND);
		assertFails(this.auth.revokeRole("eve", "app"), Reason.USER_NOT_FOUND);
		// A role that is deleted is taken from its users.
		this.auth.deleteRole("ops").sync();
		assertThat(this.auth.user("ann").sync().roles()).isEmpty();
	}

	@Test
	void everyPermissionIsReadAsItWasGranted() {
		this.auth.addRole("app").sync();
		List<Permission> permissions = List.of(new Permission(PermissionType.READ, KeyRange.key("one")),
				new Permission(PermissionType.WRITE, KeyRange.prefix("prefix/")),
				new Permission(PermissionType.READ_WRITE, KeyRange.between("a", "b")),
				new Permission(PermissionType.READ, KeyRange.from("z")),
				new Permission(PermissionType.WRITE, KeyRange.all()),
				new Permission(PermissionType.READ, KeyRange.prefix(bytes(0xFF, 0xFF))));
		permissions.forEach((each) -> this.auth.grantPermission("app", each.type(), each.range()).sync());
		assertThat(this.auth.role("app").sync().permissions()).containsExactlyInAnyOrderElementsOf(permissions)
			.isUnmodifiable();
		for (Permission each : permissions) {
			this.auth.revokePermission("app", each.range()).sync();
			assertFails(this.auth.revokePermission("app", each.range()), Reason.PERMISSION_NOT_GRANTED);
		}
		assertThat(this.auth.role("app").sync().permissions()).isEmpty();
	}

	@Test
	void permissionForTheSameRangeIsReplaced() {
		this.auth.addRole("app").sync();
		KeyRange range = KeyRange.prefix("/app/");
		this.auth.grantPermission("app", PermissionType.READ, range).sync();
		this.auth.grantPermission("app", PermissionType.READ_WRITE, range).sync();
		assertThat(this.auth.role("app").sync().permissions())
			.containsExactly(new Permission(PermissionType.READ_WRITE, range));
		// An equal start is not enough.
		assertFails(this.auth.revokePermission("app", KeyRange.key("/app/")), Reason.PERMISSION_NOT_GRANTED);
		assertFails(this.auth.grantPermission("nothing", PermissionType.READ, range), Reason.ROLE_NOT_FOUND);
		assertFails(this.auth.revokePermission("nothing", range), Reason.ROLE_NOT_FOUND);
	}

	@Test
	void permissionsAreNotNamespaced() {
		this.auth.addRole("app").sync();
		try (EtcdClient client = newClient().namespace("/app/").build()) {
			client.auth().grantPermission("app", PermissionType.READ, KeyRange.prefix("/app/")).sync();
			assertThat(client.auth().role("app").sync()).isEqualTo(this.auth.role("app").sync());
			assertThat(this.auth.role("app").sync().permissions())
				.containsExactly(new Permission(PermissionType.READ, KeyRange.prefix("/app/")));
			assertThat(client.auth().role("app").sync().permissions().get(0).range().start())
				.isEqualTo(Bytes.utf8("/app/"));
		}
	}

	@Test
	void rangesOfPermissionsMeanWhatTheySay() {
		addRoot();
		this.auth.addUser("ann", SECRET).sync();
		this.auth.addRole("all").sync();
		this.auth.grantPermission("all", PermissionType.READ, KeyRange.all()).sync();
		this.auth.grantPermission("all", PermissionType.WRITE, KeyRange.from("m")).sync();
		this.auth.grantRole("ann", "all").sync();
		this.auth.enable().sync();
		try (EtcdClient ann = as("ann", SECRET)) {
			ann.kv().put("m", "1").sync();
			ann.kv().put("zzz", "2").sync();
			assertDenied(ann.kv().put("l", "3"));
			assertThat(values(ann.kv().get(KeyRange.all()).sync())).containsExactly("1", "2");
		}
	}

	@Test
	void enableNeedsRoot() {
		assertFails(this.auth.enable(), Reason.ROOT_USER_NOT_FOUND);
		this.auth.addUser("root", ROOT_SECRET).sync();
		assertFails(this.auth.enable(), Reason.ROOT_ROLE_NOT_GRANTED);
	}

	@Test
	void rootCannotBeTakenWhileAuthenticationIsOn() {
		addRoot();
		this.auth.enable().sync();
		try (EtcdClient root = as("root", ROOT_SECRET)) {
			assertFails(root.auth().deleteUser("root"), Reason.INVALID_AUTH_MANAGEMENT);
			assertFails(root.auth().deleteRole("root"), Reason.INVALID_AUTH_MANAGEMENT);
			assertFails(root.auth().revokeRole("root", "root"), Reason.INVALID_AUTH_MANAGEMENT);
		}
	}

	@Test
	@SinceEtcd(value = "3.5.0", reason = "AuthStatus is new in 3.5")
	void statusTellsWhetherAuthenticationIsOn() {
		AuthStatus before = this.auth.status().sync();
		assertThat(before.enabled()).isFalse();
		addRoot();
		AuthStatus after = this.auth.status().sync();
		assertThat(after.authRevision()).isGreaterThan(before.authRevision());
		this.auth.enable().sync();
		try (EtcdClient root = as("root", ROOT_SECRET)) {
			AuthStatus on = root.auth().status().sync();
			assertThat(on.enabled()).isTrue();
			assertThat(on.header().memberId()).isNotZero();
		}
	}

	@Test
	@BeforeEtcd(value = "3.5.0", reason = "AuthStatus is known since 3.5")
	void statusIsUnimplementedOnOldServers() {
		assertFails(this.auth.status(), Reason.UNIMPLEMENTED);
	}

	@Test
	void authenticateReturnsATokenThatAnotherClientCanUse() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		AuthToken token = this.auth.authenticate("ann", SECRET).sync();
		assertThat(token.token()).isNotEmpty();
		assertThat(token).asString().doesNotContain(token.token());
		try (EtcdClient ann = newClient().authToken(token.token()).build()) {
			ann.kv().put("/app/x", "1").sync();
			assertDenied(ann.kv().put("/apple", "1"));
		}
		// It was for the other client only.
		assertRefused(this.kv.put("/app/x", "2"), AuthenticationException.class, Reason.USER_NAME_EMPTY);
	}

	@Test
	void wrongPasswordAndUnknownUserCannotBeToldApart() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		assertAuthenticationFails(this.auth.authenticate("ann", "wrong secret"));
		assertAuthenticationFails(this.auth.authenticate("ann", ""));
		assertAuthenticationFails(this.auth.authenticate("eve", SECRET));
		assertAuthenticationFails(this.auth.login("eve", SECRET));
	}

	@Test
	void authenticateNeedsAuthenticationToBeOn() {
		addAnn();
		assertFails(this.auth.authenticate("ann", SECRET), Reason.AUTH_NOT_ENABLED);
		assertFails(this.auth.login("ann", SECRET), Reason.AUTH_NOT_ENABLED);
		put("still", "here");
	}

	@Test
	void userWithoutAPasswordCannotAuthenticateWithOne() {
		addRoot();
		this.auth.addUserWithoutPassword("certificate").sync();
		this.auth.enable().sync();
		assertAuthenticationFails(this.auth.authenticate("certificate", SECRET));
		assertAuthenticationFails(this.auth.authenticate("certificate", ""));
	}

	@Test
	void clientBecomesAnotherUserWhileItIsInUse() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		try (EtcdClient client = newClient().build()) {
			client.auth().login("ann", SECRET).sync();
			client.kv().put("/app/x", "1").sync();
			assertDenied(client.kv().put("/apple", "1"));
			assertAuthenticationFails(client.auth().login("root", "wrong secret"));
			assertDenied(client.kv().put("/apple", "1"));
			List<CompletableFuture<PutResult>> puts = IntStream.range(0, 20)
				.mapToObj((i) -> client.kv().put("/app/" + i, "1").async())
				.toList();
			client.auth().login("root", ROOT_SECRET).sync();
			client.kv().put("/apple", "2").sync();
			assertThat(CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);
			// The token is lost, and fetched again for the new user.
			client.auth().disable().sync();
			this.auth.enable().sync();
			client.kv().put("/apple", "3").sync();
			assertThat(client.kv().get("/apple").sync().first().orElseThrow().version()).isEqualTo(2);
		}
	}

	@Test
	void loginReplacesATokenOfTheApplication() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		String token = this.auth.authenticate("ann", SECRET).sync().token();
		try (EtcdClient client = newClient().authToken(token).build()) {
			client.kv().put("/app/x", "1").sync();
			client.auth().login("root", ROOT_SECRET).sync();
			client.kv().put("/apple", "1").sync();
		}
	}

	@Test
	void disableDropsATokenOfTheApplication() {
		addRoot();
		this.auth.enable().sync();
		String token = this.auth.authenticate("root", ROOT_SECRET).sync().token();
		try (EtcdClient client = newClient().authToken(token).build()) {
			client.auth().disable().sync();
			// Servers before 3.4.28 and 3.5.10 would refuse the token.
			client.kv().put("/any", "1").sync();
			assertFails(client.auth().login("root", ROOT_SECRET), Reason.AUTH_NOT_ENABLED);
			client.auth().disable().sync();
			client.auth().enable().sync();
			assertRefused(client.kv().put("/any", "2"), AuthenticationException.class, Reason.USER_NAME_EMPTY);
			client.auth().login("root", ROOT_SECRET).sync();
			client.kv().put("/any", "3").sync();
		}
	}

	@Test
	void deletedUserAndRevokedRoleLoseAccess() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		try (EtcdClient ann = as("ann", SECRET); EtcdClient root = as("root", ROOT_SECRET)) {
			ann.kv().put("/app/x", "1").sync();
			root.auth().revokeRole("ann", "app").sync();
			assertDenied(ann.kv().put("/app/x", "2"));
			root.auth().grantRole("ann", "app").sync();
			ann.kv().put("/app/x", "3").sync();
			root.auth().deleteUser("ann").sync();
			assertThat(failureOf(ann.kv().put("/app/x", "4")).reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
		}
	}

	@Test
	void lockAndElectionWorkWithAuthentication() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		try (EtcdClient ann = as("ann", SECRET)) {
			long lease = ann.leases().grant(LONG).sync().id();
			Bytes key = ann.lockService().lock("/app/lock", lease).timeout(SOON).sync().key();
			ann.lockService().unlock(key).sync();
			ann.electionService().campaign("/app/election", lease, "ann").timeout(SOON).sync();
			assertThat(ann.electionService().leader("/app/election").sync().keyValue().valueAsUtf8()).isEqualTo("ann");
			EtcdException denied = failureOf(ann.lockService().lock("/apple", lease));
			assertThat(denied).isExactlyInstanceOf(PermissionDeniedException.class);
			assertThat(denied.isRetryable()).isFalse();
			ann.leases().revoke(lease).sync();
		}
	}

	@Test
	void cancelledWaiterLeavesWithItsLeaseWhereTheServerMayNotRemoveIt() {
		addRoot();
		addAnn();
		this.auth.enable().sync();
		try (EtcdClient ann = as("ann", SECRET)) {
			long holder = ann.leases().grant(LONG).sync().id();
			long waiter = ann.leases().grant(LONG).sync().id();
			ann.lockService().lock("/app/lock", holder).timeout(SOON).sync();
			CompletableFuture<LockResult> waiting = ann.lockService().lock("/app/lock", waiter).async();
			KeyRange queue = KeyRange.prefix("/app/lock/");
			await().atMost(SOON).until(() -> ann.kv().get(queue).sync().count() == 2);
			waiting.cancel(true);
			ann.leases().revoke(waiter).sync();
			assertThat(ann.kv().get(queue).sync().count()).isEqualTo(1);
			ann.leases().revoke(holder).sync();
		}
	}

	@Test
	void argumentsAreChecked() {
		for (Runnable call : List.<Runnable>of(() -> this.auth.addUser("", SECRET), () -> this.auth.user(""),
				() -> this.auth.deleteUser(""), () -> this.auth.grantRole("", "app"),
				() -> this.auth.authenticate("", SECRET), () -> this.auth.login("", SECRET))) {
			assertThatIllegalArgumentException().isThrownBy(call::run)
				.withMessageContaining("'user' must not be empty")
				.withMessageNotContaining(SECRET);
		}
		for (Runnable call : List.<Runnable>of(() -> this.auth.addRole(""), () -> this.auth.role(""),
				() -> this.auth.revokeRole("ann", ""))) {
			assertThatIllegalArgumentException().isThrownBy(call::run)
				.withMessageContaining("'role' must not be empty");
		}
		for (Runnable call : List.<Runnable>of(() -> this.auth.addUser("ann", ""),
				() -> this.auth.changePassword("ann", ""))) {
			assertThatIllegalArgumentException().isThrownBy(call::run)
				.withMessageContaining("'password' must not be empty")
				.withMessageContaining("addUserWithoutPassword");
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.auth.grantPermission("app", PermissionType.OTHER, KeyRange.all()))
			.withMessageContaining("'type'");
	}

}
