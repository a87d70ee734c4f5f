/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.UrlResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the files that Spring Boot and editors read.
 */
class MetadataTests {

	@Test
	void everyPropertyIsDescribed() throws IOException {
		List<String> names = new ArrayList<>();
		for (JsonNode property : metadata().get("properties")) {
			String name = property.get("name").asString();
			names.add(name);
			assertThat(property.path("description").asString("")).as(name).endsWith(".");
			assertThat(property.has("type")).as(name).isTrue();
		}
		assertThat(names).containsExactlyInAnyOrder("etcd.enabled", "etcd.endpoints", "etcd.endpoint-strategy",
				"etcd.timeout", "etcd.connect-timeout", "etcd.max-retries", "etcd.retry-reads", "etcd.auth-token",
				"etcd.username", "etcd.password", "etcd.namespace", "etcd.ssl.enabled", "etcd.ssl.bundle",
				"etcd.keepalive.time", "etcd.keepalive.timeout", "etcd.max-inbound-size", "etcd.max-outbound-size",
				"etcd.health.interval", "etcd.health.timeout", "management.health.etcd.enabled",
				"etcd.embedded.enabled", "etcd.embedded.replace-endpoints", "etcd.embedded.port", "etcd.embedded.quota",
				"etcd.embedded.max-request-size", "etcd.embedded.max-txn-ops", "etcd.embedded.clock");
	}

	@Test
	void defaultsAreShown() throws IOException {
		for (JsonNode property : metadata().get("properties")) {
			String expected = switch (property.get("name").asString()) {
				case "etcd.timeout" -> "30s";
				case "etcd.connect-timeout" -> "5s";
				case "etcd.max-retries" -> "3";
				case "etcd.endpoint-strategy" -> "failover";
				case "etcd.max-outbound-size" -> "2MB";
				case "etcd.embedded.quota" -> "2GB";
				case "etcd.embedded.max-request-size" -> "1536KB";
				case "etcd.embedded.max-txn-ops" -> "128";
				case "etcd.embedded.port" -> "0";
				case "etcd.embedded.clock" -> "system";
				case "etcd.embedded.replace-endpoints" -> "false";
				case "etcd.health.timeout" -> "2s";
				case "etcd.enabled", "etcd.retry-reads", "etcd.embedded.enabled", "management.health.etcd.enabled" ->
					"true";
				default -> "";
			};
			if (!expected.isEmpty()) {
				assertThat(property.path("defaultValue").asString("")).as(property.get("name").asString())
					.isEqualTo(expected);
			}
		}
	}

	@Test
	void hintsAreForPropertiesThatExist() throws IOException {
		List<String> names = new ArrayList<>();
		metadata().get("hints").forEach((hint) -> names.add(hint.get("name").asString()));
		assertThat(names).containsExactlyInAnyOrder("etcd.endpoints", "etcd.endpoint-strategy", "etcd.embedded.clock");
	}

	@Test
	void everyAutoConfigurationIsRegistered() throws IOException {
		List<String> registered = new ArrayList<>();
		ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
			.forEach((name) -> registered.add(name));
		registered.removeIf((name) -> !name.startsWith("io.github.etcdspring."));
		Properties conditions = PropertiesLoaderUtils
			.loadAllProperties("META-INF/spring-autoconfigure-metadata.properties");
		List<String> annotated = new ArrayList<>();
		for (String key : conditions.stringPropertyNames()) {
			if (key.startsWith("io.github.etcdspring.") && key.endsWith("AutoConfiguration")) {
				annotated.add(key);
			}
		}
		Collections.sort(annotated);
		assertThat(registered).isEqualTo(annotated).hasSize(5);
	}

	@Test
	void failureAnalyzerIsRegistered() throws IOException {
		List<String> analyzers = new ArrayList<>();
		for (URL url : Collections.list(getClass().getClassLoader().getResources("META-INF/spring.factories"))) {
			analyzers.add(PropertiesLoaderUtils.loadProperties(new UrlResource(url))
				.getProperty(FailureAnalyzer.class.getName(), ""));
		}
		assertThat(analyzers).contains(InvalidEtcdPropertyFailureAnalyzer.class.getName());
	}

	private JsonNode metadata() throws IOException {
		for (URL url : Collections
			.list(getClass().getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream stream = url.openStream()) {
				String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
				if (json.contains("\"etcd.endpoints\"")) {
					return JsonMapper.shared().readTree(json);
				}
			}
		}
		throw new IllegalStateException("The annotation processor did not run");
	}

}
