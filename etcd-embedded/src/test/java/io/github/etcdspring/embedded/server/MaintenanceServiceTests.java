/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmRequest.AlarmAction;
import io.github.etcdspring.proto.AlarmResponse;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.DefragmentRequest;
import io.github.etcdspring.proto.DowngradeRequest;
import io.github.etcdspring.proto.DowngradeRequest.DowngradeAction;
import io.github.etcdspring.proto.HashKVRequest;
import io.github.etcdspring.proto.HashRequest;
import io.github.etcdspring.proto.MoveLeaderRequest;
import io.github.etcdspring.proto.SnapshotRequest;
import io.github.etcdspring.proto.StatusRequest;
import io.github.etcdspring.proto.StatusResponse;

import static org.assertj.core.api.Assertions.assertThat;

class MaintenanceServiceTests {

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
	void statusIsThatOfALeaderWithoutErrors() {
		StatusResponse first = status();
		assertThat(first.getVersion()).startsWith("3.5.");
		assertThat(first.getLeader()).isEqualTo(first.getHeader().getMemberId()).isNotZero();
		assertThat(first.getErrorsCount()).isZero();
		assertThat(first.getHeader().getRevision()).isEqualTo(1);
		this.calls.put("a", "1");
		StatusResponse second = status();
		assertThat(second.getRaftIndex()).isGreaterThan(first.getRaftIndex());
		assertThat(second.getDbSize()).isGreaterThan(first.getDbSize());
	}

	@Test
	void noSpaceAlarmRefusesWhatAddsUntilItIsDisarmed() {
		this.calls.put("a", "1");
		AlarmResponse raised = alarm(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE);
		assertThat(raised.getAlarms(0).getMemberID()).isEqualTo(5);
		assertThat(raised.getHeader().getRevision()).isEqualTo(2);
		EtcdCalls.assertRefused(EtcdError.NO_SPACE, () -> this.calls.put("a", "2"));
		assertThat(this.calls.get(EtcdCalls.rangeOf("a")).getCount()).isEqualTo(1);
		assertThat(this.calls.kv().deleteRange(EtcdCalls.deleteOf("a").build()).getDeleted()).isEqualTo(1);
		assertThat(status().getErrorsList()).containsExactly("memberID:5 alarm:NOSPACE ");
		assertThat(alarm(AlarmAction.GET, 0, AlarmType.NONE).getAlarmsList()).isEqualTo(raised.getAlarmsList());
		assertThat(alarm(AlarmAction.GET, 0, AlarmType.CORRUPT).getAlarmsCount()).isZero();
		assertThat(alarm(AlarmAction.DEACTIVATE, 6, AlarmType.NOSPACE).getAlarmsCount()).isZero();
		assertThat(alarm(AlarmAction.DEACTIVATE, 5, AlarmType.NOSPACE).getAlarmsCount()).isEqualTo(1);
		assertThat(this.calls.put("a", "3").getHeader().getRevision()).isEqualTo(4);
	}

	@Test
	void corruptAlarmRefusesChangesOnly() {
		this.calls.put("a", "1");
		alarm(AlarmAction.ACTIVATE, 5, AlarmType.CORRUPT);
		EtcdCalls.assertRefused(EtcdError.CORRUPT, () -> this.calls.put("a", "2"));
		EtcdCalls.assertRefused(EtcdError.CORRUPT, () -> this.calls.kv().deleteRange(EtcdCalls.deleteOf("a").build()));
		EtcdCalls.assertRefused(EtcdError.CORRUPT,
				() -> this.calls.kv().compact(CompactionRequest.newBuilder().setRevision(2).build()));
		assertThat(this.calls.get(EtcdCalls.rangeOf("a")).getCount()).isEqualTo(1);
	}

	@Test
	void alarmOfNoTypeIsIgnored() {
		assertThat(alarm(AlarmAction.ACTIVATE, 5, AlarmType.NONE).getAlarmsCount()).isZero();
		assertThat(alarm(AlarmAction.GET, 0, AlarmType.NONE).getAlarmsCount()).isZero();
	}

