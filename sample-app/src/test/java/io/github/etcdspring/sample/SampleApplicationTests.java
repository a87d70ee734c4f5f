/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import java.net.URI;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;

import io.github.etcdspring.boot.test.autoconfigure.AutoConfigureTestEtcd;
import io.github.etcdspring.embedded.Faults;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application on an etcd of its own, inside its JVM.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureTestEtcd
class SampleApplicationTests extends FlagScenarios {

	@Autowired
	private Environment environment;

	@Override
	URI base() {
		return URI.create("http://127.0.0.1:" + this.environment.getProperty("local.server.port"));
	}

	@Test
	void unreachableEtcdIsReportedAndUsedAgainWhenItIsBack(@Autowired Faults faults) throws Exception {
		put("outage", "{\"enabled\":true}");
		faults.refuseConnections();
		assertThat(faults.cutConnections()).isPositive();
		assertOutageIsReported();
		faults.acceptConnections();
		assertRecovers();
		assertThat(delete("outage", null).statusCode()).isEqualTo(204);
	}

	@Test
	void etcdWithoutALeaderIsReportedAndUsedAgainWhenItHasOne(@Autowired Faults faults) throws Exception {
		put("outage", "{\"enabled\":true}");
		faults.loseLeader();
		assertThat(get("/actuator/health").statusCode()).isEqualTo(503);
		assertThat(get("/flags/outage").statusCode()).isEqualTo(503);
		faults.electLeader();
		assertRecovers();
		assertThat(delete("outage", null).statusCode()).isEqualTo(204);
	}

}
