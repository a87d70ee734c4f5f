/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

/**
 * Is told when the endpoint in use becomes unhealthy, and when it is healthy again.
 * Called on the callback executor, one call at a time.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HealthListener {

	/**
	 * The health has changed. There is no first call for a healthy start.
	 * @param healthy whether the endpoint can be reached now
	 * @param endpoint the endpoint that was checked
	 */
	void onHealthChange(boolean healthy, String endpoint);

}
