/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.NoSpaceException;
import io.github.etcdspring.client.maintenance.Alarm;
import io.github.etcdspring.client.maintenance.MemberStatus;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.OwnEtcd;
import io.github.etcdspring.test.OwnEtcdExtension;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link MaintenanceConformance} on real servers.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
@ExtendWith(OwnEtcdExtension.class)
class MaintenanceConformanceTests extends MaintenanceConformance {

	@Test
	void memberThatIsFullCanBeMendedInPlace(OwnEtcd.Builder builder) {
		try (OwnEtcd small = builder.quotaBytes(1_000_000).start();
				EtcdClient client = EtcdClient.builder().endpoints(small.endpoint()).build()) {
			assertThatExceptionOfType(NoSpaceException.class).isThrownBy(() -> {
				// The server measures itself ten times a second.
				for (int i = 0; i < 2_000; i++) {
					client.kv().put("/k/" + i % 100, "x".repeat(100_000)).sync();
				}
			});
			MemberStatus full = client.maintenance().status(small.endpoint()).sync();
			Alarm alarm = new Alarm(full.header().memberId(), Alarm.Type.NO_SPACE);
			assertThat(client.maintenance().alarms().sync()).containsExactly(alarm);
			long revision = client.kv().delete(KeyRange.prefix("/k/")).sync().revision();
			client.kv().compact(revision).physical().sync();
			client.maintenance().defragment(small.endpoint()).sync();
			assertThat(client.maintenance().disarmAll().sync()).containsExactly(alarm);
			assertThat(client.maintenance().status(small.endpoint()).sync()).satisfies((mended) -> {
				assertThat(mended.dbSize()).isLessThan(full.dbSize());
				assertThat(mended.errors()).isEmpty();
			});
			client.kv().put("/k/1", "x".repeat(100_000)).sync();
		}
	}

}
