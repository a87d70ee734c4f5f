/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

/**
 * What a client knows about an endpoint without asking it.
 *
 * @param endpoint the endpoint as it was configured, such as {@code http://10.0.0.1:2379}
 * @param used whether the client ever tried to connect to it
 * @param connected whether it is connected now
 * @since 0.1.0
 */
public record EndpointState(String endpoint, boolean used, boolean connected) {
}
