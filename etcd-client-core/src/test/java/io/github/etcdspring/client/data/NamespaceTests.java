/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class NamespaceTests {

	private static final Bytes OPEN = Samples.bytes(0);

	private final Namespace app = Namespace.of("/app/");

	@Test
	void emptyPrefixIsNone() {
		assertThat(Namespace.of("")).isSameAs(Namespace.NONE);
		assertThat(Namespace.of(Bytes.EMPTY)).isSameAs(Namespace.NONE);
		assertThat(Namespace.NONE.isNone()).isTrue();
		assertThat(Namespace.NONE.prefix()).isEqualTo(Bytes.EMPTY);
		assertThat(this.app.isNone()).isFalse();
		assertThat(this.app.prefix()).isEqualTo(Bytes.utf8("/app/"));
	}

	@Test
	void noneChangesNothing() {
		Bytes key = Bytes.utf8("k");
		assertThat(Namespace.NONE.apply(key)).isSameAs(key);
		assertThat(Namespace.NONE.strip(key)).isSameAs(key);
		assertThat(Namespace.NONE.strip(Bytes.EMPTY)).isEqualTo(Bytes.EMPTY);
		for (KeyRange range : List.of(KeyRange.all(), KeyRange.key("k"), KeyRange.from("k"))) {
			assertThat(Namespace.NONE.apply(range)).isSameAs(range);
		}
	}

	@Test
	void keyGetsThePrefix() {
		assertThat(this.app.apply(Bytes.utf8("k"))).isEqualTo(Bytes.utf8("/app/k"));
		assertThat(this.app.strip(Bytes.utf8("/app/k"))).isEqualTo(Bytes.utf8("k"));
	}

	@Test
	void emptyKeyIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.app.apply(Bytes.EMPTY))
			.withMessageStartingWith("key must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> Namespace.NONE.apply(Bytes.EMPTY))
			.withMessageStartingWith("key must not be empty");
	}

	@Test
	void keyOutsideIsNotStripped() {
		for (String outside : List.of("", "/app", "/other/k", "k")) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.app.strip(Bytes.utf8(outside)))
				.withMessageContaining(outside.length() + " bytes")
				.withMessageContaining("Namespace[prefix=Bytes[5]]")
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("/app").doesNotContain("/other"));
		}
	}

	@Test
	void singleKeyStaysASingleKey() {
		assertThat(this.app.apply(KeyRange.key("k"))).isEqualTo(KeyRange.key("/app/k"));
	}

	@Test
	void bothEndsOfARangeGetThePrefix() {
		assertThat(this.app.apply(KeyRange.between("b", "d"))).isEqualTo(KeyRange.between("/app/b", "/app/d"));
		assertThat(this.app.apply(KeyRange.prefix("b"))).isEqualTo(KeyRange.prefix("/app/b"));
	}

	@Test
	void rangeWithoutAnUpperBoundEndsWithTheNamespace() {
		assertThat(this.app.apply(KeyRange.from("b"))).isEqualTo(KeyRange.between("/app/b", "/app0"));
		assertThat(this.app.apply(KeyRange.prefix(Samples.bytes(0xFF))).end()).isEqualTo(Bytes.utf8("/app0"));
	}

	@Test
	void allIsEverythingWithThePrefix() {
		assertThat(this.app.apply(KeyRange.all())).isEqualTo(KeyRange.prefix("/app/"));
		assertThat(this.app.apply(KeyRange.prefix(""))).isEqualTo(KeyRange.prefix("/app/"));
	}

	@Test
	void keyThatEqualsThePrefixIsFoundByAllAsTheEmptyKey() {
		KeyRange everything = this.app.apply(KeyRange.all());
		assertThat(everything.contains("/app/")).isTrue();
		assertThat(this.app.strip(Bytes.utf8("/app/"))).isEqualTo(Bytes.EMPTY);
		// The smallest key is another way to write all(), so it can't mean less.
		assertThat(this.app.apply(KeyRange.from(Samples.bytes(0)))).isEqualTo(everything);
		assertThat(this.app.apply(KeyRange.between(Samples.bytes(0), Bytes.utf8("z"))).contains("/app/")).isFalse();
	}

	@Test
	void endOfThePrefixCarriesOverFf() {
		Namespace namespace = Namespace.of(Samples.bytes('a', 0xFF));
		assertThat(namespace.apply(KeyRange.all()))
			.isEqualTo(KeyRange.between(Samples.bytes('a', 0xFF), Bytes.utf8("b")));
		assertThat(namespace.apply(KeyRange.from("k")).end()).isEqualTo(Bytes.utf8("b"));
	}

	@Test
	void prefixOfAllFfStaysOpen() {
		Namespace namespace = Namespace.of(Samples.bytes(0xFF, 0xFF));
		assertThat(namespace.apply(KeyRange.all())).isEqualTo(KeyRange.from(Samples.bytes(0xFF, 0xFF)));
		assertThat(namespace.apply(KeyRange.from("k")).start()).isEqualTo(Samples.bytes(0xFF, 0xFF, 'k'));
		assertThat(namespace.apply(KeyRange.from("k")).end()).isEqualTo(OPEN);
	}

	@Test
	void stripUndoesApply() {
		Samples samples = new Samples(7);
		for (int i = 0; i < 5_000; i++) {
			Namespace namespace = Namespace.of(samples.random(3));
			Bytes key = samples.key(4);
			assertThat(namespace.strip(namespace.apply(key))).isEqualTo(key);
		}
	}

	@Test
	void rangeHoldsTheSameKeysInsideAndNoneOutside() {
		Samples samples = new Samples(20260102);
		int inside = 0;
		int outside = 0;
		for (int i = 0; i < 50_000; i++) {
			Namespace namespace = Namespace.of(samples.random(2));
			KeyRange range = samples.range(3);
			KeyRange applied = namespace.apply(range);
			Bytes key = samples.key(3);
			String description = "seed 20260102, round " + i;
			assertThat(applied.contains(namespace.apply(key))).as(description).isEqualTo(range.contains(key));
			inside += range.contains(key) ? 1 : 0;
			Bytes any = samples.key(4);
			if (!any.startsWith(namespace.prefix())) {
				assertThat(applied.contains(any)).as(description).isFalse();
				outside++;
			}
		}
		assertThat(inside).isGreaterThan(5_000);
		assertThat(outside).isGreaterThan(5_000);
	}

	@Test
	void equalPrefixesAreEqualAndStaySecret() {
		assertThat(this.app).isEqualTo(Namespace.of(Bytes.utf8("/app/")))
			.hasSameHashCodeAs(Namespace.of("/app/"))
			.isNotEqualTo(Namespace.NONE)
			.isNotEqualTo("/app/")
			.hasToString("Namespace[prefix=Bytes[5]]");
	}

}
