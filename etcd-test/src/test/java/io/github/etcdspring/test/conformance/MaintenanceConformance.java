/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.maintenance.Alarm;
import io.github.etcdspring.client.maintenance.Downgrade;
import io.github.etcdspring.client.maintenance.DowngradeInfo;
import io.github.etcdspring.client.maintenance.DowngradeResult;
import io.github.etcdspring.client.maintenance.HashKvResult;
import io.github.etcdspring.client.maintenance.HashResult;
import io.github.etcdspring.client.maintenance.Maintenance;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.test.BeforeEtcd;
import io.github.etcdspring.test.SinceEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What keeps a member in shape. It concerns the whole member, so this suite needs one
 * that nobody else uses.
 */
abstract class MaintenanceConformance extends Conformance {

	private Maintenance maintenance() {
		return this.etcd.maintenance();
	}

	private String endpoint() {
		return this.etcd.endpoints().get(0);
	}

	private MemberStatus status() {
		return maintenance().status(endpoint()).sync();
	}

	private long member() {
		return status().header().memberId();
	}

	@Test
	void onlyEndpointsOfTheClientCanBeAsked() {
		String other = "http://127.0.0.1:1";
		assertThatIllegalArgumentException().isThrownBy(() -> maintenance().defragment(other));
		assertThatIllegalArgumentException().isThrownBy(() -> maintenance().hash(other));
		assertThatIllegalArgumentException().isThrownBy(() -> maintenance().hashKv(other));
		assertThatIllegalArgumentException().isThrownBy(() -> maintenance().moveLeader(1).endpoint(other));
	}

	@Test
	@BeforeEtcd(value = "3.6.0", reason = "they have these fields")
	void statusWithoutTheNewFieldsHasNothingInThem() {
		MemberStatus status = status();
		assertThat(status.isLeader()).isTrue();
		assertThat(status.storageVersion()).isEmpty();
		assertThat(status.dbSizeQuota()).isZero();
		assertThat(status.downgradeInfo()).isEqualTo(new DowngradeInfo(false, ""));
		assertThat(status.toString()).contains("leader=" + Long.toHexString(status.leader()));
	}

	@Test
	void defragmentingGivesSpaceBack() {
		for (int i = 0; i < 100; i++) {
			put("a", "x".repeat(10_000));
		}
		this.kv.compact(revision()).physical().sync();
		long before = status().dbSize();
		Header header = maintenance().defragment(endpoint()).sync();
		assertThat(status().dbSize()).isLessThan(before);
		// Servers send no header.
		assertThat(header).isEqualTo(new Header(0, 0, 0, 0));
		assertThat(find("a").valueAsUtf8()).hasSize(10_000);
		assertThat(maintenance().defragment(endpoint()).async()).succeedsWithin(SOON);
	}

	@Test
	void hashOfTheDatabase() {
		put("a", "1");
		HashResult hash = maintenance().hash(endpoint()).sync();
		assertThat(hash.header().memberId()).isEqualTo(member());
		assertThat(hash.hash()).isBetween(1L, 0xFFFF_FFFFL);
		assertThat(maintenance().hash(endpoint()).async()).succeedsWithin(SOON);
	}

	@Test
	void hashOfTheKeysAtARevisionRemains() {
		long first = put("a", "1");
		HashKvResult before = maintenance().hashKv(endpoint()).sync();
		long second = put("a", "2");
		HashKvResult after = maintenance().hashKv(endpoint()).sync();
		assertThat(before.hash()).isBetween(1L, 0xFFFF_FFFFL).isNotEqualTo(after.hash());
		assertThat(after.header().memberId()).isEqualTo(member());
		assertThat(after.header().revision()).isEqualTo(second);
		HashKvResult again = maintenance().hashKv(endpoint()).revision(first).sync();
		assertThat(again.hash()).isEqualTo(before.hash());
		assertThat(again.compactRevision()).isEqualTo(before.compactRevision()).isLessThan(first);
		assertThat(maintenance().hashKv(endpoint()).revision(second).async()).succeedsWithin(SOON)
			.extracting(HashKvResult::hash)
			.isEqualTo(after.hash());
		this.kv.compact(second).physical().sync();
		assertThat(maintenance().hashKv(endpoint()).sync().compactRevision()).isEqualTo(second);
	}

	@Test
	void hashOfOtherRevisionsIsRefused() {
		long revision = put("a", "1");
		put("a", "2");
		this.kv.compact(revision + 1).physical().sync();
		assertRefused(maintenance().hashKv(endpoint()).revision(revision), CompactedException.class, Reason.COMPACTED);
		assertRefused(maintenance().hashKv(endpoint()).revision(revision + 2), EtcdException.class,
				Reason.FUTURE_REVISION);
	}

	@Test
	void alarmsAreRaisedAndEnded() {
		Alarm noSpace = new Alarm(member(), Alarm.Type.NO_SPACE);
		Alarm corrupt = new Alarm(member(), Alarm.Type.CORRUPT);
		assertThat(maintenance().arm(member(), Alarm.Type.NO_SPACE).sync()).containsExactly(noSpace);
		assertThat(maintenance().arm(member(), Alarm.Type.CORRUPT).sync()).containsExactly(corrupt);
		assertThat(maintenance().alarms().sync()).containsExactlyInAnyOrder(noSpace, corrupt);
		assertThat(maintenance().disarm(member(), Alarm.Type.NO_SPACE).sync()).containsExactly(noSpace);
		assertThat(maintenance().alarms().sync()).containsExactly(corrupt);
		assertThat(maintenance().disarm(member(), Alarm.Type.NO_SPACE).sync()).isEmpty();
		assertThat(maintenance().disarmAll().sync()).containsExactly(corrupt);
		assertThat(maintenance().alarms().sync()).isEmpty();
		assertThat(maintenance().disarmAll().async()).succeedsWithin(SOON).isEqualTo(List.of());
	}

	@Test
	void onlyMemberCannotHandOver() {
		assertRefused(maintenance().moveLeader(0xDEADL).endpoint(endpoint()), EtcdException.class,
				Reason.BAD_LEADER_TRANSFEREE);
		assertRefused(maintenance().moveLeader(0xDEADL), EtcdException.class, Reason.BAD_LEADER_TRANSFEREE);
	}

	@Test
	@BeforeEtcd(value = "3.5.0", reason = "they know of downgrades")
	void oldServersKnowOfNoDowngrade() {
		Downgrade downgrade = maintenance().downgrade();
		for (Request<?> request : List.of(downgrade.validate("3.3.0"), downgrade.enable("3.3.0"), downgrade.cancel())) {
			assertRefused(request, EtcdException.class, Reason.UNIMPLEMENTED);
		}
	}

	@Test
	@SinceEtcd(value = "3.5.0", reason = "they know of no downgrade")
	void downgradeToTheMinorVersionBeforeIsValid() {
		int minor = Integer.parseInt(status().version().split("\\.")[1]);
		DowngradeResult result = maintenance().downgrade().validate("3." + (minor - 1) + ".0").sync();
		assertThat(result.version()).startsWith("3." + minor + ".");
		assertThat(result.header().memberId()).isEqualTo(member());
		assertRefused(maintenance().downgrade().validate("3." + (minor - 2) + ".0"), EtcdException.class,
				Reason.INVALID_DOWNGRADE_VERSION);
		assertRefused(maintenance().downgrade().validate("old"), EtcdException.class, Reason.INVALID_DOWNGRADE_FORMAT);
		assertRefused(maintenance().downgrade().cancel(), EtcdException.class, Reason.NO_DOWNGRADE_IN_PROGRESS);
	}

}
