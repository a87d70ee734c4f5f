/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.auth.Auth;
import io.github.etcdspring.client.auth.Permission;
import io.github.etcdspring.client.auth.PermissionType;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Users, roles and permissions of the client and of {@code etcdctl}.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class EtcdctlAuthTests extends EtcdctlConformance {

	private static final String PASSWORD = "the secret";

	@Test
	void etcdctlKnowsUsersAndRolesOfTheClient() {
		Auth auth = this.etcd.auth();
		auth.addUser("alice", PASSWORD).sync();
		auth.addRole("team").sync();
		auth.grantPermission("team", PermissionType.READ_WRITE, KeyRange.prefix("/team/")).sync();
		auth.grantPermission("team", PermissionType.READ, KeyRange.key("/all")).sync();
		auth.grantPermission("team", PermissionType.WRITE, KeyRange.from("/z")).sync();
		auth.grantRole("alice", "team").sync();
		assertThat(this.etcdctl.run("user", "list").lines()).contains("alice");
		assertThat(this.etcdctl.run("role", "list").lines()).contains("team");
		assertThat(this.etcdctl.run("user", "get", "alice").text()).isEqualTo("User: alice\nRoles: team\n");
		assertThat(this.etcdctl.run("role", "get", "team").lines().stream().map(String::strip)).containsSubsequence(
				"KV Read:", "/all", "[/team/, /team0) (prefix /team/)", "KV Write:", "[/team/, /team0) (prefix /team/)",
				"[/z, <open ended>");
		auth.revokePermission("team", KeyRange.key("/all")).sync();
		assertThat(this.etcdctl.run("role", "get", "team").text()).doesNotContain("/all");
		auth.revokeRole("alice", "team").sync();
		assertThat(this.etcdctl.run("user", "get", "alice").text().strip()).isEqualTo("User: alice\nRoles:");
		auth.deleteUser("alice").sync();
		auth.deleteRole("team").sync();
		assertThat(this.etcdctl.run("user", "list").text()).doesNotContain("alice");
		assertThat(this.etcdctl.run("role", "list").text()).doesNotContain("team");
	}

	@Test
	void clientKnowsUsersAndRolesOfEtcdctl() {
		this.etcdctl.run("user", "add", "bob:" + PASSWORD);
		this.etcdctl.run("role", "add", "ops");
		this.etcdctl.run("role", "grant-permission", "ops", "readwrite", "--prefix", "/ops/");
		this.etcdctl.run("role", "grant-permission", "ops", "read", "/all");
		this.etcdctl.run("role", "grant-permission", "ops", "write", "--from-key", "/z");
		this.etcdctl.run("user", "grant-role", "bob", "ops");
		Auth auth = this.etcd.auth();
		assertThat(auth.users().sync().users()).contains("bob");
		assertThat(auth.roles().sync().roles()).contains("ops");
		assertThat(auth.user("bob").sync().roles()).containsExactly("ops");
		assertThat(auth.role("ops").sync().permissions()).containsExactlyInAnyOrder(
				new Permission(PermissionType.READ_WRITE, KeyRange.prefix("/ops/")),
				new Permission(PermissionType.READ, KeyRange.key("/all")),
				new Permission(PermissionType.WRITE, KeyRange.from("/z")));
		this.etcdctl.run("role", "revoke-permission", "ops", "--prefix", "/ops/");
		assertThat(auth.role("ops").sync().permissions()).hasSize(2);
		this.etcdctl.run("user", "delete", "bob");
		this.etcdctl.run("role", "delete", "ops");
		assertThat(auth.users().sync().users()).doesNotContain("bob");
	}

	@Test
	void passwordsAndPermissionsCountForBoth() {
		Auth auth = this.etcd.auth();
		auth.addUser("root", PASSWORD).sync();
		auth.addRole("root").sync();
		auth.grantRole("root", "root").sync();
		this.etcdctl.run("user", "add", "carol:" + PASSWORD);
		this.etcdctl.run("role", "add", "carol");
		this.etcdctl.run("role", "grant-permission", "carol", "readwrite", "--prefix", key("carol/"));
		this.etcdctl.run("user", "grant-role", "carol", "carol");
		auth.enable().sync();
		Etcdctl carol = this.etcdctl.as("carol", PASSWORD);
		try (EtcdClient own = newClient().credentials("carol", PASSWORD).build();
				EtcdClient root = newClient().credentials("root", PASSWORD).build()) {
			own.kv().put(key("carol/a"), "ours").sync();
			assertThat(carol.run("get", key("carol/a"), "--print-value-only").text()).isEqualTo("ours\n");
			carol.run("put", key("carol/a"), "theirs");
			assertThat(values(own.kv().get(key("carol/a")).sync())).containsExactly("theirs");
			assertThat(carol.fail("put", key("other"), "1")).contains("permission denied");
			assertThatExceptionOfType(PermissionDeniedException.class)
				.isThrownBy(() -> own.kv().put(key("other"), "1").sync());
			assertThat(this.etcdctl.as("carol", "wrong").fail("get", key("carol/a"))).contains("authentication failed");
			root.auth().changePassword("carol", "another secret").sync();
			assertThat(this.etcdctl.as("carol", "another secret").run("get", key("carol/a")).text()).contains("theirs");
			assertThat(carol.fail("get", key("carol/a"))).contains("authentication failed");
			assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> put("carol/a", "nobody's"));
		}
		finally {
			this.etcdctl.as("root", PASSWORD).run("auth", "disable");
		}
		put("carol/a", "anybody's");
		assertThat(this.etcdctl.run("get", key("carol/a"), "--print-value-only").text()).isEqualTo("anybody's\n");
	}

}
