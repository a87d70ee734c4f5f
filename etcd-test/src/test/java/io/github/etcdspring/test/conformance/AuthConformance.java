/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.TxnResult;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.test.SinceEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Authentication of unary calls. It is switched on by the first test and stays on, so
 * this suite needs a server that nobody else uses.
 * <p>
 * The user {@code alice} may write what is below {@code alice/}, the user {@code reader}
 * may read it, and {@code root} may do everything.
 */
abstract class AuthConformance extends Conformance {

	private static final String ROOT_PASSWORD = "root's secret";

	private static final String PASSWORD = "alice's secret";

	private RawEtcd raw;

	private CountedCalls logins;

	private EtcdClient alice;

	private EtcdClient root;

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
			this.raw.addUserWithRole("reader", PASSWORD);
			enable();
		}
		this.raw.permit("alice", Permission.Type.READWRITE, key("alice/"), key("alice0"));
		this.raw.permit("reader", Permission.Type.READ, key("alice/"), key("alice0"));
		this.logins = new CountedCalls(AuthGrpc.getAuthenticateMethod());
		this.alice = newClient().credentials("alice", PASSWORD)
			.channelCustomizer((channel) -> channel.intercept(this.logins))
			.build();
		this.root = newClient().credentials("root", ROOT_PASSWORD).build();
		this.kv = this.alice.kv();
	}

	@AfterEach
	void logOut() {
		this.alice.close();
		this.root.close();
		this.raw.close();
	}

	private void enable() {
		this.raw.enableAuth();
		this.raw.login("root", ROOT_PASSWORD);
	}

	private void assertAuthenticationFails(Request<?> request) {
		EtcdException failure = failureOf(request);
		assertThat(failure).isExactlyInstanceOf(AuthenticationException.class);
		assertThat(failure.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
		assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(failure.isRetryable()).isFalse();
		assertThat(failure).hasMessageNotContaining("secret");
	}

	private void assertDenied(Request<?> request) {
		assertRefused(request, PermissionDeniedException.class, Reason.PERMISSION_DENIED);
	}

	@Test
	void userAndPasswordAreEnough() {
		put("alice/a", "1");
		assertThat(find("alice/a").valueAsUtf8()).isEqualTo("1");
		TxnResult txn = this.kv.txn()
			.when(Compare.exists(key("alice/a")))
			.then(Op.put(key("alice/b"), "2"), Op.get(KeyRange.prefix(key("alice/"))))
			.sync();
		assertThat(txn.succeeded()).isTrue();
		assertThat(this.kv.delete(key("alice/")).asPrefix().sync().deleted()).isEqualTo(2);
		assertThat(this.logins.count()).isEqualTo(1);
	}

	@Test
	void tokenIsEnough() {
		String token = this.raw.token("alice", PASSWORD);
		try (EtcdClient client = newClient().authToken(token).build()) {
			client.kv().put(key("alice/a"), "1").sync();
			assertThat(client.kv().get(key("alice/a")).async()).succeedsWithin(SOON)
				.satisfies((get) -> assertThat(values(get)).containsExactly("1"));
			assertDenied(client.kv().put(key("other"), "1"));
		}
	}

	@Test
	void callsAtATimeShareOneLogin() {
		List<CompletableFuture<?>> puts = IntStream.range(0, 50)
			.<CompletableFuture<?>>mapToObj((i) -> this.kv.put(key("alice/" + i), "1").async())
			.toList();
		assertThat(CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);
		assertThat(this.logins.count()).isEqualTo(1);
		assertThat(this.kv.get(KeyRange.prefix(key("alice/"))).sync().count()).isEqualTo(50);
	}

	@Test
	void withoutCredentialsNothingIsServed() {
		Kv anonymous = this.etcd.kv();
		for (Request<?> request : List.of(anonymous.put(key("alice/a"), "1"), anonymous.get(key("alice/a")),
				anonymous.delete(key("alice/a")), anonymous.txn().then(Op.put(key("alice/a"), "1")),
				anonymous.get(key("alice/a")).serializable())) {
			assertRefused(request, AuthenticationException.class, Reason.USER_NAME_EMPTY);
		}
		assertThat(this.kv.get(key("alice/a")).sync().count()).isZero();
	}

	@Test
	void wrongPasswordIsReported() {
		try (EtcdClient client = newClient().credentials("alice", "wrong secret").build()) {
			assertAuthenticationFails(client.kv().put(key("alice/a"), "1"));
			assertAuthenticationFails(client.kv().get(key("alice/a")));
		}
		try (EtcdClient client = newClient().credentials("nobody", PASSWORD).build()) {
			assertAuthenticationFails(client.kv().get(key("alice/a")));
		}
		assertThat(this.kv.get(key("alice/a")).sync().count()).isZero();
	}

	@Test
	void wrongTokenIsReported() {
		try (EtcdClient client = newClient().authToken("no-such-token.1").build()) {
			assertThat(assertRefused(client.kv().put(key("alice/a"), "1"), AuthenticationException.class,
					Reason.INVALID_AUTH_TOKEN))
				.hasMessageNotContaining("no-such-token");
			assertRefused(client.kv().get(key("alice/a")), AuthenticationException.class, Reason.INVALID_AUTH_TOKEN);
		}
	}

	@Test
	void whatIsNotPermittedIsDenied() {
		this.root.kv().put(key("other"), "root's").sync();
		assertDenied(this.kv.put(key("other"), "1"));
		assertDenied(this.kv.get(key("other")));
		assertDenied(this.kv.get(key("other")).serializable());
		assertDenied(this.kv.delete(key("other")));
		assertDenied(this.kv.get(KeyRange.all()));
		assertDenied(this.kv.get(KeyRange.from(key("alice/"))));
		assertDenied(this.kv.delete(ownKeys()));
		assertThat(this.root.kv().get(key("other")).sync().first()).hasValueSatisfying((found) -> {
			assertThat(found.valueAsUtf8()).isEqualTo("root's");
			assertThat(found.version()).isEqualTo(1);
		});
	}

	@Test
	void transactionIsDeniedAsAWhole() {
		assertDenied(this.kv.txn().then(Op.put(key("alice/a"), "1"), Op.put(key("other"), "1")));
		assertDenied(this.kv.txn().then(Op.put(key("alice/a"), "1")).orElse(Op.get(key("other"))));
		assertDenied(this.kv.txn().when(Compare.exists(key("other"))).orElse(Op.put(key("alice/a"), "1")));
		assertThat(this.kv.get(key("alice/a")).sync().count()).isZero();
	}

	@Test
	@SinceEtcd(value = "3.5.30", reason = "3.4.23 and 3.5.16 check no permissions in nested ones: GHSA-rfx7-8w68-q57q")
	void nestedTransactionIsDeniedAsAWhole() {
		assertDenied(this.kv.txn()
			.then(Op.put(key("alice/a"), "1"), Op.txn(List.of(), List.of(Op.get(key("other"))), List.of())));
		assertDenied(this.kv.txn()
			.then(Op.put(key("alice/a"), "1"), Op.txn(List.of(), List.of(), List.of(Op.put(key("other"), "1")))));
		assertThat(this.kv.get(key("alice/a")).sync().count()).isZero();
	}

	@Test
	void readerMayOnlyRead() {
		put("alice/a", "1");
		try (EtcdClient reader = newClient().credentials("reader", PASSWORD).build()) {
			assertThat(values(reader.kv().get(KeyRange.prefix(key("alice/"))).sync())).containsExactly("1");
			assertDenied(reader.kv().put(key("alice/a"), "2"));
			assertDenied(reader.kv().delete(key("alice/a")));
			assertDenied(reader.kv().txn().then(Op.get(key("alice/a")), Op.put(key("alice/b"), "2")));
		}
		assertThat(find("alice/a").version()).isEqualTo(1);
	}

	@Test
	void namespaceKeepsWithinWhatIsPermitted() {
		try (EtcdClient client = newClient().credentials("alice", PASSWORD).namespace(key("alice/")).build()) {
			client.kv().put("a", "1").sync();
			client.kv().put("b", "2").sync();
			assertThat(values(client.kv().get(KeyRange.all()).sync())).containsExactly("1", "2");
			assertThat(client.kv().get(KeyRange.from("b")).pages(1)).hasSize(1);
			assertThat(client.kv().delete(KeyRange.all()).sync().deleted()).isEqualTo(2);
		}
	}

	@Test
	void tokenThatIsNoLongerValidIsReplaced() {
		put("alice/a", "1");
		this.raw.disableAuth();
		enable();
		long revision = put("alice/a", "2");
		assertThat(find("alice/a").version()).isEqualTo(2);
		assertThat(find("alice/a").modRevision()).isEqualTo(revision);
		assertThat(this.logins.count()).isEqualTo(2);
	}

	@Test
	void authenticationMayBeSwitchedOffAndOnUnderTheClient() {
		put("alice/a", "1");
		this.raw.disableAuth();
		try {
			put("alice/a", "2");
			put("other", "allowed now");
		}
		finally {
			enable();
		}
		put("alice/a", "3");
		assertThat(find("alice/a").version()).isEqualTo(3);
		assertDenied(this.kv.put(key("other"), "4"));
	}

	@Test
	void credentialsDoNoHarmWhileAuthenticationIsOff() {
		this.raw.disableAuth();
		try (EtcdClient client = newClient().credentials("nobody", "no secret").build()) {
			client.kv().put(key("other"), "1").sync();
			assertThat(values(client.kv().get(key("other")).sync())).containsExactly("1");
		}
		finally {
			enable();
		}
	}

	@Test
	void changedPasswordIsNoticed() {
		put("alice/a", "1");
		this.raw.changePassword("alice", "another secret");
		try (EtcdClient client = newClient().credentials("alice", "another secret").build()) {
			client.kv().put(key("alice/a"), "2").sync();
			assertAuthenticationFails(this.kv.put(key("alice/a"), "3"));
		}
		finally {
			this.raw.changePassword("alice", PASSWORD);
		}
		put("alice/a", "4");
		assertThat(find("alice/a").version()).isEqualTo(3);
	}

	@Test
	void leasesNeedCredentialsOrAtLeastTakeThem() {
		long lease = this.alice.leases().grant(LONG).sync().id();
		this.kv.put(key("alice/a"), "1").lease(lease).sync();
		this.alice.leases().revoke(lease).sync();
		assertThat(this.kv.get(key("alice/a")).sync().count()).isZero();
	}

	@Test
	void leaseWithForeignKeysCannotBeRevoked() {
		long lease = this.alice.leases().grant(LONG).sync().id();
		this.root.kv().put(key("other"), "1").lease(lease).sync();
		assertDenied(this.alice.leases().revoke(lease));
		assertThat(this.root.kv().get(key("other")).sync().count()).isEqualTo(1);
		this.root.leases().revoke(lease).sync();
		assertThat(this.root.kv().get(key("other")).sync().count()).isZero();
	}

	@Test
	void rootMayAskForTheStatus() {
		String endpoint = this.etcd.endpoints().get(0);
		assertThat(this.root.maintenance().status(endpoint).sync().errors()).isEmpty();
		assertThat(this.root.maintenance().alarms().sync()).isEmpty();
	}

}
