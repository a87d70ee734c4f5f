/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.NoSpaceException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.maintenance.Alarm;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.client.transport.Request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The status of a member and its alarms. An alarm concerns the whole cluster, so this
 * suite needs one that nobody else uses.
 */
abstract class StatusConformance extends Conformance {

	private MemberStatus status() {
		return this.etcd.maintenance().status(this.etcd.endpoints().get(0)).sync();
	}

	@Test
	void statusOfAHealthyMember() {
		long revision = put("a", "1");
		MemberStatus status = status();
		assertThat(status.version()).matches("\\d+\\.\\d+\\.\\d+.*");
		assertThat(status.header().memberId()).isNotZero();
		assertThat(status.header().clusterId()).isNotZero();
		assertThat(status.header().revision()).isEqualTo(revision);
		assertThat(status.leader()).isEqualTo(status.header().memberId());
		assertThat(status.dbSize()).isPositive();
		assertThat(status.dbSizeInUse()).isPositive().isLessThanOrEqualTo(status.dbSize());
		assertThat(status.raftTerm()).isPositive().isEqualTo(status.header().raftTerm());
		assertThat(status.raftAppliedIndex()).isPositive().isLessThanOrEqualTo(status.raftIndex());
		assertThat(status.errors()).isEmpty();
		assertThat(status.isLearner()).isFalse();
	}

	@Test
	void writesMoveTheMember() {
		MemberStatus before = status();
		put("a", "1");
		MemberStatus after = status();
		// A member may count what it has applied only after it has answered.
		await().untilAsserted(() -> assertThat(status().raftAppliedIndex()).isGreaterThan(before.raftAppliedIndex()));
		assertThat(after.header().revision()).isEqualTo(before.header().revision() + 1);
	}

	@Test
	void asyncAsksToo() {
		assertThat(this.etcd.maintenance().status(this.etcd.endpoints().get(0)).async()).succeedsWithin(SOON)
			.extracting(MemberStatus::version)
			.isEqualTo(status().version());
	}

	@Test
	void onlyEndpointsOfTheClientCanBeAsked() {
		for (String endpoint : List.of("http://127.0.0.1:1", "", "ftp://127.0.0.1")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.etcd.maintenance().status(endpoint))
				.withMessageContaining("'endpoint")
				.withMessageContaining("'" + endpoint + "'");
		}
	}

	@Test
	void healthyClusterHasNoAlarms() {
		assertThat(this.etcd.maintenance().alarms().sync()).isEmpty();
		assertThat(this.etcd.maintenance().alarms().async()).succeedsWithin(SOON).isEqualTo(List.of());
	}

	@Test
	void withoutSpaceOnlyWritesThatNeedItAreRefused() {
		long before = put("a", "1");
		withAlarm(Alarm.Type.NO_SPACE, () -> {
			List<Request<?>> refused = List.of(this.kv.put(key("a"), "2"), this.kv.txn().then(Op.put(key("a"), "2")),
					this.etcd.leases().grant(LONG));
			for (Request<?> request : refused) {
				EtcdException failure = failureOf(request);
				assertThat(failure).isExactlyInstanceOf(NoSpaceException.class);
				assertThat(failure.reason()).isEqualTo(Reason.NO_SPACE);
				assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				assertThat(failure.isRetryable()).isFalse();
			}
			assertThat(find("a").modRevision()).isEqualTo(before);
			assertThat(status().errors()).anyMatch((error) -> error.contains("NOSPACE"));
			assertThat(this.kv.delete(key("a")).sync().deleted()).isEqualTo(1);
		});
		put("a", "3");
	}

	@Test
	void corruptClusterRefusesWrites() {
		long before = put("a", "1");
		withAlarm(Alarm.Type.CORRUPT, () -> {
			EtcdException failure = failureOf(this.kv.put(key("a"), "2"));
			assertThat(failure.reason()).isEqualTo(Reason.CORRUPT_CLUSTER);
			assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
			assertThat(status().errors()).anyMatch((error) -> error.contains("CORRUPT"));
		});
		assertThat(find("a").modRevision()).isEqualTo(before);
	}

	private void withAlarm(Alarm.Type type, Runnable test) {
		long member = status().header().memberId();
		this.etcd.maintenance().arm(member, type).sync();
		try {
			assertThat(this.etcd.maintenance().alarms().sync()).containsExactly(new Alarm(member, type));
			test.run();
		}
		finally {
			this.etcd.maintenance().disarm(member, type).sync();
		}
		assertThat(this.etcd.maintenance().alarms().sync()).isEmpty();
		assertThat(status().errors()).isEmpty();
	}

}
