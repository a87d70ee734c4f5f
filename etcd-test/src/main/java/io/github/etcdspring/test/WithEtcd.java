/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the tests of a class with a real etcd server: the newest of {@link EtcdBinaries},
 * or each with {@link ForEachEtcd}. Without any etcd the class is skipped (one with
 * {@link ForEachEtcd} still runs on an embedded one), or fails if the system property
 * {@code etcd.required} is {@code true}.
 * <p>
 * Constructors, test methods and life cycle methods may have these parameters:
 * <ul>
 * <li>{@link EtcdServer}: the server, which the extension closes</li>
 * <li>{@link EtcdBinary}: the program, for tests that start servers themselves</li>
 * <li>{@code EtcdClient}: a client of that server, a new one for each test method, closed
 * after it</li>
 * <li>{@link TestPrefix} {@code String}: a key prefix of the test method's own</li>
 * </ul>
 * One server per version serves all classes of the JVM. Tests that stop, freeze or fill
 * it, or that depend on keys outside their prefix, need one of their own.
 *
 * @since 0.1.0
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EtcdExtension.class)
public @interface WithEtcd {

	/**
	 * Whether the class has a server of its own. It may do to it what it wants: before
	 * each test method the server is thawed and started if need be, with its data.
	 * @return {@code true} for a server that no other class uses
	 */
	boolean isolated() default false;

}
