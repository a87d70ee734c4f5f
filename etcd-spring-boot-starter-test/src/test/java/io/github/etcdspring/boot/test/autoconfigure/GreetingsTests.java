/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

import io.github.etcdspring.boot.test.autoconfigure.app.Greetings;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.Operation;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.spring.EtcdTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The test that the documentation shows.
 */
@EtcdTest
@Import(Greetings.class)
class GreetingsTests {

	@Autowired
	private Greetings greetings;

	@Autowired
	private EtcdTemplate etcd;

	@Test
	void greets() {
		assertThat(this.greetings.greet()).isEqualTo("hello");
	}

	@Test
	void offerEndsInTime(@Autowired EtcdClock clock) {
		this.etcd.put("/app/offer", "today only", Duration.ofHours(1));
		clock.advance(Duration.ofMinutes(59));
		assertThat(this.etcd.get("/app/offer", String.class)).isPresent();
		clock.advance(Duration.ofMinutes(2));
		assertThat(this.etcd.get("/app/offer", String.class)).isEmpty();
	}

	@Test
	void lostAnswerLeavesTheOutcomeOpen(@Autowired Faults faults) {
		faults.next(Operation.PUT).dropAfterApplying();
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> this.etcd.put("/app/order", "1"))
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
		assertThat(this.etcd.get("/app/order", String.class)).isPresent();
	}

}
