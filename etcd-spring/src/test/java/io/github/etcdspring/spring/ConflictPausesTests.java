/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConflictPauses}.
 */
class ConflictPausesTests {

	@Test
	void pauseIsRandomBelowABoundThatDoublesToALimit() {
		List<Long> bounds = new ArrayList<>();
		List<Long> slept = new ArrayList<>();
		ConflictPauses pauses = new ConflictPauses((bound) -> {
			bounds.add(Duration.ofNanos(bound).toMillis());
			return bound / 2;
		}, slept::add);
		for (int conflicts = 1; conflicts <= 8; conflicts++) {
			pauses.pause(conflicts);
		}
		assertThat(bounds).containsExactly(10L, 20L, 40L, 80L, 160L, 320L, 320L, 320L);
		assertThat(slept.get(0)).isEqualTo(Duration.ofMillis(5).toNanos());
	}

	@Test
	void pauseOfAnInterruptedThreadEndsAtOnceAndKeepsTheFlag() {
		Thread.currentThread().interrupt();
		long begin = System.nanoTime();
		new ConflictPauses((bound) -> Duration.ofMinutes(1).toNanos(), ConflictPauses::sleep).pause(1);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(System.nanoTime() - begin).isLessThan(Duration.ofSeconds(30).toNanos());
	}

	@Test
	void pauseLastsAsLongAsDrawn() {
		long begin = System.nanoTime();
		new ConflictPauses((bound) -> Duration.ofMillis(20).toNanos(), ConflictPauses::sleep).pause(1);
		assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
	}

}
