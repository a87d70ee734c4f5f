/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.auth.Auth;
import io.github.etcdspring.client.auth.AuthToken;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.proto.AuthDisableResponse;
import io.github.etcdspring.proto.AuthStatusResponse;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.AuthenticateResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A client that becomes another user while it is in use.
 */
class LoginTests {

	private static final String DISABLE = "etcdserverpb.Auth/AuthDisable";

	private static final String AUTH_STATUS = "etcdserverpb.Auth/AuthStatus";

	private static final String INVALID_TOKEN = "etcdserver: invalid auth token";

	private static final String NOT_ENABLED = "etcdserver: authentication is not enabled";

	private ScriptedServer server;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
		this.server.on(ScriptedServer.AUTHENTICATE, LoginTests::authenticate);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	/** The token of a user is its name and the number of the call. */
	private static void authenticate(ScriptedServer.Exchange exchange) {
		String user = exchange.request(AuthenticateRequest.parser()).getName();
		exchange.reply(AuthenticateResponse.newBuilder().setToken(user + "-" + exchange.number()).build());
	}

	/** Refuse the token of a user from now on. */
	private void refuse(String user) {
		this.server.on(ScriptedServer.PUT, (exchange) -> {
			String token = exchange.header("token");
			if (token != null && token.startsWith(user)) {
				exchange.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
			}
			else {
				ScriptedServer.good(ScriptedServer.PUT).handle(exchange);
			}
		});
	}

	private TestClient alice() {
		return TestClient.of(this.server.endpoint()).credentials("alice", "a secret").open();
	}

	private static Auth auth(TestClient client) {
		return new Auth(client.transport());
	}

	private List<String> tokens() {
		return this.server.calls(ScriptedServer.PUT)
			.stream()
			.map((exchange) -> String.valueOf(exchange.header("token")))
			.toList();
	}

	@Test
	void loginReplacesTheUser() {
		try (TestClient client = alice()) {
			client.kv().put("k", "v").sync();
			assertThat(auth(client).login("bob", "b secret").sync().token()).isEqualTo("bob-2");
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("alice-1", "bob-2");
			AuthenticateRequest request = this.server.call(ScriptedServer.AUTHENTICATE, 2)
				.request(AuthenticateRequest.parser());
			assertThat(request.getName()).isEqualTo("bob");
			assertThat(request.getPassword()).isEqualTo("b secret");
			assertThat(this.server.call(ScriptedServer.AUTHENTICATE, 2).header("token")).isNull();
		}
	}

	@Test
	void tokenOfTheNewUserIsRefreshed() {
		try (TestClient client = TestClient.of(this.server.endpoint()).authToken("its-own").open()) {
			client.kv().put("k", "v").sync();
			auth(client).login("bob", "b secret").sync();
			refuse("bob-1");
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("its-own", "bob-1", "bob-2");
		}
	}

	@Test
	void authenticateLeavesTheClientAsItIs() {
		try (TestClient client = alice()) {
			client.kv().put("k", "v").sync();
			AuthToken token = auth(client).authenticate("bob", "b secret").sync();
			assertThat(token.token()).isEqualTo("bob-2");
			assertThat(token).asString().doesNotContain("bob-2");
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("alice-1", "alice-1");
		}
	}

