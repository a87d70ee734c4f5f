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

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Imports the auto-configurations of etcd into a test: client, template and embedded
 * server. Most tests want {@link EtcdTest @EtcdTest}, which has it; this one is for
 * combinations with other slices, together with
 * {@link AutoConfigureTestEtcd @AutoConfigureTestEtcd}: without that, classes with the
 * same configuration share a server, and {@code etcd.endpoints} replace it.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureEtcd {

}
