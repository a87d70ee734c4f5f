/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The two ports of a server.
 *
 * @param client the port that clients use
 * @param peer the port that other members use
 */
record Ports(int client, int peer) {

	// Below the range that systems take the ports of outgoing connections from, so that a
	// server that is down finds its port still free when it comes back.
	private static final int FIRST = 20_000;

	private static final int LAST = 32_000;

	/**
	 * The UDP port of the same number says to other processes that the port is taken,
	 * also while nothing listens on it.
	 */
	private static final Map<Integer, DatagramSocket> HANDED_OUT = new ConcurrentHashMap<>();

	static Ports free() {
		return new Ports(freePort(), freePort());
	}

	String clientUrl() {
		return "http://127.0.0.1:" + this.client;
	}

	String peerUrl() {
		return "http://127.0.0.1:" + this.peer;
	}

	/**
	 * Let the ports be handed out again.
	 */
	void release() {
		release(this.client);
		release(this.peer);
	}

	static void release(int port) {
		DatagramSocket reservation = HANDED_OUT.remove(port);
		if (reservation != null) {
			reservation.close();
		}
	}

	static int freePort() {
		for (int attempt = 0; attempt < LAST - FIRST; attempt++) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
			if (reserve(port)) {
				if (isFree(port)) {
					return port;
				}
				release(port);
			}
		}
		throw new IllegalStateException("no free port found between " + FIRST + " and " + LAST);
	}

	private static boolean reserve(int port) {
		try {
			HANDED_OUT.put(port, new DatagramSocket(new InetSocketAddress(loopback(), port)));
			return true;
		}
		catch (IOException ex) {
			// Somebody else has it.
			return false;
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket()) {
			socket.bind(new InetSocketAddress(loopback(), port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static InetAddress loopback() throws IOException {
		return InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 });
	}

}
