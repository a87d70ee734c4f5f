/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.concurrent.ExecutionException;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.client.cache.CacheState;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Caches of users with few rights, on real servers. Authentication stays on.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class CacheAuthConformanceTests extends Conformance {

	private static final String PASSWORD = "secret";

	private RawEtcd raw;

	private EtcdClient root;

	@BeforeEach
	void logIn() {
		this.raw = new RawEtcd(this.etcd.endpoints().get(0));
		try {
			this.raw.login("root", PASSWORD);
		}
		catch (StatusRuntimeException ex) {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
			this.raw.addUserWithRole("root", PASSWORD);
			this.raw.enableAuth();
			this.raw.login("root", PASSWORD);
		}
		this.root = newClient().credentials("root", PASSWORD).build();
		this.kv = this.root.kv();
	}

	@AfterEach
	void logOut() {
		this.root.close();
		this.raw.close();
	}

	private void addUser(String name) {
		this.raw.addUserWithRole(name, PASSWORD);
		this.raw.permit(name, Permission.Type.READ, key("open/"), key("open0"));
		this.raw.login("root", PASSWORD);
	}

	@Test
	void readerOfTheRangeIsEnough() {
		addUser("reader");
		put("open/a", "1");
		try (EtcdClient reader = newClient().credentials("reader", PASSWORD).build();
				Cache cache = reader.cache(KeyRange.prefix(key("open/"))).open()) {
			cache.ready().join();
			put("open/a", "2");
			put("elsewhere", "1");
			// The reader may not read the status of a member, which tells its version.
			assertThat(cache.linearizable().sync().get(key("open/a"))).map(KeyValue::valueAsUtf8).contains("2");
			put("elsewhere", "2");
			assertThat(cache.linearizable().sync().get(key("open/a"))).map(KeyValue::valueAsUtf8).contains("2");
		}
	}

	@Test
	void whoMayNotReadTheRangeGetsNoCache() {
		addUser("stranger");
		RecordingCacheListener listener = new RecordingCacheListener(this.prefix);
		try (EtcdClient stranger = newClient().credentials("stranger", PASSWORD).build();
				Cache cache = stranger.cache(ownKeys()).listener(listener).open()) {
			assertThat(cache.ready()).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(PermissionDeniedException.class);
			assertThat(listener.closed()).succeedsWithin(SOON).isInstanceOf(PermissionDeniedException.class);
			assertThatExceptionOfType(PermissionDeniedException.class).isThrownBy(cache::snapshot);
		}
	}

	@Test
	void passwordThatIsNoLongerRightEndsTheCacheWhenItReconnects() {
		addUser("leaver");
		put("open/a", "1");
		RecordingCacheListener listener = new RecordingCacheListener(this.prefix);
		try (Line line = new Line(this.etcd.endpoints().get(0));
				EtcdClient leaver = EtcdClient.builder()
					.endpoints(line.endpoint())
					.credentials("leaver", PASSWORD)
					.build();
				Cache cache = leaver.cache(KeyRange.prefix(key("open/"))).listener(listener).open()) {
			cache.ready().join();
			await().until(cache::isConnected);
			this.raw.changePassword("leaver", "another " + PASSWORD);
			line.cut();
			await().until(() -> !cache.isConnected());
			line.mend();
			assertThat(listener.closed()).succeedsWithin(SOON).isInstanceOf(AuthenticationException.class);
			assertThat(cache.state()).isEqualTo(CacheState.CLOSED);
			assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> cache.get(key("open/a")));
		}
	}

}
