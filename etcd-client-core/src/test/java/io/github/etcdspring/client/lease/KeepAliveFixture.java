/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.Objects;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.transport.ManualTimer;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A client on time that a test moves, and a server that says what a test says.
 */
@Timeout(60)
abstract class KeepAliveFixture {

	static final String METHOD = ScriptedServer.KEEP_ALIVE;

	final ScriptedServer server = ScriptedServer.start();

	final ManualTimer timer = new ManualTimer();

	@Nullable TestClient client;

	TestClient.Settings settings() {
		return settings(this.server.endpoint());
	}

	TestClient.Settings settings(String endpoint) {
		return TestClient.of(endpoint).timer(this.timer).channelCustomizer(this::answerProbes);
	}

	/**
	 * The server always gives a sign of life: an answer over the network would come too
	 * late for time that jumps.
	 */
	private void answerProbes(ManagedChannelBuilder<?> builder) {
		builder.intercept(new ClientInterceptor() {
			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				return method.getFullMethodName().equals(ScriptedServer.HEALTH) ? new SignOfLife<>()
						: next.newCall(method, options);
			}
		});
	}

	@AfterEach
	void close() {
		if (this.client != null) {
			this.client.close();
		}
		this.server.close();
	}

	Leases leases() {
		return client().leases();
	}

	TestClient client() {
		TestClient opened = this.client;
		if (opened == null) {
			opened = settings().open();
			this.client = opened;
		}
		return opened;
	}

	static Duration seconds(double seconds) {
		return Duration.ofMillis(Math.round(seconds * 1000));
	}

	/** What is due has been done when this returns. */
	void advance(double seconds) {
		settle();
		this.timer.advance(seconds(seconds));
		settle();
	}

	private void settle() {
		if (this.client != null) {
			this.client.settle();
		}
	}

	ScriptedStream stream(int number) {
		return this.server.stream(METHOD, number);
	}

	static long renewal(ScriptedStream stream, int number) {
		return stream.request(number, LeaseKeepAliveRequest.parser()).getID();
	}

	static int renewals(ScriptedStream stream) {
		return stream.requests(LeaseKeepAliveRequest.parser()).size();
	}

	static void answer(ScriptedStream stream, long lease, long ttl) {
		stream.reply(LeaseKeepAliveResponse.newBuilder().setID(lease).setTTL(ttl).build());
	}

	/** Open a keepalive, and answer its first renewal. */
	KeepAlive openAnswered(long lease, long ttl, KeepAliveListener listener) {
		KeepAlive opened = leases().keepAlive(lease).open(listener);
		ScriptedStream stream = stream(1);
		int number = 1;
		while (renewal(stream, number) != lease) {
			number++;
		}
		answer(stream, lease, ttl);
		assertThat(opened.ready()).succeedsWithin(seconds(20)).isEqualTo(Duration.ofSeconds(ttl));
		return opened;
	}

	static void awaitCondition(KeepAlive keepAlive, LeaseState.Condition condition) {
		await().untilAsserted(() -> assertThat(keepAlive.state().condition()).isEqualTo(condition));
	}

	static LeaseLoss.Cause lossOf(KeepAlive keepAlive) {
		awaitCondition(keepAlive, LeaseState.Condition.LOST);
		return Objects.requireNonNull(keepAlive.state().loss()).cause();
	}

	static EtcdException failureOf(KeepAlive keepAlive) {
		awaitCondition(keepAlive, LeaseState.Condition.LOST);
		return Objects.requireNonNull(keepAlive.state().loss()).failure();
	}

	private static final class SignOfLife<Q, R> extends ClientCall<Q, R> {

		@Override
		public void start(Listener<R> listener, Metadata headers) {
			listener.onClose(Status.OK, new Metadata());
		}

		@Override
		public void request(int messages) {
		}

		@Override
		public void cancel(@Nullable String message, @Nullable Throwable cause) {
		}

		@Override
		public void halfClose() {
		}

		@Override
		public void sendMessage(Q message) {
		}

	}

}
