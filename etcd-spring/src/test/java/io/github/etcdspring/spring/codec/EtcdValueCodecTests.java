/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.codec;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.spring.Flag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for the codecs.
 */
class EtcdValueCodecTests {

	private final EtcdValueCodec codec = EtcdValueCodec.create();

	@Test
	void textAndBytesNeedNoFormat() {
		for (EtcdValueCodec codec : List.of(this.codec, EtcdValueCodec.plain())) {
			Bytes euro = Bytes.utf8("\u20ac");
			assertThat(codec.encode("\u20ac")).isEqualTo(euro);
			assertThat(codec.encode(euro.toByteArray())).isEqualTo(euro);
			assertThat(codec.encode(euro)).isSameAs(euro);
			assertThat(codec.decode(euro, String.class)).isEqualTo("\u20ac");
			assertThat(codec.decode(euro, byte[].class)).isEqualTo(euro.toByteArray());
			assertThat(codec.decode(euro, Bytes.class)).isSameAs(euro);
		}
	}

	@Test
	void arrayIsCopiedBothWays() {
		byte[] array = { 1, 2 };
		Bytes encoded = this.codec.encode(array);
		array[0] = 9;
		byte[] decoded = this.codec.decode(encoded, byte[].class);
		decoded[1] = 9;
		assertThat(encoded).isEqualTo(Bytes.copyOf(new byte[] { 1, 2 }));
	}

	@Test
	void textIsReadStrictly() {
		assertThatExceptionOfType(EtcdCodecException.class)
			.isThrownBy(() -> this.codec.decode(Bytes.wrap(new byte[] { 'a', (byte) 0xC3 }), String.class))
			.withMessageContaining("not UTF-8");
		assertThat(this.codec.decode(Bytes.utf8("\uFFFD"), String.class)).isEqualTo("\uFFFD");
	}

	@Test
	void brokenTextIsNotWritten() {
		assertThatExceptionOfType(EtcdCodecException.class).isThrownBy(() -> this.codec.encode("\uD83D"))
			.withMessageContaining("surrogate");
	}

	@Test
	void everythingElseIsJson() {
		assertThat(this.codec.encode(new Flag("a", true)).asUtf8()).isEqualTo("{\"name\":\"a\",\"on\":true}");
		assertThat(this.codec.decode(Bytes.utf8("{\"name\":\"a\",\"on\":true}"), Flag.class))
			.isEqualTo(new Flag("a", true));
		assertThat(this.codec.encode(List.of(1, 2)).asUtf8()).isEqualTo("[1,2]");
		assertThat(this.codec.decode(Bytes.utf8("7"), long.class)).isEqualTo(7L);
		assertThat(this.codec.decode(this.codec.encode(Instant.EPOCH), Instant.class)).isEqualTo(Instant.EPOCH);
	}

	@Test
	void mapperOfTheApplicationIsUsed() {
		JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
		assertThat(new JsonEtcdValueCodec(mapper).encode(new Flag("a", true)).asUtf8()).contains("\n");
	}

	@Test
	void badJsonIsDescribedWithoutQuotingIt() {
		assertUnreadable("{\"name\":\"s3cret\",\"on\":\"s3cret\"}", "at line 1, column ");
		assertUnreadable("{\"name\":s3cret}", "at line 1, column ");
		assertUnreadable("\"s3cret\"", Flag.class.getName());
		assertUnreadable("", Flag.class.getName());
		assertUnreadable("null", "the JSON literal null");
	}

	private void assertUnreadable(String json, String expected) {
		assertThatExceptionOfType(EtcdCodecException.class)
			.isThrownBy(() -> this.codec.decode(Bytes.utf8(json), Flag.class))
			.withMessageContaining(expected)
			.withMessageContaining(Flag.class.getName())
			.withNoCause()
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	@Test
	void objectThatCannotBeWrittenIsDescribedByItsTypeAndCause() {
		assertThatExceptionOfType(EtcdCodecException.class).isThrownBy(() -> this.codec.encode(new Broken()))
			.withMessageContaining(Broken.class.getName())
			.withMessageContaining("java.lang.IllegalStateException at ")
			.withNoCause()
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	@Test
	void withoutJsonATypeIsRefusedWithTheFix() {
		EtcdValueCodec plain = EtcdValueCodec.plain();
		assertThatExceptionOfType(EtcdCodecException.class).isThrownBy(() -> plain.encode(Map.of()))
			.withMessageContaining("spring-boot-starter-jackson");
		assertThatExceptionOfType(EtcdCodecException.class).isThrownBy(() -> plain.decode(Bytes.EMPTY, Flag.class))
			.withMessageContaining(Flag.class.getName())
			.withMessageContaining("spring-boot-starter-jackson");
	}

	@Test
	@SuppressWarnings("NullAway")
	void mapperIsNeeded() {
		assertThatIllegalArgumentException().isThrownBy(() -> new JsonEtcdValueCodec(null));
	}

	/**
	 * Fails while it is written.
	 */
	public static final class Broken {

		/**
		 * Fail.
		 * @return nothing
		 */
		public String getName() {
			throw new IllegalStateException("s3cret");
		}

	}

}