	@Test
	void loginThatFailsChangesNothing() {
		try (TestClient client = alice()) {
			client.kv().put("k", "v").sync();
			this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.fail(Status.Code.INVALID_ARGUMENT,
					"etcdserver: authentication failed, invalid user ID or password"));
			assertThatExceptionOfType(AuthenticationException.class)
				.isThrownBy(() -> auth(client).login("bob", "wrong secret").sync())
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
					assertThat(ex.operation()).isEqualTo("login");
				})
				.withMessageContaining("invalid user ID or password")
				.withMessageNotContaining("wrong secret");
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).as("one for alice, one for bob").isEqualTo(2);
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("alice-1", "alice-1");
			this.server.on(ScriptedServer.AUTHENTICATE, LoginTests::authenticate);
			refuse("alice-1");
			client.kv().put("k", "v").sync();
			assertThat(tokens()).endsWith("alice-1", "alice-3");
		}
	}

	@Test
	void loginWhileAuthenticationIsOffDropsTheToken() {
		try (TestClient client = TestClient.of(this.server.endpoint()).authToken("its-own").open()) {
			this.server.on(ScriptedServer.AUTHENTICATE,
					ScriptedServer.fail(Status.Code.FAILED_PRECONDITION, NOT_ENABLED));
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> auth(client).login("bob", "b secret").sync())
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.AUTH_NOT_ENABLED));
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("null");
		}
	}

	@Test
	void loginThatIsCancelledChangesNothing() throws Exception {
		try (TestClient client = alice()) {
			client.kv().put("k", "v").sync();
			this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE);
			CompletableFuture<AuthToken> login = auth(client).login("bob", "b secret").async();
			ScriptedServer.Exchange exchange = this.server.call(ScriptedServer.AUTHENTICATE, 2);
			login.cancel(true);
			exchange.cancelled().get(10, TimeUnit.SECONDS);
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("alice-1", "alice-1");
		}
	}

	@Test
	void clientIsTheNewUserOnceTheFutureIsComplete() throws Exception {
		try (TestClient client = alice()) {
			CompletableFuture<PutResult> put = auth(client).login("bob", "b secret")
				.async()
				.thenCompose((token) -> client.kv().put("k", "v").async());
			put.get(10, TimeUnit.SECONDS);
			assertThat(tokens()).containsExactly("bob-1");
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
		}
	}

	@Test
	void callsThatWaitForTheFormerUsersTokenGoOutAsTheNewUser() throws Exception {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.SILENCE, LoginTests::authenticate);
		try (TestClient client = alice()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange former = this.server.call(ScriptedServer.AUTHENTICATE, 1);
			auth(client).login("bob", "b secret").sync();
			put.get(10, TimeUnit.SECONDS);
			authenticate(former);
			refuse("alice");
			for (int i = 0; i < 5; i++) {
				client.kv().put("k", "v").sync();
			}
			assertThat(tokens()).hasSize(6).containsOnly("bob-2");
		}
	}

	@Test
	void callRefusedWithTheFormerUsersTokenGoesOutAsTheNewUser() throws Exception {
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint()).authToken("its-own").open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange first = this.server.call(ScriptedServer.PUT, 1);
			auth(client).login("bob", "b secret").sync();
			refuse("its-own");
			first.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
			put.get(10, TimeUnit.SECONDS);
			assertThat(tokens()).containsExactly("its-own", "bob-1");
			assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isOne();
		}
	}

	@Test
	void disableDropsTheTokenAndKeepsTheUser() {
		this.server.on(DISABLE, ScriptedServer.reply(AuthDisableResponse.getDefaultInstance()));
		try (TestClient client = alice()) {
			client.kv().put("k", "v").sync();
			auth(client).disable().sync();
			client.kv().put("k", "v").sync();
			// It is enabled again.
			this.server.on(ScriptedServer.PUT,
					ScriptedServer.fail(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
					ScriptedServer.good(ScriptedServer.PUT));
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("alice-1", "null", "null", "alice-2");
		}
	}

	@Test
	void disableThatFailsKeepsTheToken() {
		this.server.on(DISABLE, ScriptedServer.fail(Status.Code.PERMISSION_DENIED, "etcdserver: permission denied"));
		try (TestClient client = alice()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> auth(client).disable().sync());
			client.kv().put("k", "v").sync();
			assertThat(tokens()).containsExactly("alice-1");
		}
	}

	@Test
	void callSentWithAFixedTokenGoesOutWithoutItAfterDisable() throws Exception {
		this.server.on(DISABLE, ScriptedServer.reply(AuthDisableResponse.getDefaultInstance()));
		this.server.on(ScriptedServer.PUT, ScriptedServer.SILENCE);
		try (TestClient client = TestClient.of(this.server.endpoint()).authToken("its-own").open()) {
			CompletableFuture<PutResult> put = client.kv().put("k", "v").async();
			ScriptedServer.Exchange first = this.server.call(ScriptedServer.PUT, 1);
			auth(client).disable().sync();
			refuse("its-own");
			// As servers before 3.4.28 and 3.5.10 do.
			first.fail(Status.Code.UNAUTHENTICATED, INVALID_TOKEN);
			put.get(10, TimeUnit.SECONDS);
			assertThat(tokens()).containsExactly("its-own", "null");
		}
	}

	@Test
	void changesAreNotRepeatedAndReadsAre() {
		this.server.on(DISABLE, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"));
		this.server.on(AUTH_STATUS, ScriptedServer.fail(Status.Code.UNAVAILABLE, "etcdserver: request timed out"),
				ScriptedServer
					.reply(AuthStatusResponse.newBuilder().setEnabled(true).setAuthRevision(Long.MIN_VALUE).build()));
		try (TestClient client = TestClient.of(this.server.endpoint()).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> auth(client).disable().sync());
			assertThat(this.server.count(DISABLE)).isOne();
			assertThat(auth(client).status().sync()).satisfies((status) -> {
				assertThat(status.enabled()).isTrue();
				assertThat(status.authRevision()).isEqualTo(Long.MIN_VALUE);
			});
			assertThat(this.server.count(AUTH_STATUS)).isEqualTo(2);
		}
	}

}
