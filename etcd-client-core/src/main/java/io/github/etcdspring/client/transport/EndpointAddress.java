/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Where an etcd member is reached: a scheme, a host and a port, as the application wrote
 * them.
 *
 * @param secure whether the scheme is {@code https}
 * @param host the host name or address; an IPv6 address without its brackets
 * @param port the port
 * @since 0.1.0
 */
public record EndpointAddress(boolean secure, String host, int port) {

	private static final int DEFAULT_PORT = 2379;

	/**
	 * Read a list of endpoints. Either all are {@code https} or none is: a client whose
	 * secrets travel in the clear to some of its members is a mistake.
	 * @param endpoints {@code http://host:port}, {@code https://host:port} or
	 * {@code host:port}; the port may be left out and is 2379 then
	 * @param secureByDefault whether an endpoint without a scheme is {@code https}
	 * @return the addresses, without repetitions
	 * @throws IllegalArgumentException if the list is empty or mixed, or an endpoint is
	 * malformed
	 */
	public static List<EndpointAddress> parseAll(Collection<String> endpoints, boolean secureByDefault) {
		if (endpoints.isEmpty()) {
			throw new IllegalArgumentException(
					"'endpoints' must not be empty: give at least one, such as http://127.0.0.1:2379");
		}
		Set<EndpointAddress> addresses = new LinkedHashSet<>();
		for (String endpoint : endpoints) {
			addresses.add(parse(endpoint, secureByDefault));
		}
		List<EndpointAddress> list = new ArrayList<>(addresses);
		boolean secure = list.get(0).secure();
		for (EndpointAddress address : list) {
			if (address.secure() != secure) {
				throw new IllegalArgumentException("'endpoints' mixes http and https: " + list
						+ "; use https for all of them, or http for all of them");
			}
		}
		return List.copyOf(list);
	}

	/**
	 * Read one endpoint.
	 * @param endpoint the endpoint as text
	 * @param secureByDefault whether an endpoint without a scheme is {@code https}
	 * @return the address
	 * @throws IllegalArgumentException if the endpoint is malformed
	 */
	static EndpointAddress parse(String endpoint, boolean secureByDefault) {
		if (endpoint == null || endpoint.isBlank()) {
			throw malformed(endpoint, "it is empty");
		}
		String rest = endpoint.strip();
		if (rest.indexOf('@') >= 0) {
			// Shown without what stands before the '@': that may be a password.
			throw malformed(rest.substring(rest.lastIndexOf('@') + 1),
					"user and password do not belong in an endpoint; set them on the client");
		}
		boolean secure = secureByDefault;
		int scheme = rest.indexOf("://");
		if (scheme >= 0) {
			secure = switch (rest.substring(0, scheme).toLowerCase(Locale.ROOT)) {
				case "http" -> false;
				case "https" -> true;
				default -> throw malformed(endpoint, "its scheme is neither http nor https");
			};
			rest = rest.substring(scheme + 3);
		}
		if (rest.endsWith("/")) {
			rest = rest.substring(0, rest.length() - 1);
		}
		if (!rest.matches("[^/?#\\s,]*")) {
			throw malformed(endpoint, "after host and port nothing may follow");
		}
		return parseHostAndPort(endpoint, secure, rest);
	}

	private static EndpointAddress parseHostAndPort(String endpoint, boolean secure, String text) {
		String host;
		String port;
		if (text.startsWith("[")) {
			int close = text.indexOf(']');
			if (close < 0) {
				throw malformed(endpoint, "the bracket of the IPv6 address is not closed");
			}
			host = text.substring(1, close);
			port = text.substring(close + 1);
			if (!isIpv6(host)) {
				throw malformed(endpoint, "in brackets there must be an IPv6 address");
			}
			if (!port.isEmpty() && !port.startsWith(":")) {
				throw malformed(endpoint, "after the IPv6 address there must be a port");
			}
			if (port.equals(":")) {
				throw malformed(endpoint, "the port is missing after the colon");
			}
			port = port.isEmpty() ? port : port.substring(1);
		}
		else {
			int colon = text.indexOf(':');
			if (colon != text.lastIndexOf(':')) {
				throw malformed(endpoint, "an IPv6 address must stand in brackets, as in http://[::1]:2379");
			}
			host = (colon < 0) ? text : text.substring(0, colon);
			port = (colon < 0) ? "" : text.substring(colon + 1);
			if (colon >= 0 && port.isEmpty()) {
				throw malformed(endpoint, "the port is missing after the colon");
			}
		}
		if (host.isEmpty()) {
			throw malformed(endpoint, "the host is missing");
		}
		if (!host.contains(":")) {
			checkName(endpoint, host);
		}
		return new EndpointAddress(secure, host, parsePort(endpoint, port));
	}

	private static boolean isIpv6(String host) {
		int zone = host.indexOf('%');
		String address = (zone < 0) ? host : host.substring(0, zone);
		if (!address.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
				|| !host.substring(address.length()).matches("(%[\\w.-]+)?")) {
			return false;
		}
		try {
			// Brackets keep the JDK from asking a name server.
			InetAddress.getByName("[" + address + "]");
			return true;
		}
		catch (UnknownHostException ex) {
			return false;
		}
	}

	private static void checkName(String endpoint, String host) {
		if (!host.matches("[\\w.-]+")) {
			throw malformed(endpoint, "the host must consist of letters, digits, '.', '-' and '_'");
		}
		if (HostResolver.isAddress(host)
				&& !Arrays.stream(host.split("\\.")).allMatch((part) -> Integer.parseInt(part) <= 255)) {
			throw malformed(endpoint, "the host is no IPv4 address");
		}
	}

	private static int parsePort(String endpoint, String text) {
		if (text.isEmpty()) {
			return DEFAULT_PORT;
		}
		if (text.matches("\\d{1,5}")) {
			int port = Integer.parseInt(text);
			if (port > 0 && port <= 65535) {
				return port;
			}
		}
		throw malformed(endpoint, "the port must be a number from 1 to 65535");
	}

	private static IllegalArgumentException malformed(String endpoint, String why) {
		return new IllegalArgumentException("'endpoints' has the malformed endpoint '" + endpoint + "': " + why
				+ "; write http://host:port, https://host:port or host:port");
	}

	/**
	 * Return host and port, as in a URL: the name that the server's certificate is
	 * checked against.
	 * @return the authority
	 */
	String authority() {
		return (this.host.contains(":") ? "[" + this.host + "]" : this.host) + ":" + this.port;
	}

	@Override
	public String toString() {
		return (this.secure ? "https://" : "http://") + authority();
	}

}
