/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;

/**
 * The TCP connections of a server, which a test may cut or keep out.
 *
 * @since 0.1.0
 */
public final class Connections implements AutoCloseable {

	private final Map<SocketAddress, Channel> open = new ConcurrentHashMap<>();

	private final EventLoopGroup boss = new NioEventLoopGroup(1, new DefaultThreadFactory("etcd-embedded-boss", true));

	private final EventLoopGroup workers = new NioEventLoopGroup(2, new DefaultThreadFactory("etcd-embedded-io", true));

	private volatile boolean refused;

	/**
	 * Lets a server accept its connections through this object.
	 * @param builder the builder of the server
	 * @return the builder
	 */
	public NettyServerBuilder apply(NettyServerBuilder builder) {
		return builder.bossEventLoopGroup(this.boss).workerEventLoopGroup(this.workers).channelFactory(Listener::new);
	}

	/**
	 * Returns how many connections are open.
	 * @return the number of connections
	 */
	public int count() {
		return this.open.size();
	}

	/**
	 * Cuts one connection, without a word to the client.
	 * @param remote the address of the client
	 * @return whether there was such a connection
	 */
	public boolean cut(SocketAddress remote) {
		Channel channel = this.open.remove(remote);
		if (channel != null) {
			cut(channel);
		}
		return channel != null;
	}

	/**
	 * Cuts all connections, and waits until they are, at most a second or until it is
	 * interrupted.
	 * @return how many there were
	 */
	public int cutAll() {
		List<Channel> cut = new ArrayList<>();
		for (SocketAddress remote : List.copyOf(this.open.keySet())) {
			Channel channel = this.open.remove(remote);
			if (channel != null) {
				cut(channel);
				cut.add(channel);
			}
		}
		CountDownLatch closing = new CountDownLatch(cut.size());
		cut.forEach((channel) -> channel.closeFuture().addListener((closed) -> closing.countDown()));
		try {
			closing.await(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return cut.size();
	}

	/**
	 * Closes every new connection as soon as it is made, or lets new ones in again.
	 * @param refused whether to keep new connections out
	 */
	public void refuse(boolean refused) {
		this.refused = refused;
	}

	private static void cut(Channel channel) {
		// What was sent goes out first: what is queued while gRPC writes other messages
		// is
		// written by a task that it adds then, before the inner one here. Not
		// channel.close(): HTTP/2 would say goodbye first and wait for the streams to
		// end.
		EventLoop loop = channel.eventLoop();
		loop.execute(() -> loop.execute(() -> channel.unsafe().close(channel.voidPromise())));
	}

	private void accepted(Channel channel) {
		SocketAddress remote = channel.remoteAddress();
		this.open.put(remote, channel);
		channel.closeFuture().addListener((closed) -> this.open.remove(remote, channel));
	}

	/** Ends the threads, and waits for them unless it is interrupted. */
	@Override
	public void close() {
		Future<?> accepting = this.boss.shutdownGracefully(0, 1, TimeUnit.SECONDS);
		Future<?> serving = this.workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
		try {
			accepting.await(1, TimeUnit.SECONDS);
			serving.await(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private final class Listener extends NioServerSocketChannel {

		@Override
		protected int doReadMessages(List<Object> accepted) throws Exception {
			int found = super.doReadMessages(accepted);
			if (Connections.this.refused) {
				List<Object> refused = new ArrayList<>(accepted);
				accepted.clear();
				refused.forEach((channel) -> ((Channel) channel).unsafe().closeForcibly());
				return 0;
			}
			accepted.forEach((channel) -> accepted((Channel) channel));
			return found;
		}

		private void accepted(Channel channel) {
			Connections.this.accepted(channel);
		}

	}

}
