/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/**
 * Keys and values over the JSON gateway of a server, so that these tests need no client.
 */
final class Gateway {

	private static final HttpClient client = HttpClient.newHttpClient();

	private Gateway() {
	}

	static void put(EtcdServer server, String key, String value) {
		post(server, "/v3/kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
	}

	static boolean has(EtcdServer server, String key, String value) {
		return post(server, "/v3/kv/range", "{\"key\":\"" + base64(key) + "\"}").contains('"' + base64(value) + '"');
	}

	static String status(EtcdServer server, Duration timeout) {
		return post(server, "/v3/maintenance/status", "{}", timeout);
	}

	static void raiseAlarm(EtcdServer server) {
		post(server, "/v3/maintenance/alarm", "{\"action\":\"ACTIVATE\",\"alarm\":\"NOSPACE\"}");
	}

	static void enableAuthentication(EtcdServer server) {
		post(server, "/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"secret\"}");
		post(server, "/v3/auth/role/add", "{\"name\":\"root\"}");
		post(server, "/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
		post(server, "/v3/auth/enable", "{}");
	}

	private static String post(EtcdServer server, String path, String body) {
		return post(server, path, body, Duration.ofSeconds(20));
	}

	private static String post(EtcdServer server, String path, String body, Duration timeout) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(server.endpoint() + path))
			.timeout(timeout)
			.POST(HttpRequest.BodyPublishers.ofString(body))
			.build();
		try {
			HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() != 200) {
				throw new IllegalStateException(response.statusCode() + " " + response.body());
			}
			return response.body();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static String base64(String text) {
		return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
	}

}
