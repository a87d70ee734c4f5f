/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * Runs classes that need an etcd and says how it went.
 */
public final class RunInAnotherJvm {

	private RunInAnotherJvm() {
	}

	public static void main(String[] args) {
		EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
			.selectors(DiscoverySelectors.selectClass(EtcdExtensionTests.OneServer.class),
					DiscoverySelectors.selectClass(EtcdExtensionTests.EachServer.class),
					DiscoverySelectors.selectClass(EtcdExtensionTests.EachClient.class))
			.execute();
		System.out.printf("containers skipped: %d, tests succeeded: %d, containers failed: %d%n",
				results.containerEvents().skipped().count(), results.testEvents().succeeded().count(),
				results.containerEvents().failed().count());
		results.containerEvents().debug(System.out);
	}

}
