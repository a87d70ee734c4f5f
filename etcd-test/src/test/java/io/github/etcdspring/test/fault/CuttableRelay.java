/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hands on what is sent to a server, until its connections are cut.
 */
final class CuttableRelay implements AutoCloseable {

	private final URI target;

	private final ServerSocket listening;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	CuttableRelay(String endpoint) {
		this.target = URI.create(endpoint);
		try {
			this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	String endpoint() {
		return "http://127.0.0.1:" + this.listening.getLocalPort();
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "relay");
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		try {
			while (true) {
				Socket client = this.listening.accept();
				this.sockets.add(client);
				start(() -> connect(client));
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private void connect(Socket client) {
		try {
			Socket server = new Socket(this.target.getHost(), this.target.getPort());
			this.sockets.add(server);
			start(() -> pump(client, server));
			pump(server, client);
		}
		catch (IOException ex) {
			cut(client);
		}
	}

	private void pump(Socket from, Socket to) {
		try {
			from.getInputStream().transferTo(to.getOutputStream());
		}
		catch (IOException ex) {
			// Cut, by one of the ends or by the test.
		}
		cut(from);
		cut(to);
	}

	private void cut(Socket socket) {
		this.sockets.remove(socket);
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is gone.
		}
	}

	/** Cut all connections; new ones are accepted. */
	void cut() {
		this.sockets.forEach(this::cut);
	}

	@Override
	public void close() {
		try {
			this.listening.close();
		}
		catch (IOException ex) {
			// It is gone.
		}
		cut();
	}

}
