/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A way to a server that can be made to fail: all connections that go this way, and those
 * that will. Without faults it passes on everything, ends included.
 * <p>
 * A fault holds when the call that inflicts it returns: not a byte passes any more that a
 * fault is against. Counters may be a moment behind what client and server see: await
 * them to know that something has happened.
 * <p>
 * Instances may be used by several threads.
 *
 * @since 0.1.0
 */
public abstract sealed class FaultyLink permits FaultProxy, PeerLink {

	private final ProxyLoop loop;

	private final InetSocketAddress target;

	private final Traffic toServer = new Traffic();

	private final Traffic toClient = new Traffic();

	private final AtomicLong accepted = new AtomicLong();

	private final List<ProxiedConnection> connections = new CopyOnWriteArrayList<>();

	// Belongs to the loop.
	private final List<Fault> future = new ArrayList<>();

	FaultyLink(ProxyLoop loop, InetSocketAddress target) {
		this.loop = loop;
		this.target = target;
	}

	/**
	 * Inflict a fault on all connections that there are and that will be, until
	 * {@link #heal()}.
	 * @param fault the fault
	 * @throws IllegalStateException if the proxy is closed
	 */
	public void inflict(Fault fault) {
		this.loop.run(() -> {
			inflictOnCurrent(fault);
			inflictOnFuture(fault);
		});
	}

	/**
	 * Inflict a fault on the connections that there are. A connection counts from the
	 * moment that the client takes it for made.
	 * @param fault the fault
	 * @throws IllegalStateException if the proxy is closed
	 */
	public void inflictOnCurrent(Fault fault) {
		onEach((connection) -> connection.strike(fault));
	}

	/**
	 * Inflict a fault on each connection yet to come, from its first byte on, until
	 * {@link #heal()}.
	 * @param fault the fault
	 * @throws IllegalStateException if the proxy is closed
	 */
	public void inflictOnFuture(Fault fault) {
		this.loop.run(() -> {
			acceptPending();
			this.future.add(fault);
		});
	}

	/**
	 * Cut all connections that there are; new ones are accepted. The same as to inflict
	 * {@link Fault#cut()} on the current ones.
	 * @throws IllegalStateException if the proxy is closed
	 */
	public void cut() {
		inflictOnCurrent(Fault.cut());
	}

	/**
	 * Refuse new connections until {@link #heal()}, as if nobody listened. Those that
	 * there are stay.
	 * @throws IllegalStateException if the proxy is closed
	 */
	public void refuse() {
		this.loop.run(() -> {
			acceptPending();
			shut();
		});
	}

	/**
	 * Undo all faults. Connections that have lost bytes or their server are reset; the
	 * others go on, with all that was held back. New connections are accepted.
	 * @throws IllegalStateException if the proxy is closed, or cannot listen again
	 * because another process has taken its port
	 */
	public void heal() {
		this.loop.run(() -> {
			acceptPending();
			this.future.clear();
			this.connections.forEach(ProxiedConnection::recover);
			reopen();
		});
	}

	/**
	 * Return the connections that there are.
	 * @return a copy, in the order in which they came
	 * @throws IllegalStateException if the proxy is closed
	 */
	public List<ProxiedConnection> connections() {
		this.loop.run(this::acceptPending);
		return List.copyOf(this.connections);
	}

	/**
	 * Return how many connections were accepted, also those that a fault has ended at
	 * once.
	 * @return the number since the start
	 */
	public long accepted() {
		return this.accepted.get();
	}

	/**
	 * Return how many connections there are.
	 * @return the number
	 */
	public int open() {
		return this.connections.size();
	}

	/**
	 * Return how many bytes came from the one side of all connections. It grows when a
	 * sender sends into a fault, too.
	 * @param direction where they were sent
	 * @return the number since the start
	 */
	public long received(Direction direction) {
		return traffic(direction).received();
	}

	/**
	 * Return how many bytes were handed to the other side of all connections.
	 * @param direction where they were sent
	 * @return the number since the start
	 */
	public long forwarded(Direction direction) {
		return traffic(direction).forwarded();
	}

	Traffic traffic(Direction direction) {
		return (direction == Direction.TO_SERVER) ? this.toServer : this.toClient;
	}

	ProxyLoop loop() {
		return this.loop;
	}

	/**
	 * Begin a connection. To be called in the loop.
	 * @param client the client's side
	 */
	void admit(SocketChannel client) {
		ProxiedConnection connection;
		try {
			connection = new ProxiedConnection(this, this.loop, client);
		}
		catch (IOException ex) {
			Sockets.reset(client);
			return;
		}
		this.accepted.incrementAndGet();
		this.connections.add(connection);
		this.future.forEach(connection::strike);
		connection.connect(this.target);
	}

	void ended(ProxiedConnection connection) {
		this.connections.remove(connection);
	}

	/**
	 * Accept the connections that clients take for made.
	 */
	abstract void acceptPending();

	/**
	 * Refuse connections from now on.
	 */
	abstract void shut();

	/**
	 * Accept connections again, if they are refused.
	 */
	abstract void reopen();

	private void onEach(Consumer<ProxiedConnection> action) {
		this.loop.run(() -> {
			acceptPending();
			this.connections.forEach(action);
		});
	}

}
