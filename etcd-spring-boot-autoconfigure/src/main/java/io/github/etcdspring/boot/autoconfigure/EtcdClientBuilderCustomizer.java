/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import io.github.etcdspring.client.EtcdClient;

/**
 * A bean that has the last word on the auto-configured {@link EtcdClient}, after the
 * properties. Several are applied in their order.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EtcdClientBuilderCustomizer {

	/**
	 * Customize the client.
	 * @param builder the builder, with everything set that the properties and beans say
	 */
	void customize(EtcdClient.Builder builder);

}
