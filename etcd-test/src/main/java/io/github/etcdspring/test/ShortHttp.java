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
 * One request on a connection of its own, to a server that may be in any state.
 */
final class ShortHttp {

	private static final int TIMEOUT_MILLIS = 1000;

	private ShortHttp() {
	}

	static @Nullable String get(String url) {
		return exchange(url, null);
	}

	static @Nullable String post(String url, String body) {
		return exchange(url, body);
	}

	private static @Nullable String exchange(String url, @Nullable String body) {
		HttpURLConnection connection = null;
		try {
			connection = (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
			connection.setConnectTimeout(TIMEOUT_MILLIS);
			connection.setReadTimeout(TIMEOUT_MILLIS);
			connection.setRequestProperty("Connection", "close");
			if (body != null) {
				connection.setDoOutput(true);
				connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
			}
			try (InputStream answer = connection.getInputStream()) {
				return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
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
