/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure.app;

import org.springframework.stereotype.Component;

import io.github.etcdspring.boot.autoconfigure.EtcdClientBuilderCustomizer;
import io.github.etcdspring.client.EtcdClient;

/**
 * What belongs to etcd, and is part of its slice.
 */
@Component
public class ExampleCustomizer implements EtcdClientBuilderCustomizer {

	@Override
	public void customize(EtcdClient.Builder builder) {
		builder.namespace("/example");
	}

}
