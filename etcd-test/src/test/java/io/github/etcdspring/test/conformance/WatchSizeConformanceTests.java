/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.proto.WatchResponse;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.OwnEtcd;
import io.github.etcdspring.test.OwnEtcdExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@link WatchSizeConformance} on real servers, and what takes one with other limits.
 */
@ForEachEtcd
@ExtendWith(OwnEtcdExtension.class)
class WatchSizeConformanceTests extends WatchSizeConformance {

	private static final int MIB = 1024 * 1024;

	@Test
	void revisionLargerThanTheServerSendsAtOnceIsOneBatch(OwnEtcd.Builder builder) {
		Fragments fragments = new Fragments();
		try (OwnEtcd server = builder.maxRequestBytes(8 * MIB).start();
				EtcdClient client = EtcdClient.builder()
					.endpoints(server.endpoint())
					.maxOutboundSize(10 * MIB)
					.channelCustomizer((channel) -> channel.intercept(fragments))
					.build()) {
			Op[] puts = IntStream.range(0, 100).mapToObj((i) -> Op.put("k" + i, "x".repeat(60_000))).toArray(Op[]::new);
			client.kv().txn().then(puts).sync();
			RecordingListener listener = new RecordingListener();
			try (Watch watch = client.watch(KeyRange.prefix("k")).previousValues().open(listener)) {
				watch.ready().join();
				long second = client.kv().txn().then(puts).sync().revision();
				long third = client.kv().put("k", "small").sync().revision();
				await().atMost(SOON).until(() -> listener.batches().size() == 2);
				assertThat(listener.batches()).extracting(WatchBatch::revision).containsExactly(second, third);
				assertThat(listener.batches().get(0).events()).hasSize(100)
					.allSatisfy((event) -> assertThat(event.previous()).isNotNull());
				assertThat(fragments.count).as("fragments before the last one").hasPositiveValue();
			}
		}
	}

	/** Counts the parts of changes after which another one follows. */
	private static final class Fragments implements ClientInterceptor {

		private final AtomicInteger count = new AtomicInteger();

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
				@Override
				public void start(Listener<R> listener, Metadata headers) {
					super.start(new SimpleForwardingClientCallListener<>(listener) {
						@Override
						public void onMessage(R message) {
							if (message instanceof WatchResponse response && response.getFragment()) {
								Fragments.this.count.incrementAndGet();
							}
							super.onMessage(message);
						}
					}, headers);
				}
			};
		}

	}

}
