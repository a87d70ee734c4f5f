/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.cluster.Member;
import io.github.etcdspring.client.cluster.MemberList;
import io.github.etcdspring.client.maintenance.Alarm;
import io.github.etcdspring.client.maintenance.HashKvResult;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.proto.MemberListResponse;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the client and {@code etcdctl} say about the members of a cluster.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class EtcdctlMembersTests extends EtcdctlConformance {

	private MemberStatus status() {
		return this.etcd.maintenance().status(this.etcd.endpoints().get(0)).sync();
	}

	@Test
	void membersAreTheSame() {
		MemberList own = this.etcd.cluster().members().sync();
		MemberListResponse answer = this.etcdctl.run("member", "list", "-w", "protobuf")
			.as(MemberListResponse.parser());
		List<Member> members = answer.getMembersList()
			.stream()
			.map((each) -> new Member(each.getID(), each.getName(), List.copyOf(each.getPeerURLsList()),
					List.copyOf(each.getClientURLsList()), each.getIsLearner()))
			.toList();
		assertThat(own.members()).hasSize(1).isEqualTo(members);
		assertThat(own.header().clusterId()).isEqualTo(answer.getHeader().getClusterId());
		assertThat(this.etcdctl.run("member", "list").text()).startsWith(own.members().get(0).idAsHex() + ", started");
	}

	@Test
	void statusIsTheSame() {
		put("a", "1");
		// A database grows a moment after the write that made it grow.
		await().atMost(SOON).untilAsserted(() -> {
			Etcdctl.Said said = this.etcdctl.run("endpoint", "status", "-w", "json");
			MemberStatus own = status();
			assertThat(said.text()).contains("\"version\":\"" + own.version() + "\"");
			assertThat(own.header().memberId()).isEqualTo(said.number("member_id"));
			assertThat(own.header().clusterId()).isEqualTo(said.number("cluster_id"));
			assertThat(own.header().revision()).isEqualTo(said.number("revision"));
			assertThat(own.leader()).isEqualTo(said.number("leader"));
			assertThat(own.raftTerm()).isEqualTo(said.number("raftTerm"));
			assertThat(own.raftIndex()).isEqualTo(said.number("raftIndex"));
			assertThat(own.raftAppliedIndex()).isEqualTo(said.number("raftAppliedIndex"));
			assertThat(own.dbSize()).isEqualTo(said.number("dbSize"));
			assertThat(own.dbSizeInUse()).isEqualTo(said.number("dbSizeInUse"));
		});
	}

	@Test
	void hashIsTheSame() {
		put("a", "1");
		long revision = put("a", "2");
		this.kv.compact(revision).physical().sync();
		put("a", "3");
		Etcdctl.Said said = this.etcdctl.run("endpoint", "hashkv", "-w", "json");
		HashKvResult own = this.etcd.maintenance().hashKv(this.etcd.endpoints().get(0)).sync();
		assertThat(own.hash()).isPositive().isEqualTo(said.number("hash"));
		assertThat(own.compactRevision()).isEqualTo(revision).isEqualTo(said.number("compact_revision"));
	}

	@Test
	void alarmsOfTheClientAreListedAndDisarmedByEtcdctl() {
		assertThat(this.etcdctl.run("alarm", "list").text()).isEmpty();
		long member = status().header().memberId();
		this.etcd.maintenance().arm(member, Alarm.Type.NO_SPACE).sync();
		String alarm = "memberID:" + Long.toUnsignedString(member) + " alarm:NOSPACE";
		assertThat(this.etcdctl.run("alarm", "list").text().strip()).isEqualTo(alarm);
		assertThat(this.etcdctl.fail("put", key("a"), "1")).contains("database space exceeded");
		assertThat(this.etcdctl.run("alarm", "disarm").text().strip()).isEqualTo(alarm);
		assertThat(this.etcd.maintenance().alarms().sync()).isEmpty();
		put("a", "1");
	}

}
