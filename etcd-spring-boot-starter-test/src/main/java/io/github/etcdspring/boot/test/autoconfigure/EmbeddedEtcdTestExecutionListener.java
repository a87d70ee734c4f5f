/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import org.springframework.core.Ordered;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

import io.github.etcdspring.embedded.EmbeddedEtcd;

/**
 * Resets the faults after each method, and closes the context after the class, because no
 * other class can use it.
 */
class EmbeddedEtcdTestExecutionListener implements TestExecutionListener, Ordered {

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
		Class<?> testClass = testContext.getTestClass();
		if (testClass.equals(EtcdOwner.of(testClass)) && testContext.hasApplicationContext()) {
			testContext.markApplicationContextDirty(HierarchyMode.CURRENT_LEVEL);
		}
	}

}
