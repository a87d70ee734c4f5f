/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The engine under all services: endpoints, calls, credentials, time. An application
 * meets {@link io.github.etcdspring.client.transport.Request},
 * {@link io.github.etcdspring.client.transport.EndpointStrategy},
 * {@link io.github.etcdspring.client.transport.TlsOptions},
 * {@link io.github.etcdspring.client.transport.HealthListener},
 * {@link io.github.etcdspring.client.transport.CallObserver} and
 * {@link io.github.etcdspring.client.transport.ChannelCustomizer} here; the other types
 * are the client's own and may change.
 */
@NullMarked
package io.github.etcdspring.client.transport;

import org.jspecify.annotations.NullMarked;
