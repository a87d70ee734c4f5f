/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventConditions;
import org.junit.platform.testkit.engine.TestExecutionResultConditions;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.Operation;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.test.TestPrefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Runs the classes below, which take part in no other run.
 */
class EmbeddedEtcdExtensionTests {

	private static final List<Object> seen = new CopyOnWriteArrayList<>();

	@BeforeEach
	void forget() {
		seen.clear();
	}

	@Test
	void methodsOfAClassShareItsServer() {
		run(OneServer.class).testEvents().assertStatistics((stats) -> stats.started(3).succeeded(3));
		assertThat(seen).hasSize(3).allSatisfy((server) -> assertThat(server).isSameAs(seen.get(0)));
	}

	@Test
	void classesDoNotShareAServer() {
		run(OneServer.class, OtherServer.class, Subclass.class).testEvents()
			.assertStatistics((stats) -> stats.succeeded(6));
		assertThat(seen.stream().distinct()).hasSize(3);
	}

	@Test
	void methodsHaveAServerEachIfTheClassSaysSo() {
		run(ServerPerMethod.class).testEvents().assertStatistics((stats) -> stats.started(2).succeeded(2));
		assertThat(seen).hasSize(2).doesNotHaveDuplicates();
	}

	@Test
	void serversAndClientsAreClosedInTheEnd() {
		run(Closed.class).testEvents().assertStatistics((stats) -> stats.succeeded(1));
		int port = (Integer) seen.get(0);
		assertThatCode(() -> EmbeddedEtcd.builder().port(port).start().close()).as("the port is free again")
			.doesNotThrowAnyException();
		assertThatExceptionOfType(ClientClosedException.class)
			.isThrownBy(() -> ((EtcdClient) seen.get(1)).kv().get("key").sync());
	}

	@Test
	void prefixesAreNewForEachMethod() {
		run(Prefixes.class).testEvents().assertStatistics((stats) -> stats.succeeded(2));
		assertThat(seen).hasSize(2).doesNotHaveDuplicates();
		assertThat(seen.get(0)).asString().matches("/Prefixes/first-\\d+/");
	}

	@Test
	void faultsAreResetAfterEachMethod() {
		run(LeavesAFault.class).testEvents().assertStatistics((stats) -> stats.succeeded(2));
		assertThat(seen).containsExactly(1, 0);
	}

	@Test
	void manualClockStandsStill() {
		run(ManualClock.class).testEvents().assertStatistics((stats) -> stats.succeeded(1));
		assertThat(seen).containsExactly(0L);
	}

	@Test
	void serverOfAMethodIsRefusedToTheClass() {
		assertRefused(AsksTooEarly.class, "ask for it in @BeforeEach");
	}

	@Test
	void extensionWithoutTheAnnotationSaysWhatIsMissing() {
		run(NoAnnotation.class).testEvents()
			.failed()
			.assertEventsMatchExactly(EventConditions.event(EventConditions.test("test"),
					EventConditions.finishedWithFailure(TestExecutionResultConditions
						.message((text) -> text.contains("annotate the class with @WithEmbeddedEtcd")))));
	}

	private static void assertRefused(Class<?> type, String message) {
		run(type).containerEvents()
			.failed()
			.assertEventsMatchExactly(EventConditions.event(EventConditions.container(type), EventConditions
				.finishedWithFailure(TestExecutionResultConditions.message((text) -> text.contains(message)))));
	}

	private static EngineExecutionResults run(Class<?>... types) {
		EngineTestKit.Builder builder = EngineTestKit.engine("junit-jupiter")
			.configurationParameter("junit.jupiter.testclass.order.default",
					"org.junit.jupiter.api.ClassOrderer$ClassName");
		for (Class<?> type : types) {
			DiscoverySelector selector = DiscoverySelectors.selectClass(type);
			builder.selectors(selector);
		}
		return builder.execute();
	}

	@WithEmbeddedEtcd
	static class OneServer {

