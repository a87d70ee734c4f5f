/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link InvalidEtcdPropertyFailureAnalyzer}: each start as an application that
 * fails, and what its log says then.
 */
@ExtendWith(OutputCaptureExtension.class)
class InvalidEtcdPropertyFailureAnalyzerTests {

	@Test
	void malformedEndpoint(CapturedOutput output) {
		start("etcd.endpoints=http://good:2379,ftp://bad:2379");
		assertThat(output).contains("APPLICATION FAILED TO START", "'etcd.endpoints'", "ftp://bad:2379",
				"neither http nor https", "http://host:port");
	}

	@Test
	void passwordInAnEndpointIsNotShown(CapturedOutput output) {
		start("etcd.endpoints=http://user:s3cret@there:2379");
		assertThat(output).contains("'etcd.endpoints'", "there:2379", "user and password do not belong");
		assertThat(output).doesNotContain("s3cret");
	}

	@Test
	void noEndpoint(CapturedOutput output) {
		start("etcd.endpoints=");
		assertThat(output).contains("'etcd.endpoints'", "must not be empty");
	}

	@Test
	void mixedSchemes(CapturedOutput output) {
		start("etcd.endpoints[0]=http://a:2379", "etcd.endpoints[1]=https://b:2379");
		assertThat(output).contains("'etcd.endpoints'", "mixes http and https", "http://a:2379", "https://b:2379",
				"originating from '\"etcd.endpoints[0]\" from property source \"commandLineArgs\"'");
	}

	@Test
	void timeoutBelowOneSecond(CapturedOutput output) {
		start("etcd.timeout=500ms");
		assertThat(output).contains("'etcd.timeout'", "'500ms'", "at least 1 second", "commandLineArgs");
	}

	@Test
	void tokenTogetherWithUser(CapturedOutput output) {
		start("etcd.auth-token=s3cret", "etcd.username=me", "etcd.password=s3cret");
		assertThat(output).contains("'etcd.auth-token'", "together with etcd.username", "but not all of them");
		assertThat(output).doesNotContain("s3cret");
	}

	@Test
	void userWithoutPassword(CapturedOutput output) {
		start("etcd.username=me");
		assertThat(output).contains("'etcd.username'", "'me'", "no password", "Set etcd.password, too.");
	}

	@Test
	void passwordWithoutUser(CapturedOutput output) {
		start("etcd.password=s3cret");
		assertThat(output).contains("'etcd.password'", "no user", "Set etcd.username, too.");
		assertThat(output).doesNotContain("s3cret");
	}

	@Test
	void sslSwitchedOffForHttpsEndpoints(CapturedOutput output) {
		start("etcd.endpoints=https://a:2379", "etcd.ssl.enabled=false");
		assertThat(output).contains("'etcd.ssl.enabled'", "'false'", "contradicts the https endpoints",
				"https://a:2379");
	}

	@Test
	void sslSwitchedOnForHttpEndpoints(CapturedOutput output) {
		start("etcd.endpoints=http://a:2379", "etcd.ssl.enabled=true");
		assertThat(output).contains("'etcd.ssl.enabled'", "'true'", "contradicts the http endpoints",
				"Write https:// in etcd.endpoints");
	}

	@Test
	void sslBundleForHttpEndpoints(CapturedOutput output) {
		start("etcd.endpoints=http://a:2379", "etcd.ssl.bundle=mine");
		assertThat(output).contains("'etcd.ssl.bundle'", "'mine'", "contradicts the http endpoints");
	}

	@Test
	void settingOfTheServerAsToken(CapturedOutput output) {
		start("etcd.auth-token=jwt,priv-key=/s3cret");
		assertThat(output).contains("'etcd.auth-token'", "'jwt'", "setting of the etcd server", "commandLineArgs");
		assertThat(output).doesNotContain("s3cret");
	}

	@Test
	void tokenThatIsNotAscii(CapturedOutput output) {
		start("etcd.auth-token=s3cret\u20ac");
		assertThat(output).contains("'etcd.auth-token'", "printable ASCII");
		assertThat(output).doesNotContain("s3cret");
	}

	@Test
	void numbersOutOfRange(CapturedOutput output) {
		start("etcd.max-retries=-2");
		assertThat(output).contains("'etcd.max-retries'", "'-2'");
		start("etcd.connect-timeout=0");
		assertThat(output).contains("'etcd.connect-timeout'", "'0ms'");
		start("etcd.keepalive.time=-1s");
		assertThat(output).contains("'etcd.keepalive.time'", "'-1000ms'");
		start("etcd.keepalive.timeout=0");
		assertThat(output).contains("'etcd.keepalive.timeout'");
		start("etcd.max-inbound-size=3GB");
		assertThat(output).contains("'etcd.max-inbound-size'", "less than 2 GB");
		start("etcd.max-outbound-size=0");
		assertThat(output).contains("'etcd.max-outbound-size'", "must be positive");
		start("etcd.health.interval=-1");
		assertThat(output).contains("'etcd.health.interval'", "must not be negative");
		start("etcd.health.timeout=0");
		assertThat(output).contains("'etcd.health.timeout'", "must be positive");
	}

	private static void start(String... properties) {
		List<String> arguments = new ArrayList<>();
		for (String property : properties) {
			arguments.add("--" + property);
		}
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatException().isThrownBy(() -> application.run(arguments.toArray(String[]::new)).close());
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ EtcdAutoConfiguration.class, SslAutoConfiguration.class })
	static class Application {

	}

}
