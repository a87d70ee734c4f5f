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

/**
 * Marks a {@code String} parameter that takes a key prefix which no other test has, such
 * as {@code /KvTests/putReturnsTheRevision-7/}. All parameters of one test method, and of
 * the life cycle methods around it, have the same.
 *
 * @since 0.1.0
 * @see WithEtcd
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface TestPrefix {

}
