/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BytesTests {

	@Test
	void utf8KeepsTextOfOneToFourBytesPerCharacter() {
		String text = "a\u00e9\u20ac\ud83d\ude00\u0000?";
		Bytes bytes = Bytes.utf8(text);
		assertThat(bytes.toByteArray()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
		assertThat(bytes.asUtf8()).isEqualTo(text);
	}

	@Test
	void utf8RefusesHalfOfASurrogatePairAndSaysWhere() {
		for (String half : List.of("ab\ud83d", "ab\ude00", "ab\ud83dx", "ab\ud83d\ud83d\ude00", "ab\ude00\ud83d")) {
			assertThatIllegalArgumentException().isThrownBy(() -> Bytes.utf8(half))
				.withMessageContaining("text")
				.withMessageContaining("index 2");
		}
	}

	@Test
	void bytesThatAreNoUtf8BecomeTheReplacementCharacter() {
		assertThat(bytes('a', 0xFF, 'b').asUtf8()).isEqualTo("a\ufffdb");
	}

	@Test
	void nullIsRefusedByName() {
		assertThatIllegalArgumentException().isThrownBy(() -> Bytes.utf8(nothing())).withMessageContaining("text");
		assertThatIllegalArgumentException().isThrownBy(() -> Bytes.wrap(nothing())).withMessageContaining("bytes");
	}

	@Test
	void copyOfIsIndependentOfTheArray() {
		byte[] array = { 1, 2, 3 };
		Bytes bytes = Bytes.copyOf(array);
		array[0] = 9;
		assertThat(bytes).isEqualTo(bytes(1, 2, 3));
	}

	@Test
	void wrapTakesTheArrayOver() {
		byte[] array = { 1, 2, 3 };
		Bytes bytes = Bytes.wrap(array);
		array[0] = 9;
		assertThat(bytes.byteAt(0)).isEqualTo((byte) 9);
	}

	@Test
	void toByteArrayIsTheCallersOwn() {
		Bytes bytes = bytes(1, 2, 3);
		bytes.toByteArray()[0] = 9;
		assertThat(bytes).isEqualTo(bytes(1, 2, 3));
	}

	@Test
	void everyWayToNoBytesIsTheSameInstance() {
		assertThat(Bytes.utf8("")).isSameAs(Bytes.EMPTY);
		assertThat(Bytes.copyOf(new byte[0])).isSameAs(Bytes.EMPTY);
		assertThat(Bytes.wrap(new byte[0])).isSameAs(Bytes.EMPTY);
		assertThat(bytes(1, 2).substring(2)).isSameAs(Bytes.EMPTY);
		assertThat(Bytes.EMPTY.isEmpty()).isTrue();
		assertThat(Bytes.EMPTY.length()).isZero();
		assertThat(bytes(0).isEmpty()).isFalse();
	}

	@Test
	void byteAtChecksItsIndex() {
		Bytes bytes = bytes(1, 0xFF);
		assertThat(bytes.byteAt(1)).isEqualTo((byte) -1);
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> bytes.byteAt(-1));
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> bytes.byteAt(2));
	}

	@Test
	void startsWithComparesTheBeginning() {
		Bytes bytes = bytes(1, 2, 3);
		assertThat(bytes.startsWith(Bytes.EMPTY)).isTrue();
		assertThat(bytes.startsWith(bytes(1, 2))).isTrue();
		assertThat(bytes.startsWith(bytes)).isTrue();
		assertThat(bytes.startsWith(bytes(1, 3))).isFalse();
		assertThat(bytes.startsWith(bytes(2, 3))).isFalse();
		assertThat(bytes.startsWith(bytes(1, 2, 3, 4))).isFalse();
	}

	@Test
	void concatJoins() {
		Bytes bytes = bytes(1, 2);
		assertThat(bytes.concat(bytes(3))).isEqualTo(bytes(1, 2, 3));
		assertThat(bytes.concat(Bytes.EMPTY)).isSameAs(bytes);
		assertThat(Bytes.EMPTY.concat(bytes)).isSameAs(bytes);
	}

	@Test
	void substringTakesAPart() {
		Bytes bytes = bytes(1, 2, 3);
		assertThat(bytes.substring(1)).isEqualTo(bytes(2, 3));
		assertThat(bytes.substring(1, 2)).isEqualTo(bytes(2));
		assertThat(bytes.substring(0)).isSameAs(bytes);
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> bytes.substring(-1));
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> bytes.substring(4));
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> bytes.substring(2, 1));
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> bytes.substring(0, 4));
	}

	@Test
	void orderIsUnsignedAndAPrefixComesFirst() {
		List<Bytes> ordered = List.of(Bytes.EMPTY, bytes(0), bytes(0, 0), bytes(0, 1), bytes(0x7F), bytes(0x80),
				bytes(0xFF), bytes(0xFF, 0), bytes(0xFF, 0xFF));
		List<Bytes> shuffled = new ArrayList<>(ordered);
		Collections.shuffle(shuffled, new Random(1));
		Collections.sort(shuffled);
		assertThat(shuffled).isEqualTo(ordered);
		assertThat(bytes(1, 2)).isEqualByComparingTo(bytes(1, 2));
	}

	@Test
	void equalContentIsEqualAndHasTheSameHash() {
		assertThat(bytes(1, 2)).isEqualTo(bytes(1, 2)).hasSameHashCodeAs(bytes(1, 2));
		assertThat(bytes(1, 2)).isNotEqualTo(bytes(2, 1)).isNotEqualTo(bytes(1)).isNotEqualTo("Bytes[2]");
		Bytes once = bytes(1, 2);
		assertThat(once.hashCode()).isEqualTo(once.hashCode());
	}

	@Test
	void writeToWritesAllBytesWithoutACopy() throws IOException {
		byte[] array = { 1, 2, 3 };
		List<byte[]> seen = new ArrayList<>();
		ByteArrayOutputStream target = new ByteArrayOutputStream();
		Bytes.wrap(array).writeTo(new OutputStream() {

			@Override
			public void write(int b) {
				target.write(b);
			}

			@Override
			public void write(byte[] b, int off, int len) {
				seen.add(b);
				target.write(b, off, len);
			}

		});
		assertThat(target.toByteArray()).containsExactly(1, 2, 3);
		assertThat(seen).singleElement().isSameAs(array);
	}

	@Test
	void copyToWritesAtTheOffset() {
		byte[] target = new byte[4];
		bytes(1, 2).copyTo(target, 1);
		assertThat(target).containsExactly(0, 1, 2, 0);
		assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> bytes(8, 9).copyTo(target, 3));
		assertThat(target).containsExactly(0, 1, 2, 0);
	}

	@Test
	void bufferIsReadOnlyAndIndependent() {
		Bytes bytes = bytes(1, 2, 3);
		ByteBuffer buffer = bytes.asByteBuffer();
		assertThat(buffer.remaining()).isEqualTo(3);
		buffer.get();
		assertThat(bytes.asByteBuffer().remaining()).isEqualTo(3);
		assertThat(buffer.hasArray()).isFalse();
		assertThatExceptionOfType(ReadOnlyBufferException.class).isThrownBy(() -> buffer.put(0, (byte) 9));
	}

	@Test
	void hexIsLowerCaseWithTwoDigitsForEachByte() {
		assertThat(bytes(0, 0x0A, 0xFF).toHex()).isEqualTo("000aff");
	}

	@Test
	void toStringTellsTheLengthOnly() {
		assertThat(Bytes.utf8("top-secret 1")).hasToString("Bytes[12]");
	}

	@Test
	void prefixEndIncrementsTheLastByteThatCanBe() {
		assertThat(bytes('a', 'b').prefixEnd()).isEqualTo(bytes('a', 'c'));
		assertThat(bytes('a', 0xFF).prefixEnd()).isEqualTo(bytes('b'));
		assertThat(bytes('a', 0xFF, 0xFF).prefixEnd()).isEqualTo(bytes('b'));
		assertThat(bytes(0xFF, 'a').prefixEnd()).isEqualTo(bytes(0xFF, 'b'));
		assertThat(bytes(0x7F).prefixEnd()).isEqualTo(bytes(0x80));
		assertThat(bytes(0).prefixEnd()).isEqualTo(bytes(1));
		assertThat(bytes('a', 0xFE, 0xFF).prefixEnd()).isEqualTo(bytes('a', 0xFF));
	}

	@Test
	void prefixEndOfNothingAndOfAllFfIsOpen() {
		assertThat(Bytes.EMPTY.prefixEnd()).isEqualTo(bytes(0));
		assertThat(bytes(0xFF).prefixEnd()).isEqualTo(bytes(0));
		assertThat(bytes(0xFF, 0xFF).prefixEnd()).isEqualTo(bytes(0));
	}

	@Test
	void prefixEndSplitsAllKeysRight() {
		List<Bytes> keys = Samples.allUpToThreeBytes();
		for (Bytes prefix : keys) {
			Bytes end = prefix.prefixEnd();
			for (Bytes key : keys) {
				boolean inside = key.compareTo(prefix) >= 0 && (end.equals(bytes(0)) || key.compareTo(end) < 0);
				assertThat(inside).as("%s in prefix %s", key.toHex(), prefix.toHex()).isEqualTo(key.startsWith(prefix));
			}
		}
	}

	@Test
	void orderAgreesWithComparingTheHexDigits() {
		Samples samples = new Samples(20260101);
		for (int i = 0; i < 20_000; i++) {
			Bytes one = samples.random(5);
			Bytes other = samples.random(5);
			assertThat(Integer.signum(one.compareTo(other)))
				.isEqualTo(Integer.signum(one.toHex().compareTo(other.toHex())));
			assertThat(one.equals(other)).isEqualTo(one.compareTo(other) == 0);
		}
	}

	private static Bytes bytes(int... values) {
		return Samples.bytes(values);
	}

	@SuppressWarnings({ "DataFlowIssue", "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T nothing() {
		return null;
	}

}
