/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way of one client to a server, which can be cut and mended without touching others.
 */
final class Line implements AutoCloseable {

	private final int target;

	private final ServerSocket listener;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private volatile boolean cut;

	Line(String endpoint) {
		this.target = URI.create(endpoint).getPort();
		try {
			this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	String endpoint() {
		return "http://127.0.0.1:" + this.listener.getLocalPort();
	}

	/** Break all connections, and let no new one through. */
	void cut() {
		this.cut = true;
		this.sockets.forEach(Line::abort);
		this.sockets.clear();
	}

	void mend() {
		this.cut = false;
	}

	@Override
	public void close() {
		abort(this.listener);
		cut();
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket client = this.listener.accept();
				if (this.cut) {
					client.close();
					continue;
				}
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
				// What comes in two pieces must not arrive in one.
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
				this.sockets.add(client);
				this.sockets.add(server);
				if (this.cut) {
					cut();
				}
				start(() -> copy(client, server));
				start(() -> copy(server, client));
			}
			catch (IOException ex) {
				// Closed.
			}
		}
	}

	private static void copy(Socket from, Socket to) {
		try {
			from.getInputStream().transferTo(to.getOutputStream());
		}
		catch (IOException ex) {
			// It was cut.
		}
		abort(from);
		abort(to);
	}

	private static void abort(AutoCloseable socket) {
		try {
			socket.close();
		}
		catch (Exception ex) {
			// It is closed already.
		}
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "line");
		thread.setDaemon(true);
		thread.start();
	}

}
