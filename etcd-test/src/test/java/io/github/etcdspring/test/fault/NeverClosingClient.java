/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import io.github.etcdspring.client.EtcdClient;

/**
 * A program with everything under way that ends without closing its client.
 */
public final class NeverClosingClient {

	private NeverClosingClient() {
	}

	public static void main(String[] args) {
		EtcdClient client = EtcdClient.builder().endpoints(System.getProperty("endpoint")).build();
		UnderWay underWay = UnderWay.begin(client, System.getProperty("prefix"));
		System.out.println("under way " + underWay.ends().stream().filter((end) -> !end.isDone()).count());
	}

}
