/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP relay in front of a server that can cut its connections, or hold back what is
 * sent on them while they stay open, as a frozen peer does.
 */
public final class TcpRelay implements AutoCloseable {

	private volatile int target;

	private final ServerSocket listener;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final AtomicInteger accepted = new AtomicInteger();

	private final Object gate = new Object();

	private boolean frozen;

	private final AtomicInteger swallowed = new AtomicInteger();

	private volatile int bytesPerTick;

	private volatile long delayNanos;

	private volatile boolean closed;

	public TcpRelay(int target) {
		this(target, ReservedPort.next(), InetAddress.getLoopbackAddress());
	}

	TcpRelay(int target, int port, InetAddress address) {
		this.target = target;
		try {
			this.listener = new ServerSocket(port, 200, address);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start("relay-accept", this::accept);
	}

	/**
	 * Start a relay that leads nowhere: connections are accepted and then nothing.
	 * @return the relay
	 */
	public static TcpRelay blackHole() {
		TcpRelay relay = new TcpRelay(0);
		relay.swallow(Integer.MAX_VALUE);
		return relay;
	}

	public String endpoint() {
		return "http://127.0.0.1:" + port();
	}

	public int port() {
		return this.listener.getLocalPort();
	}

	/**
	 * Return how many connections were accepted.
	 * @return the number
	 */
	public int accepted() {
		return this.accepted.get();
	}

	/**
	 * Accept the next connections and then nothing, for ever.
	 * @param connections how many
	 */
	public void swallow(int connections) {
		this.swallowed.set(connections);
	}

	/**
	 * Lead the next connections to another server; those that are open stay.
	 * @param target its port
	 */
	public void leadTo(int target) {
		this.target = target;
	}

	/**
	 * Take so long for each new connection to lead anywhere.
	 * @param delay how long
	 */
	public void delay(Duration delay) {
		this.delayNanos = delay.toNanos();
	}

	/** Hold back everything; connections stay open and new ones are accepted. */
	public void freeze() {
		synchronized (this.gate) {
			this.frozen = true;
		}
	}

	public void thaw() {
		synchronized (this.gate) {
			this.frozen = false;
			this.gate.notifyAll();
		}
	}

	/**
	 * Forward no more than this from the server to the client.
	 * @param bytesPerSecond how many bytes a second
	 */
	public void slow(int bytesPerSecond) {
		this.bytesPerTick = bytesPerSecond / 20;
	}

	/** Break every connection that is open now. */
	public void cut() {
		this.sockets.forEach(TcpRelay::abort);
		this.sockets.clear();
	}

	@Override
	public void close() {
		this.closed = true;
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		cut();
		thaw();
	}

	private void accept() {
		while (!this.closed) {
			try {
				Socket client = this.listener.accept();
				this.accepted.incrementAndGet();
				this.sockets.add(client);
				if (this.swallowed.getAndUpdate((rest) -> Math.max(0, rest - 1)) > 0) {
					continue;
				}
				start("relay-connect", () -> connect(client));
			}
			catch (IOException ex) {
				// Closed.
			}
		}
	}

	private void connect(Socket client) {
		long end = System.nanoTime() + this.delayNanos;
		for (long rest = this.delayNanos; rest > 0; rest = end - System.nanoTime()) {
			LockSupport.parkNanos(rest);
		}
		try {
			Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.sockets.add(server);
			start("relay-out", () -> copy(client, server, false));
			start("relay-in", () -> copy(server, client, true));
		}
		catch (IOException ex) {
			// The target is down, and then the client's connection is broken, too.
			abort(client);
		}
	}

	private void copy(Socket from, Socket to, boolean maybeSlow) {
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[16 * 1024];
			for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
				awaitThaw();
				write(out, buffer, count, maybeSlow);
			}
			awaitThaw();
			to.close();
		}
		catch (IOException ex) {
			abort(from);
			abort(to);
		}
	}

	private void write(OutputStream out, byte[] buffer, int count, boolean maybeSlow) throws IOException {
		int position = 0;
		while (position < count) {
			int most = maybeSlow ? this.bytesPerTick : 0;
			int part = (most > 0) ? Math.min(most, count - position) : count - position;
			out.write(buffer, position, part);
			position += part;
			if (most > 0) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
			}
		}
	}

	private void awaitThaw() throws IOException {
		synchronized (this.gate) {
			while (this.frozen) {
				try {
					this.gate.wait();
				}
				catch (InterruptedException ex) {
					throw new IOException(ex);
				}
			}
		}
	}

	private static void abort(Socket socket) {
		try {
			// A reset, as from a process that is gone.
			socket.setSoLinger(true, 0);
			socket.close();
		}
		catch (IOException ex) {
			// It is closed already.
		}
	}

	private static void start(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

}
