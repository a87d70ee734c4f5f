/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A session with {@code etcdctl} alone: each of its commands says the same on every
 * server.
 */
abstract class EtcdctlCommandsConformance extends EtcdctlConformance {

	@Test
	void keysAndTransactions() {
		assertThat(this.etcdctl.run("put", "foo", "bar").text()).isEqualTo("OK\n");
		assertThat(this.etcdctl.run("put", "foo", "baz", "--prev-kv").text()).isEqualTo("OK\nfoo\nbar\n");
		assertThat(this.etcdctl.run("get", "foo").text()).isEqualTo("foo\nbaz\n");
		byte[] txn = "mod(\"foo\") > \"0\"\n\nput foo qux\n\nget foo\n\n".getBytes(StandardCharsets.UTF_8);
		assertThat(this.etcdctl.runWith(txn, "txn").text()).isEqualTo("SUCCESS\n\nOK\n");
		assertThat(this.etcdctl.run("del", "foo").text()).isEqualTo("1\n");
	}

	@Test
	void watchOfThePast() {
		long first = this.etcdctl.run("put", "w", "1", "-w", "json").number("revision");
		this.etcdctl.run("del", "w");
		Etcdctl.Running watch = this.etcdctl.start("watch", "w", "--rev=" + first);
		watch.awaitText("PUT\nw\n1\nDELETE\nw\n");
	}

	@Test
	void leasesLocksAndElections() {
		String granted = this.etcdctl.run("lease", "grant", "100").text();
		assertThat(granted).matches("lease [0-9a-f]+ granted with TTL\\(100s\\)\n");
		String id = granted.split(" ")[1];
		this.etcdctl.run("put", "leased", "x", "--lease=" + id);
		assertThat(this.etcdctl.run("lease", "timetolive", id, "--keys").text()).matches(
				"lease " + id + " granted with TTL\\(100s\\), remaining\\(\\d+s\\), attached keys\\(\\[leased]\\)\n");
		assertThat(this.etcdctl.run("lease", "keep-alive", "--once", id).text())
			.isEqualTo("lease " + id + " keepalived with TTL(100)\n");
		assertThat(this.etcdctl.run("lease", "list").text()).contains(id);
		assertThat(this.etcdctl.run("lease", "revoke", id).text()).isEqualTo("lease " + id + " revoked\n");
		assertThat(this.etcdctl.run("get", "leased").text()).isEmpty();
		Etcdctl.Running lock = this.etcdctl.start("lock", "mutex");
		lock.awaitText("mutex/");
		lock.stop();
		Etcdctl.Running leader = this.etcdctl.start("elect", "race", "me");
		leader.awaitText("me");
		this.etcdctl.start("elect", "race", "-l").awaitText("me");
	}

	@Test
	void memberAndItsHealth() {
		assertThat(this.etcdctl.run("endpoint", "health").toString()).contains("is healthy: successfully committed");
		assertThat(this.etcdctl.run("endpoint", "status").text()).contains("true, false");
		assertThat(this.etcdctl.run("endpoint", "hashkv").text()).matches("\\S+, \\d+\n");
		assertThat(this.etcdctl.run("member", "list").text()).contains("started").contains("false");
		assertThat(this.etcdctl.run("defrag").toString()).contains("Finished defragmenting etcd member");
		assertThat(this.etcdctl.run("alarm", "list").text()).isEmpty();
		assertThat(this.etcdctl.run("alarm", "disarm").text()).isEmpty();
		assertThat(this.etcdctl.fail("move-leader", "1")).contains("bad leader transferee");
	}

	@Test
	void compaction() {
		this.etcdctl.run("put", "c", "1");
		long revision = this.etcdctl.run("put", "c", "2", "-w", "json").number("revision");
		assertThat(this.etcdctl.run("compaction", String.valueOf(revision)).text())
			.isEqualTo("compacted revision " + revision + "\n");
		assertThat(this.etcdctl.fail("compaction", String.valueOf(revision)))
			.contains("etcdserver: mvcc: required revision has been compacted");
		assertThat(this.etcdctl.fail("get", "c", "--rev=" + (revision - 1)))
			.contains("etcdserver: mvcc: required revision has been compacted");
		assertThat(this.etcdctl.fail("compaction", String.valueOf(revision + 100)))
			.contains("etcdserver: mvcc: required revision is a future revision");
	}

	@Test
	void usersAndRoles() {
		assertThat(this.etcdctl.run("user", "add", "root:secret").text()).isEqualTo("User root created\n");
		assertThat(this.etcdctl.run("user", "add", "eve:word").text()).isEqualTo("User eve created\n");
		assertThat(this.etcdctl.run("role", "add", "reader").text()).isEqualTo("Role reader created\n");
		this.etcdctl.run("role", "grant-permission", "reader", "read", "a", "c");
		this.etcdctl.run("user", "grant-role", "eve", "reader");
		this.etcdctl.run("user", "grant-role", "root", "root");
		Etcdctl root = this.etcdctl.as("root", "secret");
		assertThat(this.etcdctl.run("auth", "enable").text()).isEqualTo("Authentication Enabled\n");
		try {
			Etcdctl eve = this.etcdctl.as("eve", "word");
			root.run("put", "b", "1");
			assertThat(eve.run("get", "b").text()).isEqualTo("b\n1\n");
			assertThat(eve.fail("put", "b", "2")).contains("etcdserver: permission denied");
			assertThat(eve.fail("get", "d")).contains("etcdserver: permission denied");
			assertThat(this.etcdctl.fail("get", "b")).contains("etcdserver: user name is empty");
			assertThat(this.etcdctl.as("eve", "wrong").fail("get", "b"))
				.contains("etcdserver: authentication failed, invalid user ID or password");
		}
		finally {
			assertThat(root.run("auth", "disable").text()).isEqualTo("Authentication Disabled\n");
		}
	}

}
