/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the tests of a class with an embedded etcd: a new and empty server for the class,
 * which ends with it. No etcd needs to be installed.
 * <p>
 * Constructors, test methods and life cycle methods may have these parameters:
 * <ul>
 * <li>{@code EmbeddedEtcd}: the server, which the extension closes</li>
 * <li>{@code EtcdClock}: the clock that its leases live by</li>
 * <li>{@code Faults}: what makes it misbehave;
 * {@linkplain io.github.etcdspring.embedded.Faults#reset() reset} after each test method
 * and its {@code @AfterEach} methods</li>
 * <li>{@code EtcdClient}: a client of the server, a new one for each test method, closed
 * after it</li>
 * <li>{@link io.github.etcdspring.test.TestPrefix TestPrefix} {@code String}: a key
 * prefix of the test method's own</li>
 * </ul>
 * Classes that are {@code @Nested} in an annotated one use its server, and subclasses
 * have one each. Test methods of one class that advance the clock or use faults must not
 * run at the same time, unless each has a server of its own.
 *
 * @since 0.1.0
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EmbeddedEtcdExtension.class)
public @interface WithEmbeddedEtcd {

	/**
	 * Whether each test method has a new and empty server, instead of one for all of the
	 * class. {@code @BeforeAll} and {@code @AfterAll} methods get none then, and the
	 * constructor of a class with {@code Lifecycle.PER_CLASS} neither.
	 * @return {@code true} for a server per test method
	 */
	boolean perMethod() default false;

	/**
	 * Whether the clock of the server stands still until the test advances it, instead of
	 * following real time as well. No lease expires then because a test is slow or is
	 * debugged.
	 * @return {@code true} for a clock that stands still
	 */
	boolean manualClock() default false;

}
