/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.Member;
import io.github.etcdspring.proto.MemberAddRequest;
import io.github.etcdspring.proto.MemberAddResponse;
import io.github.etcdspring.proto.MemberListRequest;
import io.github.etcdspring.proto.MemberListResponse;
import io.github.etcdspring.proto.MemberPromoteRequest;
import io.github.etcdspring.proto.MemberRemoveRequest;
import io.github.etcdspring.proto.MemberUpdateRequest;

import static org.assertj.core.api.Assertions.assertThat;

class ClusterServiceTests {

	private EmbeddedEtcd etcd;

	private EtcdCalls calls;

	@BeforeEach
	void start() {
		this.etcd = EmbeddedEtcd.start();
		this.calls = new EtcdCalls(this.etcd.endpoint());
	}

	@AfterEach
	void stop() {
		this.calls.close();
		this.etcd.close();
	}

	@Test
	void listHasTheOneMemberWithItsEndpoint() {
		for (boolean linearizable : new boolean[] { true, false }) {
			MemberListResponse list = this.calls.cluster()
				.memberList(MemberListRequest.newBuilder().setLinearizable(linearizable).build());
			assertThat(list.getMembersList()).hasSize(1);
			assertThat(list.getMembers(0).getID()).isEqualTo(list.getHeader().getMemberId());
			assertThat(list.getMembers(0).getClientURLsList()).containsExactly(this.etcd.endpoint());
			assertThat(list.getHeader().getRevision()).isZero();
			assertThat(list.getHeader().getRaftTerm()).isEqualTo(2);
		}
	}

	@Test
	void oneLearnerCanBeAddedAndRemoved() {
		MemberAddResponse added = add("http://127.0.0.1:1", true);
		assertThat(added.getMember().getIsLearner()).isTrue();
		assertThat(added.getMember().getName()).isEmpty();
		assertThat(added.getMembersList()).hasSize(2);
		EtcdCalls.assertRefused(EtcdError.TOO_MANY_LEARNERS, () -> add("http://127.0.0.1:2", true));
		EtcdCalls.assertRefused(EtcdError.PEER_URL_EXISTS, () -> add("http://127.0.0.1:1", true));
		long id = added.getMember().getID();
		EtcdCalls.assertRefused(EtcdError.LEARNER_NOT_READY,
				() -> this.calls.cluster().memberPromote(MemberPromoteRequest.newBuilder().setID(id).build()));
		assertThat(
				this.calls.cluster().memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()).getMembersList())
			.hasSize(1);
		EtcdCalls.assertRefused(EtcdError.MEMBER_NOT_FOUND,
				() -> this.calls.cluster().memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()));
	}

	@Test
	void secondVotingMemberIsAcceptedAndThirdIsNot() {
		add("http://127.0.0.1:1", false);
		EtcdCalls.assertRefused(EtcdError.MEMBER_NOT_ENOUGH_STARTED, () -> add("http://127.0.0.1:2", false));
		assertThat(this.calls.put("a", "1").getHeader().getRevision()).isEqualTo(2);
	}

	@Test
	void onlyMemberCannotBeRemovedOrPromoted() {
		long self = self().getID();
		EtcdCalls.assertRefused(EtcdError.MEMBER_NOT_ENOUGH_STARTED,
				() -> this.calls.cluster().memberRemove(MemberRemoveRequest.newBuilder().setID(self).build()));
		EtcdCalls.assertRefused(EtcdError.MEMBER_NOT_LEARNER,
				() -> this.calls.cluster().memberPromote(MemberPromoteRequest.newBuilder().setID(self).build()));
		EtcdCalls.assertRefused(EtcdError.MEMBER_NOT_FOUND,
				() -> this.calls.cluster().memberPromote(MemberPromoteRequest.newBuilder().setID(5).build()));
	}

	@Test
	void updateChangesPeerAddresses() {
		MemberUpdateRequest.Builder update = MemberUpdateRequest.newBuilder().addPeerURLs("http://h:1");
		EtcdCalls.assertRefused(EtcdError.MEMBER_NOT_FOUND,
				() -> this.calls.cluster().memberUpdate(update.setID(5).build()));
		this.calls.cluster().memberUpdate(update.setID(self().getID()).build());
		assertThat(self().getPeerURLsList()).containsExactly("http://h:1");
		EtcdCalls.assertRefused(EtcdError.PEER_URL_EXISTS, () -> add("http://h:1", false));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "foo", "http://x", "http://h:1/path", "ftp://h:1", "localhost:1" })
	void badPeerAddressIsRefused(String url) {
		EtcdCalls.assertRefused(EtcdError.MEMBER_BAD_URLS, () -> add(url, false));
	}

	private Member self() {
		return this.calls.cluster().memberList(MemberListRequest.getDefaultInstance()).getMembers(0);
	}

	private MemberAddResponse add(String url, boolean learner) {
		return this.calls.cluster()
			.memberAdd(MemberAddRequest.newBuilder().addPeerURLs(url).setIsLearner(learner).build());
	}

}