	@Test
	void hashOfARevisionStaysAndTellsContentsApart() {
		this.calls.put("a", "1");
		int hash = hash(0);
		this.calls.put("a", "2");
		assertThat(hash(2)).isEqualTo(hash);
		assertThat(hash(0)).isNotEqualTo(hash);
		assertThat(this.calls.maintenance().hash(HashRequest.getDefaultInstance()).getHash()).isEqualTo(hash(3));
		EtcdCalls.assertRefused(EtcdError.FUTURE_REV, () -> hash(4));
		this.calls.kv().compact(CompactionRequest.newBuilder().setRevision(3).build());
		EtcdCalls.assertRefused(EtcdError.COMPACTED, () -> hash(2));
		assertThat(this.calls.maintenance().hashKV(HashKVRequest.getDefaultInstance()).getCompactRevision())
			.isEqualTo(3);
	}

	@Test
	void defragmentAnswersWithoutHeader() {
		assertThat(this.calls.maintenance().defragment(DefragmentRequest.getDefaultInstance()).hasHeader()).isFalse();
	}

	@Test
	void snapshotSaysThatThereIsNone() {
		EtcdCalls.assertRefused(Status.Code.UNIMPLEMENTED,
				"embedded etcd: no snapshot, because it keeps no database file that etcd could restore",
				() -> this.calls.maintenance().snapshot(SnapshotRequest.getDefaultInstance()).next());
	}

	@Test
	void leaderCanOnlyMoveToItself() {
		EtcdCalls.assertRefused(EtcdError.BAD_LEADER_TRANSFEREE,
				() -> this.calls.maintenance().moveLeader(MoveLeaderRequest.newBuilder().setTargetID(5).build()));
		MoveLeaderRequest self = MoveLeaderRequest.newBuilder().setTargetID(status().getLeader()).build();
		assertThat(this.calls.maintenance().moveLeader(self).hasHeader()).isFalse();
	}

	@Test
	void downgradeGoesToThePreviousMinorVersionOnly() {
		assertThat(downgrade(DowngradeAction.VALIDATE, "3.4")).isEqualTo("3.5.0");
		assertThat(downgrade(DowngradeAction.VALIDATE, "3.4.7")).isEqualTo("3.5.0");
		EtcdCalls.assertRefused(EtcdError.INVALID_DOWNGRADE_TARGET_VERSION,
				() -> downgrade(DowngradeAction.VALIDATE, "3.3.0"));
		EtcdCalls.assertRefused(EtcdError.INVALID_DOWNGRADE_TARGET_VERSION,
				() -> downgrade(DowngradeAction.VALIDATE, "3.6.0"));
		EtcdCalls.assertRefused(EtcdError.WRONG_DOWNGRADE_VERSION_FORMAT,
				() -> downgrade(DowngradeAction.VALIDATE, "x"));
		EtcdCalls.assertRefused(EtcdError.NO_INFLIGHT_DOWNGRADE, () -> downgrade(DowngradeAction.CANCEL, ""));
		downgrade(DowngradeAction.ENABLE, "3.4.0");
		EtcdCalls.assertRefused(EtcdError.DOWNGRADE_IN_PROCESS, () -> downgrade(DowngradeAction.VALIDATE, "3.4.0"));
		downgrade(DowngradeAction.CANCEL, "");
		assertThat(downgrade(DowngradeAction.VALIDATE, "3.4.0")).isEqualTo("3.5.0");
	}

	private StatusResponse status() {
		return this.calls.maintenance().status(StatusRequest.getDefaultInstance());
	}

	private AlarmResponse alarm(AlarmAction action, long member, AlarmType type) {
		return this.calls.maintenance()
			.alarm(AlarmRequest.newBuilder().setAction(action).setMemberID(member).setAlarm(type).build());
	}

	private int hash(long revision) {
		return this.calls.maintenance().hashKV(HashKVRequest.newBuilder().setRevision(revision).build()).getHash();
	}

	private String downgrade(DowngradeAction action, String version) {
		return this.calls.maintenance()
			.downgrade(DowngradeRequest.newBuilder().setAction(action).setVersion(version).build())
			.getVersion();
	}

}
