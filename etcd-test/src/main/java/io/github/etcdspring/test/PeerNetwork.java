/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * The network between the members of a cluster: a link per ordered pair.
 * <p>
 * Members advertise peer addresses that only exist here, and dial them through a SOCKS
 * proxy of their own, which etcd takes from its environment. The proxy knows the sender,
 * the address says the receiver, and no message can take another way.
 */
final class PeerNetwork implements AutoCloseable {

	// A network for documentation (RFC 5737). Addresses of the loopback interface would
	// be dialled directly.
	private static final byte[] NETWORK = { (byte) 192, 0, 2, 0 };

	private static final int MAX_SIZE = 254;

	private final ProxyLoop loop = new ProxyLoop("fault-network");

	private final List<InetSocketAddress> addresses = new ArrayList<>();

	private final List<Integer> entrances = new ArrayList<>();

	// By sender, then by receiver.
	private final List<List<PeerLink>> links = new ArrayList<>();

	private boolean closed;

	/**
	 * Make the network.
	 * @param members the ports of the members
	 */
	PeerNetwork(List<Ports> members) {
		if (members.size() > MAX_SIZE) {
			throw new IllegalArgumentException("size is " + members.size()
					+ ": a cluster that is partitionable has at most " + MAX_SIZE + " members");
		}
		for (int member = 0; member < members.size(); member++) {
			this.addresses.add(address(member, members.get(member).peer()));
		}
		for (int from = 0; from < members.size(); from++) {
			List<PeerLink> row = new ArrayList<>();
			Map<InetSocketAddress, PeerLink> byAddress = new HashMap<>();
			for (int to = 0; to < members.size(); to++) {
				PeerLink link = new PeerLink(this.loop, from, to, members.get(to).peer());
				row.add(link);
				byAddress.put(this.addresses.get(to), link);
			}
			this.links.add(row);
			openEntrance(byAddress);
		}
	}

	/**
	 * Return the URL that a member advertises to its peers.
	 * @param member the number of the member
	 * @return the URL
	 */
	String peerUrl(int member) {
		InetSocketAddress address = this.addresses.get(member);
		return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
	}

	/**
	 * Return what makes a member use the network.
	 * @param member the number of the member
	 * @return the environment of its process
	 */
	Map<String, String> environment(int member) {
		return Map.of("HTTP_PROXY", "socks5://127.0.0.1:" + this.entrances.get(member));
	}

	PeerLink link(int from, int to) {
		return this.links.get(from).get(to);
	}

	void partition(Set<Integer> side) {
		this.loop.run(() -> onLinks((from, to) -> side.contains(from) != side.contains(to), (link) -> {
			link.inflictOnCurrent(Fault.stall());
			link.refuse();
		}));
	}

	/**
	 * Lose all that one member sends to another, on the connections of both.
	 * @param from the number of the sender
	 * @param to the number of the receiver
	 */
	void mute(int from, int to) {
		this.loop.run(() -> {
			link(from, to).inflictOnCurrent(Fault.stall(Direction.TO_SERVER));
			link(from, to).refuse();
			link(to, from).inflict(Fault.stall(Direction.TO_CLIENT));
		});
	}

	void heal() {
		this.loop.run(() -> onLinks((from, to) -> true, FaultyLink::heal));
	}

	@Override
	public synchronized void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.loop.run(() -> onLinks((from, to) -> true, FaultyLink::cut));
		this.loop.close();
		this.entrances.forEach(Ports::release);
	}

	private void openEntrance(Map<InetSocketAddress, PeerLink> links) {
		int port = Ports.freePort();
		this.entrances.add(port);
		try {
			ServerSocketChannel listener = Sockets.listen(port);
			this.loop.run(() -> SocksEntrance.open(this.loop, listener, links));
		}
		catch (IOException ex) {
			close();
			throw new PortTakenException(
					"the proxy of a member could not listen on port " + port + ": " + ex.getMessage());
		}
	}

	private void onLinks(BiPredicate<Integer, Integer> choice, Consumer<PeerLink> action) {
		for (int from = 0; from < this.links.size(); from++) {
			for (int to = 0; to < this.addresses.size(); to++) {
				if (choice.test(from, to)) {
					action.accept(link(from, to));
				}
			}
		}
	}

	private static InetSocketAddress address(int member, int port) {
		byte[] address = NETWORK.clone();
		address[3] = (byte) (member + 1);
		try {
			return new InetSocketAddress(InetAddress.getByAddress(address), port);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
