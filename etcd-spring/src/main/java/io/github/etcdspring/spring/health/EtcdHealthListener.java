/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.health;

/**
 * A bean that is told when the endpoint in use becomes unhealthy, and when it is healthy
 * again. Only called if the auto-configured client checks its health at all, which
 * {@code etcd.health.interval} turns on. Called on the client's callback executor, one
 * call at a time; what it throws is logged.
 *
 * @since 0.1.0
 * @see EtcdHealthChangedEvent
 */
@FunctionalInterface
public interface EtcdHealthListener {

	/**
	 * The health has changed. There is no first call for a healthy start.
	 * @param healthy whether the endpoint can be reached now
	 * @param endpoint the endpoint that was checked, such as {@code http://10.0.0.1:2379}
	 */
	void onHealthChange(boolean healthy, String endpoint);

}
