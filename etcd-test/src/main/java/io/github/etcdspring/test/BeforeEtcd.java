/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Skips a test on servers from a version on. Needs {@link WithEtcd} or
 * {@link ForEachEtcd} on the class.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EtcdVersionCondition.class)
public @interface BeforeEtcd {

	/**
	 * The version.
	 * @return the first version not to run the test on, such as {@code 3.5.0}
	 */
	String value();

	/**
	 * Why, for the report.
	 * @return what the other servers do, in a few words
	 */
	String reason();

}
