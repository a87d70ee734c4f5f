/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.OwnEtcd;
import io.github.etcdspring.test.OwnEtcdExtension;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * {@link WatchAuthConformance} on real servers, and what takes one whose tokens expire.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
@ExtendWith(OwnEtcdExtension.class)
class WatchAuthConformanceTests extends WatchAuthConformance {

	private static final Duration TOKEN_TTL = Duration.ofSeconds(3);

	private static final String PASSWORD = "root's secret";

	@Test
	void tokenThatExpiresIsReplacedAndNothingIsMissed(OwnEtcd.Builder builder, @TempDir Path folder) throws Exception {
		CountedCalls logins = new CountedCalls(AuthGrpc.getAuthenticateMethod());
		try (OwnEtcd server = builder.webTokens(folder, TOKEN_TTL).start();
				RawEtcd raw = new RawEtcd(server.endpoint())) {
			raw.addUserWithRole("root", PASSWORD);
			raw.enableAuth();
			raw.login("root", PASSWORD);
			try (EtcdClient client = EtcdClient.builder()
				.endpoints(server.endpoint())
				.credentials("root", PASSWORD)
				.channelCustomizer((channel) -> channel.intercept(logins))
				.build()) {
				RecordingListener first = new RecordingListener();
				try (Watch watch = client.watch(KeyRange.all()).open(first)) {
					watch.ready().join();
					// Issued after the client's, so it does not expire before.
					awaitExpiry(server, raw.token("root", PASSWORD));
					RecordingListener second = new RecordingListener();
					try (Watch next = client.watch(KeyRange.all()).open(second)) {
						assertThat(next.ready()).succeedsWithin(SOON);
						assertThat(logins.count()).isEqualTo(2);
						client.kv().put("a", "1").sync();
						await().until(() -> first.batches().size() == 1 && second.batches().size() == 1);
					}
					// From now on every token of before is too old.
					raw.login("root", PASSWORD);
					raw.permit("root", Permission.Type.READWRITE, "a", "b");
					RecordingListener third = new RecordingListener();
					try (Watch next = client.watch(KeyRange.all()).open(third)) {
						assertThat(next.ready()).succeedsWithin(SOON);
						client.kv().put("a", "2").sync();
						await().until(() -> first.batches().size() == 2 && third.batches().size() == 1);
					}
					assertThat(first.closed()).isNotDone();
				}
			}
		}
	}

	private static void awaitExpiry(OwnEtcd server, String token) {
		try (EtcdClient witness = EtcdClient.builder().endpoints(server.endpoint()).authToken(token).build()) {
			// One that is no web token lives on with each use.
			await().pollInterval(TOKEN_TTL.plusSeconds(1)).atMost(SOON).until(() -> {
				AuthenticationException refusal = catchThrowableOfType(AuthenticationException.class,
						() -> witness.kv().get("a").sync());
				return refusal != null && refusal.reason() == Reason.INVALID_AUTH_TOKEN;
			});
		}
	}

}
