/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link RangeStreamConformance} on real servers, with a server of its own because it
 * compacts.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class RangeStreamConformanceTests extends RangeStreamConformance {

	@Test
	void eachRequestFindsOutAnewWhetherThereAreStreams() {
		putMany();
		CountedCalls streams = new CountedCalls(KVGrpc.getRangeStreamMethod());
		CountedCalls pages = new CountedCalls(KVGrpc.getRangeMethod());
		try (EtcdClient client = newClient().channelCustomizer((builder) -> builder.intercept(streams, pages))
			.build()) {
			for (int i = 1; i <= 2; i++) {
				client.kv().get(ownKeys()).stream(this.found::add).sync();
				assertThat(streams.count()).isEqualTo(i);
				assertThat(pages.count()).isEqualTo(5 * i);
			}
		}
		assertThat(this.found).hasSize(2 * MANY);
	}

}
