/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Turns a host name into addresses. May block; called on a thread of its own.
 */
@FunctionalInterface
interface HostResolver {

	/** The system's resolver. */
	HostResolver SYSTEM = (host) -> List.of(InetAddress.getAllByName(host));

	/**
	 * Resolve a name.
	 * @param host the name
	 * @return its addresses, at least one
	 * @throws UnknownHostException if it has none
	 */
	List<InetAddress> resolve(String host) throws UnknownHostException;

	/**
	 * Whether a host is an address and needs no resolving.
	 * @param host the host
	 * @return whether it is an IPv4 or IPv6 address
	 */
	static boolean isAddress(String host) {
		return host.contains(":") || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
	}

}
