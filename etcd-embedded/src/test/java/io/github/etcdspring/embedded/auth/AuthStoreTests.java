/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.time.Duration;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.Permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link AuthStore}.
 */
class AuthStoreTests {

	private final EtcdClock clock = EtcdClock.manual();

	private final AuthStore store = new AuthStore(this.clock, Duration.ofSeconds(10));

	private static Permission permission(Permission.Type type, String key, String end) {
		return Permission.newBuilder()
			.setPermType(type)
			.setKey(ByteString.copyFromUtf8(key))
			.setRangeEnd(ByteString.copyFromUtf8(end))
			.build();
	}

	private static void assertRefused(Runnable change, String status) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(change::run).withMessage(status);
	}

	private void enable() {
		this.store.addUser("root", "secret");
		this.store.grantRole("root", "root");
		this.store.enable();
	}

	@Test
	void enableNeedsUserRootWithRoleRoot() {
		assertRefused(this.store::enable, "FAILED_PRECONDITION: etcdserver: root user does not exist");
		this.store.addUser("root", "secret");
		assertRefused(this.store::enable, "FAILED_PRECONDITION: etcdserver: root user does not have root role");
		this.store.grantRole("root", "root");
		this.store.enable();
		assertThat(this.store.isEnabled()).isTrue();
		assertThat(this.store.roles()).isEmpty();
	}

	@Test
	void revisionGrowsWithChangesOnly() {
		assertThat(this.store.revision()).isEqualTo(1);
		this.store.addUser("ann", "pw");
		this.store.addRole("app");
		this.store.grantRole("ann", "app");
		assertThat(this.store.revision()).isEqualTo(4);
		this.store.grantRole("ann", "app");
		assertThat(this.store.revision()).isEqualTo(4);
		this.store.disable();
		assertThat(this.store.revision()).isEqualTo(4);
		enable();
		assertThat(this.store.revision()).isEqualTo(6);
		this.store.disable();
		assertThat(this.store.revision()).isEqualTo(7);
	}

	@Test
	void authenticateTellsNothingOfWhatIsWrong() {
		String text = "INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password";
		assertRefused(() -> this.store.authenticate("root", "secret"),
				"FAILED_PRECONDITION: etcdserver: authentication is not enabled");
		enable();
		assertRefused(() -> this.store.authenticate("root", "wrong"), text);
		assertRefused(() -> this.store.authenticate("root", ""), text);
		assertRefused(() -> this.store.authenticate("nobody", "secret"), text);
		assertThat(this.store.authenticate("root", "secret")).matches("[a-zA-Z]{16}\\.\\d+");
	}

	@Test
	void userWithoutPasswordCannotLogIn() {
		this.store.addUser("ann", null);
		enable();
		String text = "UNKNOWN: auth: authentication failed, password was given for no password user";
		assertRefused(() -> this.store.authenticate("ann", ""), text);
		this.store.changePassword("ann", "pw", "");
		assertRefused(() -> this.store.authenticate("ann", "pw"), text);
	}

	@Test
	void emptyPasswordIsAPassword() {
		this.store.addUser("ann", "");
		enable();
		assertThat(this.store.caller(this.store.authenticate("ann", "")).user()).isEqualTo("ann");
	}

	@Test
	void longPasswordIsRefusedAsByBcrypt() {
		assertRefused(() -> this.store.addUser("ann", "x".repeat(73)),
				"UNKNOWN: bcrypt: password length exceeds 72 bytes");
		this.store.addUser("ann", "x".repeat(72));
		enable();
		assertThat(this.store.authenticate("ann", "x".repeat(80))).isNotEmpty();
	}

	@Test
	void changedPasswordReplacesTheOldOneAndItsTokens() {
		this.store.addUser("ann", "old");
		enable();
		String root = this.store.authenticate("root", "secret");
		String token = this.store.authenticate("ann", "old");
		this.store.changePassword("ann", "new", "");
		assertRefused(() -> this.store.caller(token), "UNAUTHENTICATED: etcdserver: invalid auth token");
		assertRefused(() -> this.store.authenticate("ann", "old"),
				"INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password");
		assertThat(this.store.authenticate("ann", "new")).isNotEqualTo(token);
		assertThat(this.store.caller(root).user()).isEqualTo("root");
	}

	@Test
	void tokenLivesForItsTimeAfterItsLastUse() {
		enable();
		String token = this.store.authenticate("root", "secret");
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(this.store.caller(token)).isEqualTo(new Caller("root", this.store.revision()));
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(this.store.caller(token).user()).isEqualTo("root");
		this.clock.advance(Duration.ofSeconds(10).plusNanos(1));
		assertRefused(() -> this.store.caller(token), "UNAUTHENTICATED: etcdserver: invalid auth token");
	}

	@Test
	void tokensGoWithTheirUserAndWithAuthentication() {
		this.store.addUser("ann", "pw");
		enable();
		String root = this.store.authenticate("root", "secret");
		String ann = this.store.authenticate("ann", "pw");
		this.store.addRole("app");
		this.store.grantRole("ann", "app");
		assertThat(this.store.caller(ann).revision()).isEqualTo(this.store.revision());
		this.store.deleteUser("ann");
		assertRefused(() -> this.store.caller(ann), "UNAUTHENTICATED: etcdserver: invalid auth token");
		assertThat(this.store.caller(root).user()).isEqualTo("root");
		this.store.disable();
		this.store.enable();
		assertRefused(() -> this.store.caller(root), "UNAUTHENTICATED: etcdserver: invalid auth token");
	}

	@Test
	void expireTokensCountsThoseInUse() {
		enable();
		this.store.authenticate("root", "secret");
		this.clock.advance(Duration.ofSeconds(11));
		String token = this.store.authenticate("root", "secret");
		assertThat(this.store.expireTokens()).isEqualTo(1);
		assertRefused(() -> this.store.caller(token), "UNAUTHENTICATED: etcdserver: invalid auth token");
	}

	@Test
	void usersAreRefusedWithEtcdsTexts() {
		this.store.addUser("ann", "pw");
		assertRefused(() -> this.store.addUser("", "pw"), "INVALID_ARGUMENT: etcdserver: user name is empty");
		assertRefused(() -> this.store.addUser("ann", "pw"),
				"FAILED_PRECONDITION: etcdserver: user name already exists");
		String unknown = "FAILED_PRECONDITION: etcdserver: user name not found";
		assertRefused(() -> this.store.deleteUser("bob"), unknown);
		assertRefused(() -> this.store.changePassword("bob", "pw", ""), unknown);
		assertRefused(() -> this.store.grantRole("bob", "root"), unknown);
		assertRefused(() -> this.store.revokeRole("bob", "root"), unknown);
		assertRefused(() -> this.store.rolesOf("bob"), unknown);
		assertRefused(() -> this.store.revokeRole("ann", "app"),
				"FAILED_PRECONDITION: etcdserver: role is not granted to the user");
	}

	@Test
	void rolesAreRefusedWithEtcdsTexts() {
		this.store.addUser("ann", "pw");
		this.store.addRole("app");
		assertRefused(() -> this.store.addRole(""), "INVALID_ARGUMENT: etcdserver: role name is empty");
		assertRefused(() -> this.store.addRole("app"), "FAILED_PRECONDITION: etcdserver: role name already exists");
		String unknown = "FAILED_PRECONDITION: etcdserver: role name not found";
		assertRefused(() -> this.store.deleteRole("ops"), unknown);
		assertRefused(() -> this.store.grantRole("ann", "ops"), unknown);
		assertRefused(() -> this.store.permissionsOf("ops"), unknown);
		assertRefused(() -> this.store.grantPermission("ops", permission(Permission.Type.READ, "k", "")), unknown);
		assertRefused(() -> this.store.revokePermission("app", ByteString.copyFromUtf8("k"), ByteString.EMPTY),
				"FAILED_PRECONDITION: etcdserver: permission is not granted to the role");
		assertRefused(() -> this.store.grantPermission("app", null),
				"INVALID_ARGUMENT: etcdserver: permission not given");
	}

	@Test
	void permissionForNoKeysIsRefused() {
		this.store.addRole("app");
		String text = "INVALID_ARGUMENT: etcdserver: invalid auth management";
		assertRefused(() -> this.store.grantPermission("app", permission(Permission.Type.READ, "", "\0")), text);
		assertRefused(() -> this.store.grantPermission("app", permission(Permission.Type.READ, "b", "a")), text);
		assertRefused(() -> this.store.grantPermission("app", permission(Permission.Type.READ, "b", "b")), text);
		this.store.grantPermission("app", permission(Permission.Type.READ, "b", "\0"));
		assertThat(this.store.permissionsOf("app")).hasSize(1);
	}

	@Test
	void permissionsAreListedByKeyAndChangeTheirType() {
		this.store.addRole("app");
		this.store.grantPermission("app", permission(Permission.Type.READ, "z", ""));
		this.store.grantPermission("app", permission(Permission.Type.READ, "a", "c"));
		this.store.grantPermission("app", permission(Permission.Type.READWRITE, "z", ""));
		assertThat(this.store.permissionsOf("app")).containsExactly(permission(Permission.Type.READ, "a", "c"),
				permission(Permission.Type.READWRITE, "z", ""));
		this.store.revokePermission("app", ByteString.copyFromUtf8("a"), ByteString.copyFromUtf8("c"));
		assertThat(this.store.permissionsOf("app")).hasSize(1);
	}

	@Test
	void rootMayDoEverythingByName() {
		this.store.addRole("root");
		assertThat(this.store.permissionsOf("root")).containsExactly(permission(Permission.Type.READWRITE, "", "\0"));
	}

	@Test
	void deletedRoleIsTakenFromItsUsers() {
		this.store.addUser("ann", "pw");
		this.store.addRole("app");
		this.store.addRole("ops");
		this.store.grantRole("ann", "ops");
		this.store.grantRole("ann", "app");
		assertThat(this.store.rolesOf("ann")).containsExactly("app", "ops");
		this.store.deleteRole("app");
		assertThat(this.store.rolesOf("ann")).containsExactly("ops");
	}

	@Test
	void rootIsProtectedWhileAuthenticationIsOn() {
		this.store.addRole("root");
		enable();
		String text = "INVALID_ARGUMENT: etcdserver: invalid auth management";
		assertRefused(() -> this.store.deleteUser("root"), text);
		assertRefused(() -> this.store.deleteRole("root"), text);
		assertRefused(() -> this.store.revokeRole("root", "root"), text);
		this.store.disable();
		this.store.revokeRole("root", "root");
		this.store.deleteRole("root");
		this.store.deleteUser("root");
		assertThat(this.store.users()).isEmpty();
	}

	@Test
	void hashedPasswordMustBeBase64() {
		this.store.addUser("ann", "pw");
		assertRefused(() -> this.store.changePassword("ann", "", "%%%"),
				"UNKNOWN: auth: authentication failed, password was given for no password user");
		assertThat(this.store.revision()).isEqualTo(2);
	}

}
