/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.auth.Auth;
import io.github.etcdspring.client.auth.PermissionType;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WebTokenKeys;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tokens that expire, users and roles that change, and authentication that is switched
 * off and on, under everything that uses a client at once.
 */
@WithEtcd
@Timeout(900)
class AuthFaultTests {

	private static final String SECRET = "secret";

	private static final KeyRange APP = KeyRange.prefix("/app/");

	private final AtomicInteger logins = new AtomicInteger();

	private static EtcdServer start(EtcdBinary binary, String... arguments) {
		EtcdServer server = EtcdServer.builder()
			.binary(binary)
			// Tests that count logins need no slow ones.
			.arguments("--bcrypt-cost=4")
			.arguments(arguments)
			.start();
		try (EtcdClient client = EtcdClient.builder().endpoints(server.endpoint()).build()) {
			Auth auth = client.auth();
			for (String name : List.of("root", "app")) {
				auth.addUser(name, SECRET).sync();
				auth.addRole(name).sync();
				auth.grantRole(name, name).sync();
			}
			auth.grantPermission("app", PermissionType.READ_WRITE, APP).sync();
			auth.enable().sync();
		}
		return server;
	}

	private EtcdClient app(EtcdServer server) {
		return EtcdClient.builder()
			.endpoints(server.endpoint())
			.credentials("app", SECRET)
			.channelCustomizer((channel) -> channel.intercept(new Logins()))
			.build();
	}

	private static EtcdClient root(EtcdServer server) {
		return EtcdClient.builder().endpoints(server.endpoint()).credentials("root", SECRET).build();
	}

	@Test
	void nothingIsLostWithWebTokens(EtcdBinary binary, @TempDir Path folder) throws Exception {
		// The seconds that a token lives.
		for (int seconds : List.of(2, 1, 4).subList(0, Math.min(3, FaultSettings.rounds(1, 3)))) {
			expectNothingToBeLost(binary, WebTokenKeys.argument(folder, seconds));
		}
	}

	@Test
	void nothingIsLostWithSimpleTokens(EtcdBinary binary) throws Exception {
		expectNothingToBeLost(binary, "--auth-token-ttl=1");
	}

	private void expectNothingToBeLost(EtcdBinary binary, String tokens) throws Exception {
		Duration phase = FaultSettings.time(3, 25);
		this.logins.set(0);
		long begin = System.nanoTime();
		try (EtcdServer server = start(binary, tokens);
				EtcdClient root = root(server);
				EverydayUse use = new EverydayUse(app(server))) {
			use.expectEverythingToWork();
			List<Integer> counts = new ArrayList<>(List.of(this.logins.get()));
			// Simple tokens expire when they are not used, the others in any case.
			for (long end = System.nanoTime() + phase.toNanos(); System.nanoTime() - end < 0;) {
				use.rest();
				pause(Duration.ofMillis(2500));
				use.work();
				pause(Duration.ofMillis(500));
				use.expectEverythingToWork();
			}
			counts.add(this.logins.get());
			int changes = 0;
			for (long end = System.nanoTime() + phase.toNanos(); System.nanoTime() - end < 0; changes += 2) {
				root.auth().addRole("another").sync();
				pause(Duration.ofMillis(100));
				root.auth().deleteRole("another").sync();
				pause(Duration.ofMillis(100));
			}
			use.expectEverythingToWork();
			counts.add(this.logins.get());
			int switches = FaultSettings.rounds(2, 15);
			for (int i = 0; i < switches; i++) {
				root.auth().disable().sync();
				pause(Duration.ofMillis(300));
				root.auth().enable().sync();
				pause(Duration.ofMillis(300));
				use.expectEverythingToWork();
			}
			counts.add(this.logins.get());
			int restarts = FaultSettings.rounds(1, 5);
			for (int i = 0; i < restarts; i++) {
				use.excuse();
				server.kill();
				server.start();
				root.kv().get("/any").sync();
				use.expectEverythingToWork();
				use.expectAnswers();
			}
			counts.add(this.logins.get());
			use.finish(root);
			long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
			FaultSettings.say(AuthFaultTests.class,
					tokens.substring(0, 16) + ": " + seconds + " s, " + use + ", " + changes + " changes, " + switches
							+ " switches, logins until the begin, after expiries, changes, switches, restarts: "
							+ counts);
			// One for each second that a token lives, and for each thing that happened.
			assertThat(this.logins.get()).isLessThanOrEqualTo((int) seconds + 2 * (changes + switches + restarts) + 10);
			assertThat(use.calls()).isGreaterThan(10 * this.logins.get());
		}
	}

	@Test
	void revokedPermissionEndsNewWatchesWithItsReasonAndLeavesNoStream(EtcdBinary binary) throws Exception {
		try (EtcdServer server = start(binary); EtcdClient root = root(server); EtcdClient app = app(server)) {
			Ends before = new Ends();
			Watch watch = app.watch(APP).open(before);
			watch.ready().join();
			root.auth().revokePermission("app", APP).sync();
			List<Ends> denied = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				denied.add(new Ends());
				app.watch(APP).maxRetries(-1).open(denied.get(i));
			}
			denied.forEach((each) -> assertThat(each.closed).succeedsWithin(Duration.ofSeconds(60))
				.satisfies((closed) -> assertThat(closed.cause()).isInstanceOf(PermissionDeniedException.class)));
			assertThat(this.logins).hasValueLessThanOrEqualTo(2);
			// What watches already goes on, on the only stream that is left.
			root.kv().put("/app/x", "").sync();
			await().atMost(Duration.ofSeconds(20)).until(() -> before.batches.get() == 1);
			awaitGauge(server, "etcd_debugging_mvcc_watch_stream_total", 1);
			awaitGauge(server, "etcd_debugging_mvcc_watcher_total", 1);
			root.auth().grantPermission("app", PermissionType.READ, APP).sync();
			Ends after = new Ends();
			assertThat(app.watch(APP).open(after).ready()).succeedsWithin(Duration.ofSeconds(20));
			assertThat(before.closed).isNotDone();
		}
	}

	private static void awaitGauge(EtcdServer server, String name, int expected) throws Exception {
		HttpClient http = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(URI.create(server.endpoint() + "/metrics")).build();
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(gauge(http, request, name)).as(name).isEqualTo(expected));
	}

	private static double gauge(HttpClient http, HttpRequest request, String name)
			throws IOException, InterruptedException {
		return http.send(request, HttpResponse.BodyHandlers.ofString())
			.body()
			.lines()
			.filter((line) -> line.startsWith(name + " "))
			.mapToDouble((line) -> Double.parseDouble(line.substring(name.length() + 1)))
			.findFirst()
			.orElseThrow();
	}

	private static void pause(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		await().atMost(time.plusSeconds(10))
			.pollInterval(Duration.ofMillis(20))
			.until(() -> System.nanoTime() - end > 0);
	}

	/** Counts how often a token is asked for. */
	private final class Logins implements ClientInterceptor {

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			if (method.getFullMethodName().equals(AuthGrpc.getAuthenticateMethod().getFullMethodName())) {
				AuthFaultTests.this.logins.incrementAndGet();
			}
			return next.newCall(method, options);
		}

	}

	/** Tells how a watch ended. */
	private static final class Ends implements WatchListener {

		private final AtomicInteger batches = new AtomicInteger();

		private final CompletableFuture<WatchClosed> closed = new CompletableFuture<>();

		@Override
		public void onBatch(WatchBatch batch) {
			this.batches.incrementAndGet();
		}

		@Override
		public void onClosed(WatchClosed closed) {
			this.closed.complete(closed);
		}

	}

}
