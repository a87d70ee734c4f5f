/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventConditions;
import org.junit.platform.testkit.engine.TestExecutionResultConditions;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.ClientClosedException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Runs the classes below, which take part in no other run.
 */
@WithEtcd
class EtcdExtensionTests {

	private static final List<Object> seen = new CopyOnWriteArrayList<>();

	@BeforeEach
	void forget() {
		seen.clear();
	}

	@Test
	void newestIsUsed() {
		run(OneServer.class).testEvents().assertStatistics((stats) -> stats.started(2).succeeded(2));
		assertThat(seen).hasSize(2).allSatisfy((server) -> assertThat(server).isSameAs(seen.get(0)));
		assertThat(((EtcdServer) seen.get(0)).version()).isEqualTo(EtcdBinaries.newest().version());
	}

	@Test
	void classesShareTheServerOfAVersion() {
		run(OneServer.class, SameServer.class).testEvents().assertStatistics((stats) -> stats.succeeded(3));
		assertThat(seen).hasSize(3).allSatisfy((server) -> assertThat(server).isSameAs(seen.get(0)));
	}

	@Test
	void serverIsClosedInTheEnd() {
		run(OneServer.class, IsolatedServer.class);
		assertThat(seen).isNotEmpty()
			.allSatisfy((server) -> assertThat(((EtcdServer) server).directory()).doesNotExist());
	}

	@Test
	void isolatedServerIsNotShared() {
		run(OneServer.class, IsolatedServer.class).testEvents().assertStatistics((stats) -> stats.succeeded(5));
		assertThat(seen).doesNotContainNull();
		assertThat(seen.stream().distinct()).hasSize(2);
		assertThat(seen.subList(2, 5)).allSatisfy((server) -> assertThat(server).isSameAs(seen.get(2)));
	}

	@Test
	void stoppedSharedServerIsReported() {
		run(StopsTheSharedServer.class).testEvents()
			.failed()
			.assertEventsMatchExactly(EventConditions
				.event(EventConditions.test("second"), EventConditions.finishedWithFailure(
						TestExecutionResultConditions.message((text) -> text.contains("@WithEtcd(isolated = true)")))));
	}

	@Test
	void clientIsNewForEachMethodAndTheSameWithinIt() {
		run(Clients.class).testEvents().assertStatistics((stats) -> stats.started(2).succeeded(2));
		assertThat(seen).hasSize(2).doesNotHaveDuplicates();
	}

	@Test
	void clientIsClosedAfterTheMethod() {
		run(Clients.class);
		assertThat(seen).isNotEmpty()
			.allSatisfy((client) -> assertThatExceptionOfType(ClientClosedException.class)
				.isThrownBy(() -> ((EtcdClient) client).kv().get("key").sync()));
	}

	@Test
	void prefixIsNewForEachMethodAndTheSameWithinIt() {
		run(Prefixes.class).testEvents().assertStatistics((stats) -> stats.started(3).succeeded(3));
		assertThat(seen).hasSize(3).doesNotHaveDuplicates();
		assertThat(seen.get(0)).asString().matches("/Prefixes/first-\\d+/");
		assertThat(seen.get(1)).asString().matches("/Prefixes/repeated-\\d+/");
	}

	@Test
	void classRunsOncePerEtcd() {
		EngineExecutionResults results = run(EachServer.class);
		List<EtcdVersion> versions = EtcdBinaries.all().stream().map(EtcdBinary::version).toList();
		assertThat(results.containerEvents().started().map((event) -> event.getTestDescriptor().getDisplayName()))
			.containsSubsequence(versions.stream().map((version) -> "etcd " + version).toList());
		assertThat(seen).isEqualTo(versions);
		results.testEvents().assertStatistics((stats) -> stats.succeeded(versions.size()));
	}

	@Test
	void subclassRunsOncePerEtcd() {
		run(InheritsEachServer.class).testEvents()
			.assertStatistics((stats) -> stats.succeeded(EtcdBinaries.all().size()));
	}

	@Test
	void isolatedServersOfOneClassAreNotShared() {
		run(EachIsolatedServer.class).testEvents()
			.assertStatistics((stats) -> stats.succeeded(2L * EtcdBinaries.all().size()));
		assertThat(seen.stream().distinct()).hasSize(EtcdBinaries.all().size());
	}

