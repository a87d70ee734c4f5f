/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class KeyRangeTests {

	@Test
	void rangeThatWasReadIsWhatItWasAndUnchecked() {
		for (KeyRange range : new KeyRange[] { KeyRange.key("k"), KeyRange.prefix("p/"), KeyRange.from("f"),
				KeyRange.between("a", "b"), KeyRange.all() }) {
			assertThat(KeyRange.ofBounds(range.start(), range.end())).isEqualTo(range);
		}
		// Another client may have granted such a permission, which nobody can use.
		KeyRange odd = KeyRange.ofBounds(Bytes.EMPTY, Bytes.EMPTY);
		assertThat(odd.start()).isEqualTo(Bytes.EMPTY);
		assertThat(odd.contains("k")).isFalse();
		assertThat(KeyRange.ofBounds(Bytes.utf8("b"), Bytes.utf8("a")).contains("b")).isFalse();
	}

	private static final Bytes OPEN = Samples.bytes(0);

	@Test
	void keyIsThatKeyAlone() {
		KeyRange range = KeyRange.key("b");
		assertThat(range.start()).isEqualTo(Bytes.utf8("b"));
		assertThat(range.end()).isEqualTo(Bytes.EMPTY);
		assertThat(range.isSingleKey()).isTrue();
		assertThat(range.contains("b")).isTrue();
		assertThat(range.contains("a")).isFalse();
		assertThat(range.contains("b\u0000")).isFalse();
		assertThat(range.contains("")).isFalse();
	}

	@Test
	void prefixEndsBeforeTheNextPrefix() {
		KeyRange range = KeyRange.prefix("/app/");
		assertThat(range.start()).isEqualTo(Bytes.utf8("/app/"));
		assertThat(range.end()).isEqualTo(Bytes.utf8("/app0"));
		assertThat(range.isSingleKey()).isFalse();
		assertThat(range.contains("/app/")).isTrue();
		assertThat(range.contains("/app/\uffff")).isTrue();
		assertThat(range.contains("/app")).isFalse();
		assertThat(range.contains("/app0")).isFalse();
	}

	@Test
	void prefixOfAllFfHasNoUpperBound() {
		Bytes prefix = Samples.bytes(0xFF, 0xFF);
		KeyRange range = KeyRange.prefix(prefix);
		assertThat(range.end()).isEqualTo(OPEN);
		assertThat(range).isEqualTo(KeyRange.from(prefix));
		assertThat(range.contains(Samples.bytes(0xFF, 0xFF, 0xFF))).isTrue();
		assertThat(range.contains(Samples.bytes(0xFF, 0xFE))).isFalse();
	}

	@Test
	void emptyPrefixIsAllKeys() {
		assertThat(KeyRange.prefix("")).isEqualTo(KeyRange.all());
		assertThat(KeyRange.prefix(Bytes.EMPTY)).isEqualTo(KeyRange.all());
	}

	@Test
	void fromHasNoUpperBound() {
		KeyRange range = KeyRange.from("b");
		assertThat(range.start()).isEqualTo(Bytes.utf8("b"));
		assertThat(range.end()).isEqualTo(OPEN);
		assertThat(range.isSingleKey()).isFalse();
		assertThat(range.contains("b")).isTrue();
		assertThat(range.contains(Samples.bytes(0xFF, 0xFF))).isTrue();
		assertThat(range.contains("a")).isFalse();
	}

	@Test
	void betweenLeavesTheEndOut() {
		KeyRange range = KeyRange.between("b", "d");
		assertThat(range.start()).isEqualTo(Bytes.utf8("b"));
		assertThat(range.end()).isEqualTo(Bytes.utf8("d"));
		assertThat(range.contains("b")).isTrue();
		assertThat(range.contains("c\uffff")).isTrue();
		assertThat(range.contains("d")).isFalse();
		assertThat(range.contains("a\uffff")).isFalse();
	}

	@Test
	void allStartsAndEndsWithTheZeroByte() {
		KeyRange range = KeyRange.all();
		assertThat(range.start()).isEqualTo(Samples.bytes(0));
		assertThat(range.end()).isEqualTo(OPEN);
		assertThat(range.isSingleKey()).isFalse();
		assertThat(range).isEqualTo(KeyRange.from(Samples.bytes(0)));
	}

	@Test
	void allContainsEveryKeyButTheEmptyOne() {
		for (Bytes key : Samples.allUpToThreeBytes()) {
			assertThat(KeyRange.all().contains(key)).as(key.toHex()).isEqualTo(!key.isEmpty());
		}
	}

	@Test
	void prefixContainsExactlyTheKeysThatBeginWithIt() {
		List<Bytes> all = Samples.allUpToThreeBytes();
		for (Bytes prefix : all.subList(1, all.size())) {
			KeyRange range = KeyRange.prefix(prefix);
			for (Bytes key : all) {
				assertThat(range.contains(key)).as("%s in prefix %s", key.toHex(), prefix.toHex())
					.isEqualTo(key.startsWith(prefix));
			}
		}
	}

	@Test
	void emptyKeyIsRefusedWithTheWayOut() {
		assertThatIllegalArgumentException().isThrownBy(() -> KeyRange.key(""))
			.withMessageStartingWith("key must not be empty")
			.withMessageContaining("KeyRange.all()");
		assertThatIllegalArgumentException().isThrownBy(() -> KeyRange.key(Bytes.EMPTY));
		assertThatIllegalArgumentException().isThrownBy(() -> KeyRange.from(""))
			.withMessageStartingWith("start must not be empty")
			.withMessageContaining("KeyRange.all()");
		assertThatIllegalArgumentException().isThrownBy(() -> KeyRange.between("", "b"))
			.withMessageStartingWith("start must not be empty")
			.withMessageContaining("KeyRange.all()");
	}

	@Test
	void emptyRangeIsRefusedWithoutTellingTheKeys() {
		for (String end : List.of("secret", "secre", "a", "", "\u0000")) {
			assertThatIllegalArgumentException().isThrownBy(() -> KeyRange.between("secret", end))
				.withMessageStartingWith("end must be greater than start")
				.withMessageContaining("KeyRange.from(start)")
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secre"));
		}
	}

	@Test
	void smallestKeyCanStartARange() {
		KeyRange range = KeyRange.between(Samples.bytes(0), Samples.bytes(0, 0));
		assertThat(range.contains(Samples.bytes(0))).isTrue();
		assertThat(range.contains(Samples.bytes(0, 0))).isFalse();
		assertThat(range).isNotEqualTo(KeyRange.all());
	}

	@Test
	void equalRangesAreEqualHoweverTheyWereMade() {
		assertThat(KeyRange.prefix("a")).isEqualTo(KeyRange.between("a", "b"))
			.hasSameHashCodeAs(KeyRange.between("a", "b"));
		assertThat(KeyRange.key("a")).isEqualTo(KeyRange.key(Bytes.utf8("a")))
			.isNotEqualTo(KeyRange.from("a"))
			.isNotEqualTo(KeyRange.key("b"))
			.isNotEqualTo("a");
	}

	@Test
	void toStringTellsLengthsOnly() {
		assertThat(KeyRange.key("secret")).hasToString("KeyRange[key=Bytes[6]]");
		assertThat(KeyRange.between("secret", "secret2")).hasToString("KeyRange[start=Bytes[6], end=Bytes[7]]");
		assertThat(KeyRange.from("secret")).hasToString("KeyRange[start=Bytes[6], end=open]");
	}

}
