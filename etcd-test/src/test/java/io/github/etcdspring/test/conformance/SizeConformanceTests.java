/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.NoSpaceException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.maintenance.Alarm;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.OwnEtcd;
import io.github.etcdspring.test.OwnEtcdExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link SizeConformance} on real servers, and what takes a server with other limits.
 */
@ForEachEtcd
@ExtendWith(OwnEtcdExtension.class)
class SizeConformanceTests extends SizeConformance {

	private static final int MIB = 1024 * 1024;

	@Test
	void serverMayHaveOtherLimits(OwnEtcd.Builder builder) {
		try (OwnEtcd server = builder.maxRequestBytes(4 * MIB).quotaBytes(16 * MIB).start();
				EtcdClient client = EtcdClient.builder()
					.endpoints(server.endpoint())
					.maxOutboundSize(8 * MIB)
					.build()) {
			client.kv().put("a", ofSize(3 * MIB)).sync();
			assertThat(client.kv().get("a").sync().first()).map((found) -> found.value()).contains(ofSize(3 * MIB));
			assertThatExceptionOfType(TooLargeException.class)
				.isThrownBy(() -> client.kv().put("a", ofSize(4 * MIB)).sync())
				.satisfies((failure) -> assertThat(failure.reason()).isEqualTo(Reason.REQUEST_TOO_LARGE));
			assertThatExceptionOfType(TooLargeException.class)
				.isThrownBy(() -> client.kv().put("a", ofSize(5 * MIB)).sync())
				.satisfies((failure) -> assertThat(failure.reason()).isEqualTo(Reason.MESSAGE_TOO_LARGE));
			assertThat(client.kv().get("a").sync().first()).map((found) -> found.version()).contains(1L);
			fill(client);
		}
	}

	private static void fill(EtcdClient client) {
		assertThatExceptionOfType(NoSpaceException.class).isThrownBy(() -> {
			for (int i = 0; i < 20; i++) {
				client.kv().put("fill/" + i, ofSize(2 * MIB)).sync();
			}
		}).satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED));
		List<Alarm> alarms = client.maintenance().alarms().sync();
		assertThat(alarms).extracting(Alarm::type).containsExactly(Alarm.Type.NO_SPACE);
		EtcdException failure = failureOf(client.kv().put("small", "1"));
		assertThat(failure).isExactlyInstanceOf(NoSpaceException.class);
		assertThat(client.kv().get("small").sync().count()).isZero();
	}

}
