/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;

/**
 * The SOCKS 5 proxy (RFC 1928) that one member dials its peers through, which tells where
 * a connection comes from, whatever is sent on it. All belongs to the loop.
 */
final class SocksEntrance {

	private static final byte VERSION = 5;

	private static final byte CONNECT = 1;

	private static final byte IPV4 = 1;

	private static final byte SUCCEEDED = 0;

	private static final byte HOST_UNREACHABLE = 4;

	private static final byte REFUSED = 5;

	private static final byte COMMAND_NOT_SUPPORTED = 7;

	private static final int METHODS_AT = 2;

	private static final int REQUEST_LENGTH = 10;

	private static final int MAX_GREETING = 2 + 255;

	private final ProxyLoop loop;

	private final ServerSocketChannel listener;

	private final Map<InetSocketAddress, PeerLink> links;

	private SocksEntrance(ProxyLoop loop, ServerSocketChannel listener, Map<InetSocketAddress, PeerLink> links) {
		this.loop = loop;
		this.listener = listener;
		this.links = links;
	}

	/**
	 * Begin to accept the connections of a member.
	 * @param loop the loop, in which this is called
	 * @param listener where the member connects
	 * @param links where each peer address leads
	 */
	static void open(ProxyLoop loop, ServerSocketChannel listener, Map<InetSocketAddress, PeerLink> links) {
		SocksEntrance entrance = new SocksEntrance(loop, listener, links);
		loop.register(listener, SelectionKey.OP_ACCEPT, (key) -> entrance.accept());
	}

	private void accept() {
		try {
			for (SocketChannel client = this.listener.accept(); client != null; client = this.listener.accept()) {
				client.configureBlocking(false);
				this.loop.register(client, SelectionKey.OP_READ, new Handshake(client));
			}
		}
		catch (IOException ex) {
			// The client was faster to go away.
		}
	}

	/**
	 * What is said before a connection belongs to a link.
	 */
	private final class Handshake implements ProxyLoop.Handler {

		private final SocketChannel client;

		private final ByteBuffer input = ByteBuffer.allocate(MAX_GREETING);

		private boolean greeted;

		private Handshake(SocketChannel client) {
			this.client = client;
		}

		@Override
		public void ready(SelectionKey key) {
			try {
				if (this.client.read(this.input) < 0) {
					Sockets.close(this.client);
				}
				else if (!this.greeted) {
					greet();
				}
				else if (this.input.position() >= REQUEST_LENGTH) {
					request();
				}
			}
			catch (IOException ex) {
				Sockets.close(this.client);
			}
		}

		private void greet() throws IOException {
			if (this.input.position() < METHODS_AT
					|| this.input.position() < METHODS_AT + Byte.toUnsignedInt(this.input.get(1))) {
				return;
			}
			this.input.clear();
			this.greeted = true;
			// No authentication.
			this.client.write(ByteBuffer.wrap(new byte[] { VERSION, 0 }));
		}

		// The client waits for the answer, so that nothing follows the request.
		private void request() throws IOException {
			if (this.input.get(1) != CONNECT || this.input.get(3) != IPV4) {
				refuse(COMMAND_NOT_SUPPORTED);
				return;
			}
			PeerLink link = SocksEntrance.this.links.get(target());
			if (link == null) {
				refuse(HOST_UNREACHABLE);
			}
			else if (link.isRefusing()) {
				refuse(REFUSED);
			}
			else {
				answer(SUCCEEDED);
				link.admit(this.client);
			}
		}

		private InetSocketAddress target() throws UnknownHostException {
			byte[] address = new byte[4];
			this.input.get(4, address);
			return new InetSocketAddress(InetAddress.getByAddress(address),
					Short.toUnsignedInt(this.input.getShort(8)));
		}

		private void refuse(byte reason) throws IOException {
			answer(reason);
			Sockets.close(this.client);
		}

		private void answer(byte code) throws IOException {
			// A new socket has room for it.
			this.client.write(ByteBuffer.wrap(new byte[] { VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0 }));
		}

	}

}
