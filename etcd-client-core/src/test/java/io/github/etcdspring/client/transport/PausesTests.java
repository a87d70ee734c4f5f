/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PausesTests {

	/** In the middle of the jitter, which is none then. */
	private static final RandomGenerator MIDDLE = fixed(0.5);

	@ParameterizedTest
	@CsvSource(textBlock = """
			1, '25 50 100 200 400 400 400 400'
			2, '0 25 0 50 0 100 0 200'
			3, '0 25 0 50 0 100 0 200'
			4, '0 0 25 0 0 50 0 0'
			5, '0 0 25 0 0 50 0 0'
			7, '0 0 0 25 0 0 0 50'
			""")
	void soonAsksAMajorityAtOnceAndPausesThenEachTimeTwiceAsLong(int endpoints, String expectedMillis) {
		assertThat(IntStream.rangeClosed(1, 8).mapToObj((resend) -> millis(Pauses.soon(resend, endpoints, MIDDLE))))
			.containsExactly(expectedMillis.split(" "));
	}

	@Test
	void soonNeverPausesLongerThanFourHundredMillis() {
		assertThat(millis(Pauses.soon(1_000_000, 1, MIDDLE))).isEqualTo("400");
		assertThat(millis(Pauses.soon(Integer.MAX_VALUE, 1, MIDDLE))).isEqualTo("400");
	}

	@Test
	void soonNeverPausesForNothingWithoutEndpoints() {
		// Before a name is resolved there is none.
		assertThat(Pauses.soon(1, 0, MIDDLE)).isEqualTo(Duration.ofMillis(25).toNanos());
	}

	@Test
	void laterGrowsByHalfASecondUpToFive() {
		assertThat(IntStream.rangeClosed(1, 13).mapToObj((resend) -> millis(Pauses.later(resend, MIDDLE))))
			.containsExactly("0", "500", "1000", "1500", "2000", "2500", "3000", "3500", "4000", "4500", "5000", "5000",
					"5000");
		assertThat(Pauses.later(Integer.MAX_VALUE, MIDDLE)).isEqualTo(Duration.ofSeconds(5).toNanos());
	}

	@Test
	void jitterIsATenthToBothSides() {
		assertThat(Pauses.later(2, fixed(0))).isEqualTo(Duration.ofMillis(450).toNanos());
		assertThat(Pauses.later(2, fixed(Math.nextDown(1.0)))).isLessThanOrEqualTo(Duration.ofMillis(550).toNanos());
		assertThat(Pauses.soon(1, 1, fixed(0))).isEqualTo(Duration.ofNanos(22_500_000).toNanos());
		Random random = new Random(1);
		assertThat(IntStream.range(0, 1_000).mapToObj((i) -> Pauses.later(3, random)).distinct().count())
			.isGreaterThan(900);
	}

	private static RandomGenerator fixed(double value) {
		return new RandomGenerator() {

			@Override
			public long nextLong() {
				throw new UnsupportedOperationException();
			}

			@Override
			public double nextDouble() {
				return value;
			}

		};
	}

	private static String millis(long nanos) {
		return String.valueOf(Duration.ofNanos(nanos).toMillis());
	}

}
