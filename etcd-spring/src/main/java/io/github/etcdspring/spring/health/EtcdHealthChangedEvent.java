/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.health;

/**
 * The application event for a change of health: the endpoint in use became unhealthy, or
 * is healthy again. Published for the auto-configured client while
 * {@code etcd.health.interval} is positive, on the client's callback executor and after
 * the {@link EtcdHealthListener} beans were called.
 *
 * @param healthy whether the endpoint can be reached now
 * @param endpoint the endpoint that was checked, such as {@code http://10.0.0.1:2379}
 * @since 0.1.0
 */
public record EtcdHealthChangedEvent(boolean healthy, String endpoint) {
}
