/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The etcd that a test runs with.
 */
final class ChosenEtcd {

	private static final Namespace NAMESPACE = Namespace.create(ChosenEtcd.class);

	private ChosenEtcd() {
	}

	static void put(ExtensionContext context, EtcdBinary binary) {
		context.getStore(NAMESPACE).put(EtcdBinary.class, binary);
	}

	static EtcdBinary get(ExtensionContext context) {
		if (isYetToCome(context)) {
			throw new IllegalStateException("A class with @ForEachEtcd has no etcd before its first run:"
					+ " ask for one in the constructor, @BeforeEach or the test, not in @BeforeAll");
		}
		EtcdBinary chosen = stored(context);
		return (chosen != null) ? chosen : EtcdBinaries.newest();
	}

	static boolean isYetToCome(ExtensionContext context) {
		return stored(context) == null && AnnotationSupport.isAnnotated(context.getTestClass(), ForEachEtcd.class);
	}

	private static @Nullable EtcdBinary stored(ExtensionContext context) {
		return context.getStore(NAMESPACE).get(EtcdBinary.class, EtcdBinary.class);
	}

}