	@Test
	void lastRunIsOnTheEmbeddedEtcd() {
		EngineExecutionResults results = run(EachClient.class);
		assertThat(results.containerEvents().started().map((event) -> event.getTestDescriptor().getDisplayName()))
			.endsWith("embedded");
		assertThat(results.containerEvents().started().map((event) -> event.getTestDescriptor().getDisplayName()))
			.filteredOn("embedded"::equals)
			.hasSize(1);
		results.testEvents().assertStatistics((stats) -> stats.succeeded(2L * (EtcdBinaries.all().size() + 1)));
	}

	@Test
	void testThatNeedsAProcessIsSkippedOnTheEmbeddedEtcd() {
		run(EachServer.class).testEvents()
			.skipped()
			.assertEventsMatchExactly(EventConditions.event(EventConditions.test("test"),
					EventConditions.skippedWithReason("the embedded etcd has no process and no program")));
	}

	@Test
	void classThatNeedsAProcessDoesNotRunOnTheEmbeddedEtcd() {
		run(EachProcess.class).testEvents()
			.assertStatistics((
					stats) -> stats.started(EtcdBinaries.all().size()).succeeded(EtcdBinaries.all().size()).skipped(0));
	}

	@Test
	void isolatedEmbeddedEtcdIsNotShared() {
		run(EachClient.class, EachIsolatedClient.class);
		List<Object> endpoints = seen.stream().distinct().toList();
		assertThat(endpoints).hasSize(2 * (EtcdBinaries.all().size() + 1));
	}

	@Test
	void embeddedEtcdCountsAsTheVersionThatItTells() {
		run(EachGated.class).testEvents()
			.assertStatistics((stats) -> stats.succeeded(
					EtcdBinaries.all().stream().filter((binary) -> binary.version().isAtLeast("3.5.0")).count() + 1));
	}

	@Test
	void serverBeforeTheFirstRunIsRefused() {
		run(AsksTooEarly.class).containerEvents()
			.failed()
			.assertEventsMatchExactly(EventConditions.event(EventConditions.container(AsksTooEarly.class),
					EventConditions.finishedWithFailure(
							TestExecutionResultConditions.message((text) -> text.contains("not in @BeforeAll")))));
	}

	@Test
	void versionGateSaysVersionAndReason() {
		EngineExecutionResults results = run(Gated.class);
		String version = EtcdBinaries.newest().version().toString();
		results.testEvents()
			.skipped()
			.assertEventsMatchLoosely(
					EventConditions.event(EventConditions.test("future"),
							EventConditions
								.skippedWithReason("etcd " + version + " is older than 99.0.0 ==> not yet written")),
					EventConditions.event(EventConditions.test("past"), EventConditions
						.skippedWithReason("etcd " + version + " is not older than 3.0.0 ==> long gone")));
		results.testEvents().assertStatistics((stats) -> stats.skipped(2).succeeded(2));
	}

	private static EngineExecutionResults run(Class<?>... classes) {
		return EngineTestKit.engine("junit-jupiter")
			.selectors(List.of(classes).stream().map(DiscoverySelectors::selectClass).toArray(DiscoverySelector[]::new))
			.execute();
	}

	@WithEtcd
	static class OneServer {

		@Test
		void first(EtcdServer server) {
			seen.add(server);
		}

		@Test
		void second(EtcdServer server) {
			seen.add(server);
		}

	}

	@WithEtcd
	static class SameServer {

		@Test
		void test(EtcdServer server) {
			seen.add(server);
		}

	}

	@WithEtcd
	@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
	static class StopsTheSharedServer {

		@Test
		@Order(1)
		void first(EtcdServer server) {
			server.kill();
		}

		@Test
		@Order(2)
		void second() {
		}

	}

	@WithEtcd(isolated = true)
	@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
	static class IsolatedServer {

		@Test
		@Order(1)
		void freeze(EtcdServer server) {
			seen.add(server);
			server.freeze();
		}

