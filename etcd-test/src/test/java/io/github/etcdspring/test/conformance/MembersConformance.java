/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.cluster.Cluster;
import io.github.etcdspring.client.cluster.Member;
import io.github.etcdspring.client.cluster.MemberAdded;
import io.github.etcdspring.client.cluster.MemberList;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.Request;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The members of a cluster of one, which nobody else may use meanwhile. New members are
 * learners, so that the majority remains one.
 */
abstract class MembersConformance extends Conformance {

	private static final long NOBODY = 0xDEAD_BEEF_DEAD_BEEFL;

	/** Where nobody listens. */
	private static final AtomicInteger ports = new AtomicInteger(100);

	// A removed member's id never comes back, and it is made of URLs and the second.
	private static String newUrl() {
		return "http://127.0.0.1:" + ports.getAndIncrement();
	}

	private Cluster cluster() {
		return this.etcd.cluster();
	}

	/**
	 * A server loses a change of its members, without a word, that comes while it is
	 * still busy with one before. Any other write is done when that is over.
	 */
	private <R> Request<R> afterOthers(Request<R> change) {
		return new Request<>() {

			@Override
			public Request<R> timeout(Duration timeout) {
				change.timeout(timeout);
				return this;
			}

			@Override
			public R sync() {
				put("settled", "");
				return change.sync();
			}

			@Override
			public CompletableFuture<R> async() {
				put("settled", "");
				return change.async();
			}

		};
	}

	private Member self() {
		return members().stream().filter(Member::isStarted).findFirst().orElseThrow();
	}

	private List<Member> members() {
		return cluster().members().sync().members();
	}

	@AfterEach
	void removeLearners() {
		members().stream()
			.filter(Member::isLearner)
			.forEach((member) -> afterOthers(cluster().remove(member.id())).sync());
	}

	@Test
	void onlyMemberIsTheOneThatAnswers() {
		MemberList list = cluster().members().sync();
		assertThat(list.members()).hasSize(1);
		assertThat(list.header().clusterId()).isNotZero();
		Member member = list.members().get(0);
		assertThat(member.id()).isEqualTo(list.header().memberId());
		assertThat(member.name()).isNotEmpty();
		assertThat(member.isStarted()).isTrue();
		assertThat(member.isLearner()).isFalse();
		assertThat(member.peerUrls()).hasSize(1);
		assertThat(member.clientUrls()).isEqualTo(this.etcd.endpoints());
		assertThat(cluster().members().serializable().sync().members()).isEqualTo(list.members());
		assertThat(cluster().members().async()).succeedsWithin(SOON)
			.extracting(MemberList::members)
			.isEqualTo(list.members());
	}

	@Test
	void learnerComesAndGoes() {
		Member self = self();
		String first = newUrl();
		String second = newUrl();
		MemberAdded added = afterOthers(cluster().addLearner(first, second)).sync();
		Member learner = added.member();
		assertThat(learner.id()).isNotZero().isNotEqualTo(self.id());
		assertThat(learner.isLearner()).isTrue();
		assertThat(learner.isStarted()).isFalse();
		assertThat(learner.clientUrls()).isEmpty();
		assertThat(learner.peerUrls()).containsExactlyInAnyOrder(first, second);
		assertThat(added.members()).containsExactlyInAnyOrder(self, learner);
		assertThat(members()).containsExactlyInAnyOrder(self, learner);
		MemberList removed = afterOthers(cluster().remove(learner.id())).sync();
		assertThat(removed.members()).containsExactly(self);
		assertThat(members()).containsExactly(self);
		assertThat(removed.header().memberId()).isEqualTo(self.id());
	}

	@Test
	void memberGetsOtherPeerUrls() {
		Member self = self();
		String url = self.peerUrls().get(0);
		String other = newUrl();
		MemberList updated = afterOthers(cluster().update(self.id(), url, other)).sync();
		assertThat(updated.members()).hasSize(1);
		assertThat(updated.members().get(0).peerUrls()).containsExactlyInAnyOrder(url, other);
		assertThat(afterOthers(cluster().update(self.id(), url)).sync().members()).containsExactly(self);
		assertThat(members()).containsExactly(self);
	}

	@Test
	void learnerThatDoesNotRunIsNotPromoted() {
		Member learner = afterOthers(cluster().addLearner(newUrl())).async().join().member();
		assertRefused(afterOthers(cluster().promote(learner.id())), EtcdException.class, Reason.LEARNER_NOT_READY);
		assertThat(members()).contains(learner);
	}

	@Test
	void voterIsNotPromoted() {
		assertRefused(afterOthers(cluster().promote(self().id())), EtcdException.class, Reason.MEMBER_NOT_LEARNER);
	}

	@Test
	void memberThatDoesNotExistIsNotFound() {
		for (Request<?> request : List.of(afterOthers(cluster().update(NOBODY, newUrl())),
				afterOthers(cluster().promote(NOBODY)), afterOthers(cluster().remove(NOBODY)))) {
			assertRefused(request, EtcdException.class, Reason.MEMBER_NOT_FOUND);
		}
	}

	@Test
	void peerUrlsOfAnotherMemberAreRefused() {
		String taken = self().peerUrls().get(0);
		assertRefused(afterOthers(cluster().addLearner(taken)), EtcdException.class, Reason.PEER_URL_EXISTS);
		Member learner = afterOthers(cluster().addLearner(newUrl())).sync().member();
		assertRefused(afterOthers(cluster().update(learner.id(), taken)), EtcdException.class, Reason.PEER_URL_EXISTS);
	}

	@Test
	void malformedPeerUrlsAreRefused() {
		for (String url : List.of("127.0.0.1:4", "http://127.0.0.1", "ftp://127.0.0.1:4", "http://127.0.0.1:4/path")) {
			assertRefused(afterOthers(cluster().addLearner(url)), EtcdException.class, Reason.INVALID_MEMBER_URLS);
		}
	}

	@Test
	void thereIsRoomForOneLearner() {
		afterOthers(cluster().addLearner(newUrl())).sync();
		assertRefused(afterOthers(cluster().addLearner(newUrl())), EtcdException.class, Reason.TOO_MANY_LEARNERS);
	}

	@Test
	void syncTakesTheVotersThatHaveBeenStarted() {
		List<String> before = this.etcd.endpoints();
		afterOthers(cluster().addLearner(newUrl())).sync();
		assertThat(cluster().sync().sync()).isEqualTo(before);
		assertThat(cluster().sync().async()).succeedsWithin(SOON).isEqualTo(before);
		assertThat(this.etcd.endpoints()).isEqualTo(before);
		assertThat(put("a", "1")).isPositive();
	}

}
