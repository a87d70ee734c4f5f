/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/**
 * Serves a node on a port of the loopback interface.
 *
 * @since 0.1.0
 */
public final class EtcdServer {

	/** What etcd's transport accepts beyond the largest request. */
	private static final int GRPC_OVERHEAD = 512 * 1024;

	/** Larger messages are not even read. */
	private static final int UNREADABLE = 64 * 1024 * 1024;

	private static final int THREADS = Math.max(4, Runtime.getRuntime().availableProcessors());

	private final Node node;

	private final Connections connections;

	private final ExecutorService executor;

	private final Server server;

	private final int port;

	private boolean closed;

	private EtcdServer(Node node, Connections connections, ExecutorService executor, Server server) {
		this.node = node;
		this.connections = connections;
		this.executor = executor;
		this.server = server;
		// The server itself does not know it any more when it is closed.
		this.port = server.getPort();
	}

	/**
	 * Starts to serve.
	 * @param node the node
	 * @param connections what the server's connections are made with; closed with it
	 * @param faults sees every call first
	 * @return the server, which accepts connections
	 * @throws IllegalStateException if the port is in use
	 */
	public static EtcdServer start(Node node, Connections connections, ServerInterceptor faults) {
		int port = node.options().port();
		// what calls still have to say after the end is of no use to anybody
		ExecutorService executor = new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), threads(), new ThreadPoolExecutor.DiscardPolicy());
		RequestLimit limit = new RequestLimit(
				(int) Math.min(UNREADABLE, (long) node.options().maxRequestBytes() + GRPC_OVERHEAD));
		NettyServerBuilder builder = connections
			.apply(NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
			.executor(executor)
			.maxInboundMessageSize(UNREADABLE)
			.permitKeepAliveTime(5, TimeUnit.SECONDS)
			.permitKeepAliveWithoutCalls(false)
			.intercept(new Callers())
			.intercept(faults);
		List<ServerServiceDefinition> services = services(node).stream()
			.map(BindableService::bindService)
			.map(limit::limit)
			.toList();
		builder.addServices(services).fallbackHandlerRegistry(new UnknownMethods(services));
		try {
			Server server = builder.build().start();
			EtcdServer started = new EtcdServer(node, connections, executor, server);
			node.write(() -> {
				node.members().publish("http://127.0.0.1:" + started.port());
				return true;
			});
			return started;
		}
		catch (IOException ex) {
			executor.shutdownNow();
			connections.close();
			node.close();
			throw new IllegalStateException("Embedded etcd cannot listen on 127.0.0.1:" + port
					+ ": is the port in use? Choose another, or 0 for any free one", ex);
		}
	}

	private static List<BindableService> services(Node node) {
		return List.of(new KvService(node), new WatchService(node), new LeaseService(node), new AuthService(node),
				new ClusterService(node), new MaintenanceService(node), new LockService(node),
				new ElectionService(node), new HealthService());
	}

	private static ThreadFactory threads() {
		AtomicInteger number = new AtomicInteger();
		return (task) -> {
			Thread thread = new Thread(task, "etcd-embedded-" + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	/**
	 * Returns the port that is listened on.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Ends all streams, refuses new ones and waits until the threads have ended. Does
	 * nothing the second time.
	 */
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		// what is open ends UNAVAILABLE, as with a process that dies, and not CANCELLED
		this.connections.refuse(true);
		this.connections.cutAll();
		this.server.shutdownNow();
		this.node.close();
		boolean interrupted = !ended(this.server::awaitTermination);
		this.executor.shutdown();
		interrupted |= !ended(this.executor::awaitTermination);
		interrupted |= !ended(this.node.watches()::awaitTermination);
		this.connections.close();
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private static boolean ended(Wait wait) {
		try {
			wait.await(1, TimeUnit.SECONDS);
			return true;
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	/**
	 * Waits for something to end.
	 */
	@FunctionalInterface
	private interface Wait {

		boolean await(long timeout, TimeUnit unit) throws InterruptedException;

	}

}