		@BeforeAll
		static void begin(EmbeddedEtcd etcd, EtcdClient client) {
			client.kv().put("class", etcd.endpoint()).sync();
		}

		@Test
		void first(EmbeddedEtcd etcd, EtcdClock clock, Faults faults, EtcdClient client) {
			seen.add(etcd);
			assertThat(clock).isSameAs(etcd.clock());
			assertThat(faults).isSameAs(etcd.faults());
			assertThat(client.kv().get("class").sync().first().orElseThrow().value().asUtf8())
				.isEqualTo(etcd.endpoint());
		}

		@Test
		void second(EmbeddedEtcd etcd) {
			seen.add(etcd);
		}

		@Nested
		class Inner {

			@Test
			void third(EmbeddedEtcd etcd) {
				seen.add(etcd);
			}

		}

	}

	@WithEmbeddedEtcd
	static class OtherServer {

		private final EmbeddedEtcd etcd;

		OtherServer(EmbeddedEtcd etcd) {
			this.etcd = etcd;
		}

		@Test
		void constructorHasTheServer(EmbeddedEtcd etcd) {
			assertThat(etcd).isSameAs(this.etcd);
			seen.add(etcd);
		}

	}

	@WithEmbeddedEtcd(perMethod = true)
	static class ServerPerMethod {

		private final EmbeddedEtcd etcd;

		ServerPerMethod(EmbeddedEtcd etcd) {
			this.etcd = etcd;
		}

		@Test
		void first(EmbeddedEtcd etcd, EtcdClient client) {
			look(etcd, client);
		}

		@Test
		void second(EmbeddedEtcd etcd, EtcdClient client) {
			look(etcd, client);
		}

		private void look(EmbeddedEtcd etcd, EtcdClient client) {
			assertThat(etcd).isSameAs(this.etcd);
			assertThat(client.kv().put("key", "value").sync().revision()).isEqualTo(2);
			seen.add(etcd);
		}

	}

	static class Subclass extends OtherServer {

		Subclass(EmbeddedEtcd etcd) {
			super(etcd);
		}

		@Test
		void another(EmbeddedEtcd etcd) {
			seen.add(etcd);
		}

	}

	@WithEmbeddedEtcd
	static class Closed {

		@Test
		void test(EmbeddedEtcd etcd, EtcdClient client) {
			seen.add(etcd.port());
			seen.add(client);
			client.kv().get("key").sync();
		}

	}

	@WithEmbeddedEtcd
	@TestMethodOrder(MethodOrderer.MethodName.class)
	static class Prefixes {

		private final String prefix;

		Prefixes(@TestPrefix String prefix) {
			this.prefix = prefix;
		}

		@Test
		void first(@TestPrefix String prefix) {
			assertThat(prefix).isEqualTo(this.prefix);
			seen.add(prefix);
		}

		@Test
		void second(@TestPrefix String prefix) {
			seen.add(prefix);
		}

	}

	@WithEmbeddedEtcd
	@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
	static class LeavesAFault {

		@Test
		@Order(1)
		void leaves(Faults faults) {
			faults.next(Operation.PUT).refuse();
			seen.add(faults.pending());
		}

		@Test
		@Order(2)
		void findsNone(Faults faults) {
			seen.add(faults.pending());
		}

	}

	@WithEmbeddedEtcd(manualClock = true)
	static class ManualClock {

		@Test
		void test(EtcdClock clock, EtcdClient client) {
			client.kv().put("key", "value").sync();
			seen.add(clock.nanoTime());
		}

	}

	@WithEmbeddedEtcd(perMethod = true)
	static class AsksTooEarly {

		@BeforeAll
		static void begin(EmbeddedEtcd etcd) {
			seen.add(etcd);
		}

		@Test
		void test() {
			assertThat(seen).isEmpty();
		}

	}

	@ExtendWith(EmbeddedEtcdExtension.class)
	static class NoAnnotation {

		@Test
		void test() {
			assertThat(seen).isEmpty();
		}

	}

}
