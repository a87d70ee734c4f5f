/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;

import io.github.etcdspring.boot.test.autoconfigure.app.ExampleApplication;
import io.github.etcdspring.boot.test.autoconfigure.app.ExampleCustomizer;
import io.github.etcdspring.boot.test.autoconfigure.app.Greetings;
import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.Operation;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.spring.EtcdTemplate;
import io.github.etcdspring.spring.codec.JsonEtcdValueCodec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the classes below, which take part in no other run.
 */
class EtcdTestTests {

	private static final List<ApplicationContext> contexts = new CopyOnWriteArrayList<>();

	@BeforeEach
	void forget() {
		contexts.clear();
	}

	@Test
	void classesDoNotShareAServerThoughTheirConfigurationIsTheSame() {
		run(First.class, Second.class, Subclass.class).assertStatistics((stats) -> stats.started(3).succeeded(3));
		assertThat(contexts).hasSize(3).doesNotHaveDuplicates();
	}

	@Test
	void contextIsClosedAfterItsClass() {
		run(First.class).assertStatistics((stats) -> stats.succeeded(1));
		assertThat(contexts).singleElement().satisfies((context) -> assertThat(isActive(context)).isFalse());
	}

	@Test
	void methodsAndNestedClassesShareAServer() {
		run(Outer.class).assertStatistics((stats) -> stats.started(4).succeeded(4));
		assertThat(contexts).hasSize(4).allSatisfy((context) -> assertThat(context).isSameAs(contexts.get(0)));
	}

	@Test
	void nestedClassesOfAnOrdinaryOneHaveServersOfTheirOwn() {
		run(Ordinary.class).assertStatistics((stats) -> stats.started(2).succeeded(2));
		assertThat(contexts).hasSize(2).doesNotHaveDuplicates().noneMatch(EtcdTestTests::isActive);
	}

	@Test
	void nestedClassWithOtherPropertiesHasAServerThatIsClosedWithItsOwner() {
		run(OuterOfOther.class).assertStatistics((stats) -> stats.started(2).succeeded(2));
		assertThat(contexts).hasSize(2).doesNotHaveDuplicates().noneMatch(EtcdTestTests::isActive);
	}

	@Test
	void faultsAreResetAfterEachMethod() {
		run(LeavesAFault.class).assertStatistics((stats) -> stats.started(2).succeeded(2));
	}

	@Test
	void sliceHasWhatBelongsToEtcdAndNothingElse() {
		run(Slice.class).assertStatistics((stats) -> stats.started(1).succeeded(1));
	}

	@Test
	void filtersChangeTheSlice() {
		run(Filtered.class).assertStatistics((stats) -> stats.started(1).succeeded(1));
	}

	@Test
	void propertiesDescribeTheServer() {
		run(WithProperties.class).assertStatistics((stats) -> stats.started(1).succeeded(1));
	}

	@Test
	void wholeApplicationHasTheServerInPlaceOfItsEndpoints() {
		run(WholeApplication.class, OtherWholeApplication.class)
			.assertStatistics((stats) -> stats.started(2).succeeded(2));
		assertThat(contexts).hasSize(2).doesNotHaveDuplicates();
	}

	@Test
	void testCanGoBackToTheEndpoints() {
		run(RealEtcd.class).assertStatistics((stats) -> stats.started(1).succeeded(1));
	}

	@Test
	void otherTestsShareTheirContextsAsEver() {
		run(Plain.class, OtherPlain.class).assertStatistics((stats) -> stats.started(2).succeeded(2));
		assertThat(contexts).hasSize(2).allSatisfy((context) -> assertThat(context).isSameAs(contexts.get(0)));
		assertThat(isActive(contexts.get(0))).isTrue();
	}

	private static boolean isActive(ApplicationContext context) {
		return ((ConfigurableApplicationContext) context).isActive();
	}

	private static Events run(Class<?>... types) {
		EngineTestKit.Builder builder = EngineTestKit.engine("junit-jupiter");
		for (Class<?> type : types) {
			builder.selectors(DiscoverySelectors.selectClass(type));
		}
		return builder.execute().testEvents();
	}

	private static void isFirst(ApplicationContext context, EtcdTemplate template) {
		assertThat(template.putIfAbsent("key", "value")).isTrue();
		contexts.add(context);
	}

	@EtcdTest
	@ContextConfiguration(classes = ExampleApplication.class)
	static class First {

		@Test
		void writes(@Autowired ApplicationContext context, @Autowired EtcdTemplate template) {
			isFirst(context, template);
		}

	}

	@EtcdTest
	@ContextConfiguration(classes = ExampleApplication.class)
	static class Second {

		@Test
		void writes(@Autowired ApplicationContext context, @Autowired EtcdTemplate template) {
			isFirst(context, template);
		}

	}

	static class Subclass extends Second {

	}

	@EtcdTest
	@ContextConfiguration(classes = ExampleApplication.class)
	static class Outer {

		@Autowired
		private ApplicationContext context;

		@Autowired
		private EtcdTemplate template;

		@Test
		void writes() {
			contexts.add(this.context);
			this.template.put("outer", "value");
		}

		@Test
		void writesToo() {
			contexts.add(this.context);
		}

		@Nested
		class Inner {

			@Test
			void reads(@Autowired ApplicationContext inner) {
				contexts.add(inner);
				assertThat(Outer.this.template.get("outer", String.class)).isPresent();
			}

		}

