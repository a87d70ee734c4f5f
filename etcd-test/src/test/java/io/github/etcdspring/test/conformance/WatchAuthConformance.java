/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.Permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Watches where authentication is on. It is switched on by the first test and stays on,
 * so this suite needs a server that nobody else uses. The user {@code alice} may read and
 * write what is below {@code alice/}.
 */
abstract class WatchAuthConformance extends Conformance {

	private static final String ROOT_PASSWORD = "root's secret";

	private static final String PASSWORD = "alice's secret";

	private RawEtcd raw;

	private CountedCalls logins;

	private EtcdClient alice;

	@BeforeEach
	void logIn() {
		this.raw = new RawEtcd(this.etcd.endpoints().get(0));
		try {
			this.raw.login("root", ROOT_PASSWORD);
		}
		catch (StatusRuntimeException ex) {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
			this.raw.addUserWithRole("root", ROOT_PASSWORD);
			this.raw.addUserWithRole("alice", PASSWORD);
			enable();
		}
		this.raw.permit("alice", Permission.Type.READWRITE, key("alice/"), key("alice0"));
		this.logins = new CountedCalls(AuthGrpc.getAuthenticateMethod());
		this.alice = newClient().credentials("alice", PASSWORD)
			.channelCustomizer((channel) -> channel.intercept(this.logins))
			.build();
		this.kv = this.alice.kv();
	}

	@AfterEach
	void logOut() {
		this.alice.close();
		this.raw.close();
	}

	private void enable() {
		this.raw.enableAuth();
		this.raw.login("root", ROOT_PASSWORD);
	}

	private KeyRange permitted() {
		return KeyRange.prefix(key("alice/"));
	}

	private void assertEnds(EtcdClient client, KeyRange range, Class<? extends EtcdException> type, Reason reason) {
		RecordingListener listener = new RecordingListener();
		Watch watch = client.watch(range).open(listener);
		assertThat(listener.closed()).succeedsWithin(SOON).satisfies((closed) -> {
			assertThat(closed.cause()).isExactlyInstanceOf(type);
			assertThat(closed.cause()).extracting(EtcdException::reason).isEqualTo(reason);
			assertThat(closed.cause()).hasMessageNotContaining("secret").hasMessageNotContaining(this.prefix);
			assertThat(closed.nextRevision()).isZero();
		});
		assertThat(watch.ready()).isCompletedExceptionally();
	}

	@Test
	void whatIsPermittedCanBeWatched() {
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.alice.watch(permitted()).previousValues().open(listener)) {
			watch.ready().join();
			put("alice/a", "1");
			await().untilAsserted(() -> assertThat(listener.described(this.prefix)).containsExactly("PUT alice/a=1"));
		}
		assertThat(this.logins.count()).isEqualTo(1);
	}

	@Test
	void whatIsNotPermittedIsDeniedAndOthersGoOn() {
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.alice.watch(permitted()).open(listener)) {
			watch.ready().join();
			assertThat(this.logins.count()).isEqualTo(1);
			assertEnds(this.alice, KeyRange.key(key("other")), PermissionDeniedException.class,
					Reason.PERMISSION_DENIED);
			assertThat(this.logins.count()).as("one newer token was tried").isEqualTo(2);
			assertEnds(this.alice, ownKeys(), PermissionDeniedException.class, Reason.PERMISSION_DENIED);
			assertEnds(this.alice, KeyRange.all(), PermissionDeniedException.class, Reason.PERMISSION_DENIED);
			put("alice/a", "1");
			await().until(() -> listener.batches().size() == 1);
			assertThat(listener.disconnections()).isEmpty();
		}
	}

	@Test
	void withoutCredentialsNothingCanBeWatched() {
		assertEnds(this.etcd, permitted(), AuthenticationException.class, Reason.USER_NAME_EMPTY);
		try (EtcdClient client = newClient().authToken("no-such-token.1").build()) {
			assertEnds(client, permitted(), AuthenticationException.class, Reason.INVALID_AUTH_TOKEN);
		}
		try (EtcdClient client = newClient().credentials("alice", "wrong secret").build()) {
			assertEnds(client, permitted(), AuthenticationException.class, Reason.AUTHENTICATION_FAILED);
		}
	}

	@Test
	void tokenOfTheClientIsEnough() {
		RecordingListener listener = new RecordingListener();
		try (EtcdClient client = newClient().authToken(this.raw.token("alice", PASSWORD)).build();
				Watch watch = client.watch(permitted()).open(listener)) {
			watch.ready().join();
			assertEnds(client, ownKeys(), PermissionDeniedException.class, Reason.PERMISSION_DENIED);
			put("alice/a", "1");
			await().until(() -> listener.batches().size() == 1);
		}
	}

	@Test
	void tokenThatIsNoLongerValidIsReplacedAndNothingIsMissed() {
		RecordingListener first = new RecordingListener();
		RecordingListener second = new RecordingListener();
		try (Watch watch = this.alice.watch(permitted()).open(first)) {
			watch.ready().join();
			put("alice/a", "1");
			await().until(() -> first.batches().size() == 1);
			// The tokens of before are forgotten.
			this.raw.disableAuth();
			enable();
			try (Watch next = this.alice.watch(permitted()).open(second)) {
				assertThat(next.ready()).succeedsWithin(SOON);
				put("alice/a", "2");
				put("alice/a", "3");
				await().until(() -> first.batches().size() == 3 && second.batches().size() == 2);
				assertThat(first.described(this.prefix)).containsExactly("PUT alice/a=1", "PUT alice/a=2",
						"PUT alice/a=3");
				assertThat(this.logins.count()).isEqualTo(2);
			}
		}
	}

}
