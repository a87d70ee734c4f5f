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

import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a whole test class once for each etcd of {@link EtcdBinaries}, the oldest first,
 * as {@link WithEtcd} does for one, and then once more on an embedded etcd, also where
 * there is no other. {@code @WithEtcd(isolated = true)} beside it gives each run a server
 * of its own. Subclasses of an annotated class are run so too.
 * <p>
 * On the embedded etcd, which counts as the 3.5 that its status tells, test methods that
 * have an {@link EtcdServer} or an {@link EtcdBinary} as parameter are skipped: there is
 * no process.
 *
 * @since 0.1.0
 * @see SinceEtcd
 * @see BeforeEtcd
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@WithEtcd
@ExtendWith(ForEachEtcdExtension.class)
public @interface ForEachEtcd {

	/**
	 * Whether the class runs on an embedded etcd too.
	 * @return {@code false} for a class that cannot do without a process, its files or
	 * its network
	 */
	boolean embedded() default true;

}
