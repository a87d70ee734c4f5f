/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.springframework.core.Ordered;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

import io.github.etcdspring.embedded.EmbeddedEtcd;

/**
 * Resets the faults after each method, and closes the contexts after the class that owns
 * them, because no other class can use them.
 */
class EmbeddedEtcdTestExecutionListener implements TestExecutionListener, Ordered {

	/**
	 * Nested classes that have run: some change the configuration, and so the context.
	 */
	private static final Map<Class<?>, Queue<TestContext>> nested = new ConcurrentHashMap<>();

	// What is first in the beginning is last in the end: other listeners still have the
	// context.
	@Override
	public int getOrder() {
		return 0;
	}

	@Override
	public void afterTestMethod(TestContext testContext) {
		if (EtcdOwner.of(testContext.getTestClass()) != null && testContext.hasApplicationContext()) {
			testContext.getApplicationContext()
				.getBeanProvider(EmbeddedEtcd.class)
				.ifAvailable((etcd) -> etcd.faults().reset());
		}
	}

	@Override
	public void afterTestClass(TestContext testContext) {
		Class<?> owner = EtcdOwner.of(testContext.getTestClass());
		if (owner == null) {
			return;
		}
		if (!owner.equals(testContext.getTestClass())) {
			nested.computeIfAbsent(owner, (any) -> new ConcurrentLinkedQueue<>()).add(testContext);
			return;
		}
		close(testContext);
		Queue<TestContext> others = nested.remove(owner);
		if (others != null) {
			others.forEach(EmbeddedEtcdTestExecutionListener::close);
		}
	}

	private static void close(TestContext testContext) {
		if (testContext.hasApplicationContext()) {
			testContext.markApplicationContextDirty(HierarchyMode.CURRENT_LEVEL);
		}
	}

}
