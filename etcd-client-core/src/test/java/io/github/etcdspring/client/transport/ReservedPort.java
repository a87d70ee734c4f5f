/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are down for a while, or for good. Tests run in several JVMs at
 * once: a port that a system hands out as free may be somebody else's server a moment
 * later. These are below the range that systems hand out, and for as long as this JVM
 * lives no other test JVM gets one of them.
 */
public final class ReservedPort {

	private static final int FIRST = 10_000;

	private static final int LAST = 32_000;

	/** The UDP port of the same number is what says that a port is taken. */
	private static final Collection<DatagramSocket> reservations = new ConcurrentLinkedQueue<>();

	private ReservedPort() {
	}

	/**
	 * Reserve a port that nobody listens on.
	 * @return the port
	 */
	public static int next() {
		while (true) {
			InetSocketAddress address = new InetSocketAddress(ThreadLocalRandom.current().nextInt(FIRST, LAST));
			try {
				DatagramSocket reservation = new DatagramSocket(address);
				reservations.add(reservation);
				try (ServerSocket free = new ServerSocket()) {
					free.bind(address);
				}
				return address.getPort();
			}
			catch (IOException ex) {
				// Somebody else has it.
			}
		}
	}

	/**
	 * Reserve an endpoint that refuses connections.
	 * @return its URL
	 */
	public static String nobody() {
		return "http://127.0.0.1:" + next();
	}

}
