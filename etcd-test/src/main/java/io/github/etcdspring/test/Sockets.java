/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * Opens and closes sockets.
 */
final class Sockets {

	// More than a client opens before the loop comes round.
	private static final int BACKLOG = 128;

	private Sockets() {
	}

	static InetSocketAddress loopback(int port) {
		try {
			return new InetSocketAddress(InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }), port);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Listen on the loopback interface.
	 * @param port the port
	 * @return a channel that does not block
	 * @throws IOException if the port is taken
	 */
	static ServerSocketChannel listen(int port) throws IOException {
		ServerSocketChannel channel = ServerSocketChannel.open();
		try {
			channel.configureBlocking(false);
			channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
			return channel.bind(loopback(port), BACKLOG);
		}
		catch (IOException ex) {
			close(channel);
			throw ex;
		}
	}

	static void close(@Nullable Closeable closeable) {
		try {
			if (closeable != null) {
				closeable.close();
			}
		}
		catch (IOException ex) {
			// It is gone.
		}
	}

	/**
	 * Close a socket so that the other side is told at once that all is lost (RST).
	 * @param socket the socket
	 */
	static void reset(@Nullable SocketChannel socket) {
		try {
			if (socket != null) {
				socket.setOption(StandardSocketOptions.SO_LINGER, 0);
			}
		}
		catch (IOException ex) {
			// It is gone.
		}
		close(socket);
	}

}
