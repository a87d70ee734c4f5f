/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.Grpc;
import io.grpc.ServerCall;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The network thread of a server, and the connections on it.
 */
final class Connections implements AutoCloseable {

	private final Map<SocketAddress, Connection> open = new ConcurrentHashMap<>();

	private final AtomicInteger count = new AtomicInteger();

	private final Threads threads = new Threads("scripted-etcd-network");

	private final EventLoopGroup group = new NioEventLoopGroup(1, this.threads) {

		@Override
		public ChannelFuture register(Channel channel) {
			if (channel instanceof SocketChannel) {
				accepted(channel);
			}
			return super.register(channel);
		}

	};

	EventLoopGroup group() {
		return this.group;
	}

	private void accepted(Channel channel) {
		SocketAddress client = channel.remoteAddress();
		if (client == null) {
			// Gone before it was looked at.
			return;
		}
		this.open.put(client, new Connection(this.count.incrementAndGet(), channel));
		channel.closeFuture().addListener((closed) -> this.open.remove(client));
	}

	int count() {
		return this.count.get();
	}

	int openCount() {
		return this.open.size();
	}

	@Nullable Connection of(ServerCall<?, ?> call) {
		SocketAddress client = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
		return (client != null) ? this.open.get(client) : null;
	}

	void dropAll() {
		this.open.values().forEach(Connection::drop);
	}

	void schedule(Runnable task, long nanos) {
		this.group.schedule(task, nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void close() {
		this.group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
		this.threads.join();
	}

	/**
	 * One connection.
	 *
	 * @param number its number, from 1
	 * @param channel its channel
	 */
	record Connection(int number, Channel channel) {

		/**
		 * Close it behind gRPC's back, which would say good-bye, but after what was sent.
		 */
		void drop() {
			if (this.channel.isOpen()) {
				EventLoop loop = this.channel.eventLoop();
				// Twice: what was sent while gRPC wrote is written by the task after it.
				loop.execute(
						() -> loop.execute(() -> this.channel.unsafe().close(this.channel.unsafe().voidPromise())));
			}
		}

	}

}