		@Nested
		class OtherInner {

			@Test
			void readsToo(@Autowired ApplicationContext inner) {
				contexts.add(inner);
				assertThat(Outer.this.template.get("outer", String.class)).isPresent();
			}

		}

	}

	static class Ordinary {

		@Nested
		@EtcdTest
		@ContextConfiguration(classes = ExampleApplication.class)
		class Inner {

			@Test
			void writes(@Autowired ApplicationContext context, @Autowired EtcdTemplate template) {
				isFirst(context, template);
			}

		}

		@Nested
		@EtcdTest
		@ContextConfiguration(classes = ExampleApplication.class)
		class OtherInner {

			@Test
			void writes(@Autowired ApplicationContext context, @Autowired EtcdTemplate template) {
				isFirst(context, template);
			}

		}

	}

	@EtcdTest
	@ContextConfiguration(classes = ExampleApplication.class)
	static class OuterOfOther {

		@Test
		void writes(@Autowired ApplicationContext context, @Autowired EtcdTemplate template) {
			isFirst(context, template);
		}

		@Nested
		@TestPropertySource(properties = "etcd.embedded.max-txn-ops=64")
		class Inner {

			@Test
			void writes(@Autowired ApplicationContext context, @Autowired EtcdTemplate template) {
				isFirst(context, template);
			}

		}

	}

	@EtcdTest
	@ContextConfiguration(classes = ExampleApplication.class)
	@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
	static class LeavesAFault {

		@Test
		@Order(1)
		void leaves(@Autowired Faults faults) {
			faults.next(Operation.PUT).refuse();
			assertThat(faults.pending()).isEqualTo(1);
		}

		@Test
		@Order(2)
		void findsNone(@Autowired Faults faults) {
			assertThat(faults.pending()).isZero();
		}

	}

	@EtcdTest
	@ContextConfiguration(classes = ExampleApplication.class)
	static class Slice {

		@Test
		void beans(@Autowired ApplicationContext context) {
			assertThat(context.getBeansOfType(EmbeddedEtcd.class)).hasSize(1);
			assertThat(context.getBeansOfType(EtcdClock.class)).hasSize(1);
			assertThat(context.getBeansOfType(EtcdClient.class)).hasSize(1);
			assertThat(context.getBeansOfType(JsonEtcdValueCodec.class)).hasSize(1);
			assertThat(context.getBeansOfType(ExampleCustomizer.class)).hasSize(1);
			assertThat(context.getBeansOfType(Greetings.class)).isEmpty();
			assertThat(context.containsBean("applicationTaskExecutor")).isFalse();
		}

	}

	@EtcdTest(includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Greetings.class),
			excludeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE,
					classes = ExampleCustomizer.class))
	@ContextConfiguration(classes = ExampleApplication.class)
	static class Filtered {

		@Test
		void beans(@Autowired ApplicationContext context, @Autowired Greetings greetings) {
			assertThat(greetings.greet()).isEqualTo("hello");
			assertThat(context.getBeansOfType(ExampleCustomizer.class)).isEmpty();
		}

	}

	@EtcdTest(properties = { "etcd.embedded.clock=manual", "etcd.endpoints=http://there:1" })
	@ContextConfiguration(classes = ExampleApplication.class)
	static class WithProperties {

		@Test
		void clockStandsStill(@Autowired EtcdClock clock, @Autowired EtcdTemplate template) {
			template.put("key", "value");
			assertThat(clock.nanoTime()).isZero();
		}

	}

	@SpringBootTest(classes = ExampleApplication.class, properties = "etcd.endpoints=http://there:1")
	@AutoConfigureTestEtcd
	static class WholeApplication {

		@Test
		void greets(@Autowired ApplicationContext context, @Autowired Greetings greetings,
				@Autowired EtcdTemplate template) {
			assertThat(context.containsBean("applicationTaskExecutor")).isTrue();
			assertThat(greetings.greet()).isEqualTo("hello");
			isFirst(context, template);
		}

	}

	@SpringBootTest(classes = ExampleApplication.class, properties = "etcd.endpoints=http://there:1")
	@AutoConfigureTestEtcd
	static class OtherWholeApplication {

		@Test
		void greets(@Autowired ApplicationContext context, @Autowired EtcdTemplate template) {
			isFirst(context, template);
		}

	}

	@EtcdTest(properties = { "etcd.embedded.enabled=false", "etcd.endpoints=http://there:1" })
	@ContextConfiguration(classes = ExampleApplication.class)
	static class RealEtcd {

		@Test
		void usesTheEndpoints(@Autowired ApplicationContext context, @Autowired EtcdClient client) {
			assertThat(client.endpoints()).containsExactly("http://there:1");
			assertThat(context.getBeansOfType(EmbeddedEtcd.class)).isEmpty();
		}

	}

	@SpringBootTest(classes = ExampleApplication.class)
	static class Plain {

		@Test
		void embeddedServerIsThere(@Autowired ApplicationContext context, @Autowired EmbeddedEtcd etcd) {
			assertThat(etcd.port()).isPositive();
			contexts.add(context);
		}

	}

	@SpringBootTest(classes = ExampleApplication.class)
	static class OtherPlain {

		@Test
		void embeddedServerIsTheSame(@Autowired ApplicationContext context, @Autowired EmbeddedEtcd etcd) {
			assertThat(etcd.port()).isPositive();
			contexts.add(context);
		}

	}

}
