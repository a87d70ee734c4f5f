/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Drives the whole application over HTTP, whatever etcd it uses.
 */
abstract class FlagScenarios {

	private static final JsonMapper json = JsonMapper.builder().build();

	private static final HttpClient http = HttpClient.newHttpClient();

	/**
	 * Where the application serves.
	 * @return a URI without a path
	 */
	abstract URI base();

	@Test
	void flagsAreCreatedReadListedAndDeleted() throws Exception {
		HttpResponse<String> created = put("dark-mode", "{\"enabled\":true,\"description\":\"night\"}");
		assertThat(created.statusCode()).isEqualTo(200);
		HttpResponse<String> found = get("/flags/dark-mode");
		assertThat(found.headers().firstValue("ETag")).isEqualTo(created.headers().firstValue("ETag")).isPresent();
		assertThat(json.readTree(found.body()).get("enabled").asBoolean()).isTrue();
		put("dark-menu", "{\"enabled\":false}");
		put("light", "{\"enabled\":false}");
		JsonNode dark = json.readTree(get("/flags?prefix=dark-").body());
		assertThat(dark).extracting((flag) -> flag.get("name").asString()).containsExactly("dark-menu", "dark-mode");
		assertThat(json.readTree(get("/flags").body()).size()).isEqualTo(3);
		for (String name : new String[] { "dark-mode", "dark-menu", "light" }) {
			assertThat(delete(name, null).statusCode()).isEqualTo(204);
			assertThat(get("/flags/" + name).statusCode()).isEqualTo(404);
		}
		assertThat(delete("light", null).statusCode()).isEqualTo(404);
	}

	@Test
	void concurrentChangesAreRefused() throws Exception {
		String first = etag(send(request("/flags/shared").header("If-None-Match", "*")
			.PUT(HttpRequest.BodyPublishers.ofString("{\"enabled\":false}"))));
		assertThat(send(request("/flags/shared").header("If-None-Match", "*")
			.PUT(HttpRequest.BodyPublishers.ofString("{\"enabled\":true}"))).statusCode()).isEqualTo(412);
		HttpResponse<String> second = putIfMatch("shared", first, "{\"enabled\":true}");
		assertThat(second.statusCode()).isEqualTo(200);
		HttpResponse<String> conflict = putIfMatch("shared", first, "{\"enabled\":false}");
		assertThat(conflict.statusCode()).isEqualTo(412);
		assertThat(conflict.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(delete("shared", first).statusCode()).isEqualTo(412);
		assertThat(json.readTree(get("/flags/shared").body()).get("enabled").asBoolean()).isTrue();
		assertThat(delete("shared", etag(second)).statusCode()).isEqualTo(204);
	}

	@Test
	void badRequestsAreToldWhatIsWrong() throws Exception {
		HttpResponse<String> badName = put(".hidden", "{\"enabled\":true}");
		assertThat(badName.statusCode()).isEqualTo(400);
		assertThat(badName.body()).contains("letters, digits");
		assertThat(putIfMatch("shared", "W/\"1\"", "{\"enabled\":true}").statusCode()).isEqualTo(400);
		assertThat(put("broken", "{\"enabled\":").statusCode()).isEqualTo(400);
	}

	@Test
	void healthAndMetersAreShown() throws Exception {
		put("metered", "{\"enabled\":true}");
		JsonNode health = json.readTree(get("/actuator/health").body());
		assertThat(health.get("status").asString()).isEqualTo("UP");
		assertThat(health.at("/components/etcd/status").asString()).isEqualTo("UP");
		JsonNode calls = json.readTree(get("/actuator/metrics/etcd.client.calls?tag=operation:put").body());
		assertThat(calls.at("/measurements/0/value").asDouble()).isPositive();
		JsonNode up = json.readTree(get("/actuator/metrics/etcd.client.endpoint.up").body());
		assertThat(up.at("/measurements/0/value").asDouble()).isEqualTo(1);
		assertThat(delete("metered", null).statusCode()).isEqualTo(204);
	}

	final void assertOutageIsReported() throws Exception {
		long start = System.nanoTime();
		HttpResponse<String> health = get("/actuator/health");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
		assertThat(health.statusCode()).isEqualTo(503);
		assertThat(json.readTree(health.body()).at("/components/etcd/status").asString()).isEqualTo("DOWN");
		assertUnavailable(() -> get("/flags/outage"), "NOT_APPLIED", "NOT_APPLIED");
		assertUnavailable(() -> put("outage", "{\"enabled\":false}"), "NOT_APPLIED", "UNKNOWN");
	}

	private static void assertUnavailable(Exchange exchange, String... outcomes) throws Exception {
		long start = System.nanoTime();
		HttpResponse<String> response = exchange.send();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(json.readTree(response.body()).get("outcome").asString()).isIn((Object[]) outcomes);
		assertThat(response.body()).doesNotContain("127.0.0.1");
	}

	final void assertRecovers() {
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(get("/flags/outage").statusCode()).isEqualTo(200);
			assertThat(json.readTree(get("/actuator/health").body()).at("/components/etcd/status").asString())
				.isEqualTo("UP");
		});
	}

	final HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return send(request(path).GET());
	}

	final HttpResponse<String> put(String name, String body) throws IOException, InterruptedException {
		return send(request("/flags/" + name).PUT(HttpRequest.BodyPublishers.ofString(body)));
	}

	final HttpResponse<String> putIfMatch(String name, String etag, String body)
			throws IOException, InterruptedException {
		return send(request("/flags/" + name).header("If-Match", etag).PUT(HttpRequest.BodyPublishers.ofString(body)));
	}

	final HttpResponse<String> delete(String name, @Nullable String etag) throws IOException, InterruptedException {
		HttpRequest.Builder request = request("/flags/" + name).DELETE();
		return send((etag != null) ? request.header("If-Match", etag) : request);
	}

	private static String etag(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(200);
		return response.headers().firstValue("ETag").orElseThrow();
	}

	final HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(base().resolve(path))
			.timeout(Duration.ofSeconds(20))
			.header("Content-Type", "application/json");
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@FunctionalInterface
	private interface Exchange {

		HttpResponse<String> send() throws Exception;

	}

}
