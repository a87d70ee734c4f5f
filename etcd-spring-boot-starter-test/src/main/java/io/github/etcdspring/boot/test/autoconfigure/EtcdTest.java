/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.Environment;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Tests what uses etcd, and only that: {@code EtcdTemplate} and {@code EtcdClient} on a
 * new and empty embedded etcd for the test class. All other auto-configuration is
 * switched off, and of the application's components only those are found that belong to
 * etcd: {@code EtcdValueCodec}, {@code EtcdClientBuilderCustomizer},
 * {@code EtcdChannelCustomizer}, {@code EtcdHealthListener} and {@code CallObserver}
 * beans. Others are {@linkplain #includeFilters() included} or imported:
 *
 * <pre class="code">
 * &#64;EtcdTest
 * &#64;Import(Greetings.class)
 * class GreetingsTests {
 *
 *     &#64;Test
 *     void greetingExpires(@Autowired Greetings greetings, @Autowired EtcdClock clock) {
 *         greetings.say("hello", Duration.ofMinutes(1));
 *         clock.advance(Duration.ofMinutes(2));
 *         assertThat(greetings.current()).isEmpty();
 *     }
 *
 * }
 * </pre>
 *
 * The beans {@code EmbeddedEtcd}, {@code EtcdClock} and {@code Faults} belong to the
 * server. {@link AutoConfigureTestEtcd} says which classes share one, when its faults are
 * reset, how it goes with context caching, and how to test a whole application.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(EtcdTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(EtcdTypeExcludeFilter.class)
@AutoConfigureEtcd
@AutoConfigureTestEtcd
@ImportAutoConfiguration
public @interface EtcdTest {

	/**
	 * Properties in form {@literal key=value} that should be added to the Spring
	 * {@link Environment} before the test runs.
	 * @return the properties to add
	 */
	String[] properties() default {};

	/**
	 * Determines if default filtering should be used with {@code @SpringBootApplication}.
	 * By default only what belongs to etcd is included.
	 * @return if default filters should be used
	 * @see #includeFilters()
	 * @see #excludeFilters()
	 */
	boolean useDefaultFilters() default true;

	/**
	 * A set of include filters which can be used to add otherwise filtered beans to the
	 * application context.
	 * @return include filters to apply
	 */
	Filter[] includeFilters() default {};

	/**
	 * A set of exclude filters which can be used to filter beans that would otherwise be
	 * added to the application context.
	 * @return exclude filters to apply
	 */
	Filter[] excludeFilters() default {};

	/**
	 * Auto-configuration exclusions that should be applied for this test.
	 * @return auto-configuration exclusions to apply
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}
