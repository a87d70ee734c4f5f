/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import java.net.URI;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application on a real etcd that stops, freezes and comes back.
 */
@WithEtcd(isolated = true)
class RealEtcdApplicationTests extends FlagScenarios {

	private static ConfigurableApplicationContext application;

	@BeforeAll
	static void start(EtcdServer server) {
		application = SpringApplication.run(SampleApplication.class, "--server.port=0",
				"--etcd.endpoints=" + server.endpoint());
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Override
	URI base() {
		return URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port"));
	}

	@Test
	void stoppedEtcdIsReportedAndUsedAgainWhenItIsBack(EtcdServer server) throws Exception {
		put("outage", "{\"enabled\":true}");
		server.stop();
		assertOutageIsReported();
		server.start();
		assertRecovers();
		assertThat(delete("outage", null).statusCode()).isEqualTo(204);
	}

	@Test
	void frozenEtcdIsReportedAndUsedAgainWhenItThaws(EtcdServer server) throws Exception {
		put("outage", "{\"enabled\":true}");
		server.freeze();
		try {
			assertOutageIsReported();
		}
		finally {
			server.thaw();
		}
		assertRecovers();
		assertThat(delete("outage", null).statusCode()).isEqualTo(204);
	}

}
