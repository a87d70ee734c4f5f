/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Whose etcd a test class uses.
 */
final class EtcdOwner {

	private EtcdOwner() {
	}

	/**
	 * Return the class that has an etcd of its own.
	 * @param testClass a test class
	 * @return the class itself, the outermost one that it inherits its configuration
	 * from, or {@code null} if it does not want an etcd of its own
	 */
	static @Nullable Class<?> of(Class<?> testClass) {
		Class<?> owner = null;
		Class<?> candidate = testClass;
		while (candidate != null && wantsEtcd(candidate)) {
			owner = candidate;
			candidate = TestContextAnnotationUtils.searchEnclosingClass(owner) ? owner.getEnclosingClass() : null;
		}
		return owner;
	}

	private static boolean wantsEtcd(Class<?> testClass) {
		return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureTestEtcd.class);
	}

}
