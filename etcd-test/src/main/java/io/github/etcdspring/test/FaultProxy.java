/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy in front of a server, with faults on demand. It listens on a free port of
 * the loopback interface and passes on bytes of any protocol:
 *
 * <pre class="code">
 * try (FaultProxy proxy = FaultProxy.to(server.endpoint());
 *         EtcdClient client = EtcdClient.builder().endpoints(proxy.endpoint()).build()) {
 *     proxy.inflict(Fault.stall(Direction.TO_CLIENT));
 *     ...
 *     proxy.heal();
 * }
 * </pre>
 *
 * A proxy has one daemon thread for all its connections. While the server does not
 * listen, connections are accepted and reset.
 *
 * @since 0.1.0
 */
public final class FaultProxy extends FaultyLink implements AutoCloseable {

	private static final int ATTEMPTS = 5;

	private final int port;

	private final String endpoint;

	private @Nullable ServerSocketChannel listener;

	private boolean closed;

	private FaultProxy(String scheme, InetSocketAddress target, ServerSocketChannel listener, int port) {
		super(new ProxyLoop("fault-proxy-" + port), target);
		this.port = port;
		this.endpoint = scheme + "127.0.0.1:" + port;
		loop().run(() -> listen(listener));
	}

	/**
	 * Start a proxy. Nothing needs to listen at the server's address yet.
	 * @param endpoint where the server is, such as {@code http://127.0.0.1:2379} or
	 * {@code 127.0.0.1:2379}
	 * @return the proxy
	 * @throws IllegalArgumentException if the endpoint has no host or no port
	 * @throws IllegalStateException if no port is free
	 */
	public static FaultProxy to(String endpoint) {
		int schemeEnd = endpoint.indexOf("://");
		String scheme = (schemeEnd < 0) ? "" : endpoint.substring(0, schemeEnd + 3);
		InetSocketAddress target = address(endpoint, (schemeEnd < 0) ? "tcp://" + endpoint : endpoint);
		for (int attempt = 1;; attempt++) {
			int port = Ports.freePort();
			try {
				return new FaultProxy(scheme, target, Sockets.listen(port), port);
			}
			catch (IOException ex) {
				Ports.release(port);
				if (attempt == ATTEMPTS) {
					throw new IllegalStateException("no free port to listen on", ex);
				}
			}
		}
	}

	/**
	 * Return where clients connect.
	 * @return the endpoint, with the scheme of the server's; it stays the same
	 */
	public String endpoint() {
		return this.endpoint;
	}

	/**
	 * Cut all connections, stop to listen, and end the thread.
	 */
	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		loop().run(() -> {
			cut();
			shut();
		});
		loop().close();
		Ports.release(this.port);
	}

	@Override
	public String toString() {
		return "fault proxy at " + this.endpoint;
	}

	@Override
	void acceptPending() {
		ServerSocketChannel listener = this.listener;
		if (listener == null) {
			return;
		}
		try {
			for (SocketChannel client = listener.accept(); client != null; client = listener.accept()) {
				admit(client);
			}
		}
		catch (IOException ex) {
			// The client was faster to go away.
		}
	}

	@Override
	void shut() {
		Sockets.close(this.listener);
		this.listener = null;
	}

	@Override
	void reopen() {
		if (this.listener == null) {
			try {
				listen(Sockets.listen(this.port));
			}
			catch (IOException ex) {
				throw new IllegalStateException(this + " cannot listen again", ex);
			}
		}
	}

	private void listen(ServerSocketChannel listener) {
		this.listener = listener;
		loop().register(listener, SelectionKey.OP_ACCEPT, (key) -> acceptPending());
	}

	private static InetSocketAddress address(String endpoint, String url) {
		try {
			URI uri = new URI(url);
			if (uri.getHost() != null && uri.getPort() > 0) {
				return new InetSocketAddress(uri.getHost(), uri.getPort());
			}
		}
		catch (URISyntaxException ex) {
			// Not an endpoint either.
		}
		throw new IllegalArgumentException(
				"endpoint is '" + endpoint + "': give host and port, as in 'http://127.0.0.1:2379'");
	}

}
