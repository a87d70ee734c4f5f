/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * A connection that runs through a {@link FaultyLink}.
 * <p>
 * Instances may be used by several threads. A fault holds when the call that inflicts it
 * returns.
 *
 * @since 0.1.0
 */
public final class ProxiedConnection {

	private final FaultyLink link;

	private final ProxyLoop loop;

	private final SocketChannel client;

	private final String name;

	private final Pump toServer;

	private final Pump toClient;

	private final SelectionKey clientKey;

	private @Nullable SocketChannel server;

	private @Nullable SelectionKey serverKey;

	private boolean serverLost;

	private long flushAt;

	private boolean flushScheduled;

	private volatile boolean open = true;

	ProxiedConnection(FaultyLink link, ProxyLoop loop, SocketChannel client) throws IOException {
		this.link = link;
		this.loop = loop;
		this.client = client;
		this.name = "connection from " + client.getRemoteAddress();
		this.toServer = new Pump(this, link.traffic(Direction.TO_SERVER));
		this.toClient = new Pump(this, link.traffic(Direction.TO_CLIENT));
		prepare(client);
		this.clientKey = loop.register(client, 0, this::clientIsReady);
	}

	/**
	 * Inflict a fault on this connection. Nothing happens to one that has ended.
	 * @param fault the fault
	 * @throws IllegalStateException if the proxy is closed
	 */
	public void inflict(Fault fault) {
		this.loop.run(() -> strike(fault));
	}

	/**
	 * Undo all faults of this connection. If it has lost bytes or its server, it is
	 * reset. Nothing happens to one that has ended.
	 * @throws IllegalStateException if the proxy is closed
	 */
	public void heal() {
		this.loop.run(this::recover);
	}

	/**
	 * Return whether the connection is there, as the proxy sees it.
	 * @return {@code false} if it has ended, on both sides or by a fault
	 */
	public boolean isOpen() {
		return this.open;
	}

	/**
	 * Return how many bytes the proxy got from the one side.
	 * @param direction where they were sent
	 * @return the number since the connection was accepted
	 */
	public long received(Direction direction) {
		return pump(direction).received();
	}

	/**
	 * Return how many bytes the proxy handed to the other side.
	 * @param direction where they were sent
	 * @return the number since the connection was accepted
	 */
	public long forwarded(Direction direction) {
		return pump(direction).forwarded();
	}

	@Override
	public String toString() {
		return this.name;
	}

	Pump pump(Direction direction) {
		return (direction == Direction.TO_SERVER) ? this.toServer : this.toClient;
	}

	@Nullable SocketChannel receiver(Pump pump) {
		if (pump == this.toClient) {
			return this.client;
		}
		SocketChannel server = this.server;
		return (server != null && server.isConnected()) ? server : null;
	}

	/**
	 * Connect to the server, unless a fault is against it.
	 * @param target where the server is
	 */
	void connect(InetSocketAddress target) {
		if (this.open && !this.serverLost) {
			try {
				SocketChannel server = SocketChannel.open();
				this.server = server;
				prepare(server);
				this.serverKey = this.loop.register(server, SelectionKey.OP_CONNECT, this::serverIsReady);
				server.connect(target);
			}
			catch (IOException ex) {
				reset();
			}
		}
		settle();
	}

	void strike(Fault fault) {
		if (this.open) {
			fault.strike(this);
			settle();
		}
	}

	void recover() {
		if (!this.open) {
			return;
		}
		boolean whole = this.toServer.heal();
		whole &= this.toClient.heal();
		if (!whole) {
			reset();
		}
		settle();
	}

	void cut() {
		// Before the two sides learn of it.
		end();
		Sockets.close(this.client);
		Sockets.close(this.server);
	}

	void reset() {
		end();
		Sockets.reset(this.client);
		Sockets.reset(this.server);
	}

	void loseServer() {
		this.serverLost = true;
		Sockets.close(this.server);
		this.serverKey = null;
		this.toServer.loseReceiver();
		this.toClient.loseSender();
	}

	/**
	 * Note that the receiver has gone away, which is news for the other direction.
	 * @param pump the direction whose receiver it was
	 */
	void receiverFailed(Pump pump) {
		((pump == this.toServer) ? this.toClient : this.toServer).end(Pump.End.RESET);
	}

	void flushAt(long due) {
		if (this.flushScheduled && this.flushAt - due <= 0) {
			return;
		}
		this.flushScheduled = true;
		this.flushAt = due;
		this.loop.schedule(due, () -> {
			this.flushScheduled = false;
			settle();
		});
	}

	private static void prepare(SocketChannel socket) throws IOException {
		socket.configureBlocking(false);
		socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
	}

	private void clientIsReady(SelectionKey key) {
		if (key.isReadable()) {
			this.toServer.read(this.client, this.loop.buffer());
		}
		if (key.isWritable()) {
			this.toClient.unblock();
		}
		settle();
	}

	private void serverIsReady(SelectionKey key) {
		SocketChannel server = (SocketChannel) key.channel();
		if (!server.isConnected()) {
			finishConnect(server);
		}
		else {
			if (key.isReadable()) {
				this.toClient.read(server, this.loop.buffer());
			}
			if (key.isWritable()) {
				this.toServer.unblock();
			}
		}
		settle();
	}

	private void finishConnect(SocketChannel server) {
		try {
			server.finishConnect();
		}
		catch (IOException ex) {
			reset();
		}
	}

	private void settle() {
		// Twice, because a receiver that fails is news for the other direction.
		this.toServer.flush();
		this.toClient.flush();
		this.toServer.flush();
		if (this.open && this.toServer.isFinished() && this.toClient.isFinished()) {
			cut();
		}
		if (!this.open) {
			return;
		}
		this.clientKey.interestOps(operations(this.toServer, this.toClient));
		SelectionKey serverKey = this.serverKey;
		if (serverKey != null) {
			boolean connected = ((SocketChannel) serverKey.channel()).isConnected();
			serverKey.interestOps((connected) ? operations(this.toClient, this.toServer) : SelectionKey.OP_CONNECT);
		}
	}

	private static int operations(Pump from, Pump to) {
		return ((from.wantsRead()) ? SelectionKey.OP_READ : 0) | ((to.wantsWrite()) ? SelectionKey.OP_WRITE : 0);
	}

	private void end() {
		if (this.open) {
			this.open = false;
			this.link.ended(this);
		}
	}

}