		@Test
		@Order(2)
		void useAndKill(EtcdServer server) {
			seen.add(server);
			Gateway.put(server, "key", "value");
			server.kill();
		}

		@Nested
		class Inner {

			@Test
			void use(EtcdServer server) {
				seen.add(server);
				assertThat(Gateway.has(server, "key", "value")).isTrue();
			}

		}

	}

	@WithEtcd
	static class Clients {

		private final EtcdClient client;

		Clients(EtcdClient client) {
			this.client = client;
		}

		@BeforeEach
		void prepare(EtcdClient client) {
			assertThat(client).isSameAs(this.client);
		}

		@Test
		void first(EtcdClient client, EtcdServer server, @TestPrefix String prefix) {
			assertThat(client).isSameAs(this.client);
			client.kv().put(prefix + "key", "value").sync();
			assertThat(Gateway.has(server, prefix + "key", "value")).isTrue();
			seen.add(client);
		}

		@Test
		void second() {
			seen.add(this.client);
		}

	}

	@WithEtcd
	@TestMethodOrder(MethodOrderer.MethodName.class)
	static class Prefixes {

		private String before = "";

		@BeforeEach
		void prepare(@TestPrefix String prefix) {
			this.before = prefix;
		}

		@Test
		void first(@TestPrefix String prefix) {
			assertThat(prefix).isEqualTo(this.before);
			seen.add(prefix);
		}

		@RepeatedTest(2)
		void repeated(@TestPrefix String prefix) {
			assertThat(prefix).isEqualTo(this.before);
			seen.add(prefix);
		}

	}

	@ForEachEtcd
	static class EachServer {

		@Test
		void test(EtcdServer server, EtcdBinary binary) {
			assertThat(server.version()).isEqualTo(binary.version());
			seen.add(server.version());
		}

	}

	static class InheritsEachServer extends EachServer {

	}

	@ForEachEtcd
	@WithEtcd(isolated = true)
	static class EachIsolatedServer {

		@Test
		void first(EtcdServer server) {
			seen.add(server);
		}

		@Test
		void second(EtcdServer server) {
			seen.add(server);
		}

	}

	@ForEachEtcd
	static class EachClient {

		@Test
		void first(EtcdClient client, @TestPrefix String prefix) {
			client.kv().put(prefix + "key", "value").sync();
			seen.add(client.endpoints());
		}

		@Test
		void second(EtcdClient client) {
			seen.add(client.endpoints());
		}

	}

	@ForEachEtcd
	@WithEtcd(isolated = true)
	static class EachIsolatedClient {

		@Test
		void first(EtcdClient client) {
			seen.add(client.endpoints());
		}

		@Test
		void second(EtcdClient client) {
			seen.add(client.endpoints());
		}

	}

	@ForEachEtcd(embedded = false)
	static class EachProcess {

		private final EtcdServer server;

		EachProcess(EtcdServer server) {
			this.server = server;
		}

		@Test
		void test() {
			assertThat(this.server.isRunning()).isTrue();
		}

	}

	@ForEachEtcd
	static class EachGated {

		@Test
		@SinceEtcd(value = "3.5.0", reason = "not there before")
		void since(EtcdClient client) {
			assertThat(EtcdVersion.parse(client.maintenance().status(client.endpoints().get(0)).sync().version())
				.isAtLeast("3.5.0")).isTrue();
		}

		@Test
		@SinceEtcd(value = "3.6.0", reason = "not there before")
		@BeforeEtcd(value = "3.6.0", reason = "never true")
		void never() {
		}

	}

	@ForEachEtcd
	static class AsksTooEarly {

		@BeforeAll
		static void prepare(EtcdServer server) {
			seen.add(server);
		}

		@Test
		void test() {
		}

	}

	@WithEtcd
	static class Gated {

		@Test
		@SinceEtcd(value = "99.0.0", reason = "not yet written")
		void future() {
		}

		@Test
		@BeforeEtcd(value = "3.0.0", reason = "long gone")
		void past() {
		}

		@Test
		@SinceEtcd(value = "3.0.0", reason = "there by now")
		@BeforeEtcd(value = "99.0.0", reason = "not yet gone")
		void present() {
		}

		@Test
		void ungated() {
		}

	}

}
