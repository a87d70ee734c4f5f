/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Asks a server over HTTP whether it serves.
 */
final class ServingProbe {

	private static final int TIMEOUT_MILLIS = 1000;

	private ServingProbe() {
	}

	/**
	 * Return whether the server of that name serves linearizable reads. An alarm is not
	 * held against it, because a server may be started to have its alarm disarmed.
	 * @param ports the ports of the server
	 * @param name the name of the server
	 * @return {@code true} if it serves
	 */
	static boolean serves(Ports ports, String name) {
		// The name says that this is our server, not one that was faster to take the
		// port.
		String members = get(ports.peerUrl() + "/members");
		if (members == null || !members.contains('"' + name + '"')) {
			return false;
		}
		String health = get(ports.clientUrl() + "/health?exclude=NOSPACE&exclude=CORRUPT");
		return health != null && health.contains("\"health\":\"true\"");
	}

	private static @Nullable String get(String url) {
		HttpURLConnection connection = null;
		try {
			connection = (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
			connection.setConnectTimeout(TIMEOUT_MILLIS);
			connection.setReadTimeout(TIMEOUT_MILLIS);
			connection.setRequestProperty("Connection", "close");
			try (InputStream body = connection.getInputStream()) {
				return new String(body.readAllBytes(), StandardCharsets.UTF_8);
			}
		}
		catch (IOException ex) {
			return null;
		}
		finally {
			if (connection != null) {
				connection.disconnect();
			}
		}
	}

}
