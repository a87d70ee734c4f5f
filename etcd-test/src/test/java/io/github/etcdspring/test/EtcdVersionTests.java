/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EtcdVersionTests {

	@ParameterizedTest
	@ValueSource(strings = { "3.5.13", "v3.5.13", "3.5.13-rc.1", "3.5.13+git" })
	void parseReadsThreeNumbers(String text) {
		assertThat(EtcdVersion.parse(text)).isEqualTo(new EtcdVersion(3, 5, 13)).hasToString("3.5.13");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "3", "3.5", "3.5.x", "3.5.13.1", "3.5.13 ", "99999999999.0.0" })
	void parseOfOtherTextIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdVersion.parse(text))
			.withMessage("'" + text + "' is not an etcd version: write it as in '3.5.13'");
	}

	@ParameterizedTest
	@CsvSource({ "3.5.13, 3.5.13, true", "3.5.13, 3.5.12, true", "3.5.13, 3.5.14, false", "3.5.13, 3.4.99, true",
			"3.5.13, 3.10.0, false", "3.5.13, 2.9.99, true", "3.5.13, 4.0.0, false" })
	void isAtLeastComparesNumbers(String version, String other, boolean expected) {
		assertThat(EtcdVersion.parse(version).isAtLeast(other)).isEqualTo(expected);
	}

	@Test
	void orderIsThatOfTheNumbers() {
		assertThat(Stream.of("3.10.0", "3.4.23", "4.0.0", "3.5.4", "3.5.30").map(EtcdVersion::parse).sorted())
			.extracting(EtcdVersion::toString)
			.containsExactly("3.4.23", "3.5.4", "3.5.30", "3.10.0", "4.0.0");
	}

}
