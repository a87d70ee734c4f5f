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

/**
 * Gives a test class a new and empty embedded etcd, whatever {@code etcd.endpoints} says.
 * It is for tests of whole applications; {@link EtcdTest @EtcdTest} has it already, and
 * other slices need {@link AutoConfigureEtcd @AutoConfigureEtcd} beside it:
 *
 * <pre class="code">
 * &#64;SpringBootTest
 * &#64;AutoConfigureTestEtcd
 * class OrderApplicationTests {
 *
 *     &#64;Autowired
 *     private EtcdClock clock;
 *
 * }
 * </pre>
 *
 * The beans {@code EmbeddedEtcd}, {@code EtcdClock} and {@code Faults} belong to that
 * server. Its faults are reset after each test method; its content and its time are not.
 * The properties {@code etcd.embedded} describe it, and {@code etcd.embedded.enabled} set
 * to {@code false} makes the test use {@code etcd.endpoints} again. If there is an
 * {@code EtcdConnectionDetails} bean, of a container for example, that decides where etcd
 * is.
 * <p>
 * <b>Context caching</b>: Spring's test support uses an application context again for
 * other classes with the same configuration. So that they share no content, the test
 * class is part of that configuration here: each class has a context of its own, which is
 * closed after the class, as no other can use it. Classes that are {@code @Nested} in one
 * with this annotation, and change nothing of the configuration that they inherit, use
 * its context and server.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface AutoConfigureTestEtcd {

}
