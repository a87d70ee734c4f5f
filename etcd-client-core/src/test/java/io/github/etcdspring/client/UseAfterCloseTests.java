/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.ClientUses.Use;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.SessionLostException;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.client.transport.Elapsed;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever is done with a closed client fails at once and says why.
 */
@Timeout(120)
class UseAfterCloseTests {

	private static final Duration AT_ONCE = Duration.ofMillis(500);

	private static final Pattern OF_A_CLIENT = Pattern.compile("etcd-\\d+-.*");

	private final ExecutorService callers = Executors.newCachedThreadPool();

	private final Set<Thread> threadsBefore = threads();

	@TempDir
	private Path folder;

	private ScriptedServer server;

	private EtcdClient client;

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
		this.client = EtcdClient.builder().endpoints(this.server.endpoint()).build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.server.close();
		this.callers.shutdownNow();
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> OF_A_CLIENT.matcher(thread.getName()).matches())
			.collect(Collectors.toSet());
	}

	private List<Use> uses() {
		return ClientUses.of(EtcdClient.class, this.client, this.server.endpoint(), this.folder);
	}

	@Test
	void usesOfAllServicesAreFound() {
		List<Use> uses = uses();
		assertThat(uses).hasSizeGreaterThan(120);
		assertThat(uses).extracting(Use::path)
			.contains("EtcdClient.kv().put(String, Bytes).sync()",
					"EtcdClient.kv().get(Bytes).stream(Consumer).async()", "EtcdClient.kv().get(Bytes).pages(int)",
					"EtcdClient.watch(KeyRange).open(WatchListener)", "EtcdClient.watch(KeyRange).iterate()",
					"EtcdClient.watch(KeyRange).publisher()", "EtcdClient.cache(KeyRange).open()",
					"EtcdClient.leases().keepAlive(long).open(KeepAliveListener)",
					"EtcdClient.session(Duration).async()", "EtcdClient.lockService().unlock(Bytes).sync()",
					"EtcdClient.electionService().resign(LeaderKey).sync()",
					"EtcdClient.electionService().observe(Bytes).open(LeaderListener)",
					"EtcdClient.cluster().sync().sync()", "EtcdClient.auth().login(String, String).async()",
					"EtcdClient.maintenance().snapshot(Path).sync()",
					"EtcdClient.maintenance().downgrade().cancel().sync()");
	}

	@Test
	void everyUseOfAClientThatWasNeverUsedFailsAtOnce() {
		this.client.close();
		assertAllFail(uses(), ClientClosedException.class);
		assertThat(this.server.connections()).isZero();
		assertNothingIsLeft();
	}

	@Test
	void everyUseOfAClientThatNeverGivesUpFailsAtOnce() {
		try (EtcdClient patient = EtcdClient.builder()
			.endpoints(this.server.endpoint())
			.maxRetries(-1)
			.credentials("root", "secret")
			.healthListener(Duration.ofSeconds(1), (healthy, endpoint) -> {
			})
			.build()) {
			patient.close();
			assertAllFail(ClientUses.of(EtcdClient.class, patient, this.server.endpoint(), this.folder),
					ClientClosedException.class);
		}
		assertThat(this.server.count(ScriptedServer.AUTHENTICATE)).isZero();
	}

	@Test
	void everyUseOfRequestsThatWereMadeBeforeFailsAtOnce() {
		List<Use> uses = uses();
		this.client.kv().put("k", "v").sync();
		this.client.watch(KeyRange.all()).open((batch) -> {
		});
		this.server.stream(ScriptedServer.WATCH, 1);
		int connections = this.server.connections();
		this.client.close();
		assertAllFail(uses, ClientClosedException.class);
		assertThat(this.server.count(ScriptedServer.PUT)).isOne();
		assertThat(this.server.connections()).isEqualTo(connections);
		assertNothingIsLeft();
	}

	@Test
	void everyUseOfASessionFailsAtOnce() {
		this.server.on(ScriptedServer.LEASE_GRANT,
				(exchange) -> exchange.reply(LeaseGrantResponse.newBuilder()
					.setID(exchange.request(LeaseGrantRequest.parser()).getID())
					.setTTL(60)
					.build()));
		this.server.onStream(ScriptedServer.KEEP_ALIVE,
				(stream) -> stream.reply(LeaseKeepAliveResponse.newBuilder()
					.setID(stream.request(1, LeaseKeepAliveRequest.parser()).getID())
					.setTTL(60)
					.build()));
		Session session = this.client.session(Duration.ofSeconds(60)).sync();
		this.client.close();
		List<Use> uses = ClientUses.of(Session.class, session, this.server.endpoint(), this.folder);
		assertThat(uses).extracting(Use::path)
			.contains("Session.lock(Bytes).acquire().sync()", "Session.lock(Bytes).tryAcquire().async()",
					"Session.election(Bytes).campaign(Bytes).sync()", "Session.election(Bytes).resume(long).sync()",
					"Session.election(Bytes).observe(LeaderListener)", "Session.register(Bytes, Bytes).sync()");
		assertAllFail(uses, ClientClosedException.class, SessionLostException.class);
		assertNothingIsLeft();
	}

	private void assertAllFail(List<Use> uses, Class<?>... types) {
		List<String> problems = new ArrayList<>();
		for (Use use : uses) {
			long begin = System.nanoTime();
			Throwable failure = failure(use);
			Duration time = Elapsed.since(begin);
			if (failure == null || !List.of(types).contains(failure.getClass())
					|| ((EtcdException) failure).outcome() != Outcome.NOT_APPLIED || time.compareTo(AT_ONCE) > 0) {
				problems.add(use + " after " + time.toMillis() + " ms: " + failure);
			}
		}
		assertThat(problems).isEmpty();
	}

	private @Nullable Throwable failure(Use use) {
		Future<CompletableFuture<?>> call = this.callers.submit(() -> use.action().run());
		try {
			call.get(5, TimeUnit.SECONDS).get(5, TimeUnit.SECONDS);
			return null;
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		catch (InterruptedException | TimeoutException ex) {
			call.cancel(true);
			return ex;
		}
	}

	private void assertNothingIsLeft() {
		assertThat(this.folder).isEmptyDirectory();
		// An executor has ended an instant before its last thread has.
		await().untilAsserted(() -> assertThat(threads()).isSubsetOf(this.threadsBefore));
	}

}
