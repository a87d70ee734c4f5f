/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.Bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * The hand-written form of messages against that of the protobuf library.
 */
class WireTests {

	private static final int LARGEST_FIELD = (1 << 29) - 1;

	static List<Long> numbers() {
		List<Long> numbers = new ArrayList<>(List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
		for (int shift = 0; shift < 64; shift++) {
			long power = 1L << shift;
			numbers.addAll(List.of(power - 1, power, power + 1, -power));
		}
		return numbers.stream().distinct().toList();
	}

	@ParameterizedTest
	@MethodSource("numbers")
	void integersGoBothWays(long number) throws IOException {
		for (int field : new int[] { 1, 15, 16, 2047, 2048, LARGEST_FIELD }) {
			WireWriter writer = new WireWriter(0);
			writer.alwaysInt64(field, number);
			UnknownFieldSet written = UnknownFieldSet.parseFrom(bytes(writer.end()));
			assertThat(written.getField(field).getVarintList()).containsExactly(number);
			WireReader reader = reader(written.toByteArray());
			assertThat(reader.nextField()).isEqualTo(field);
			assertThat(reader.int64()).isEqualTo(number);
			assertThat(reader.nextField()).isZero();
		}
	}

	@Test
	void defaultsAreLeftOutUnlessTheyMustBeThere() throws IOException {
		WireWriter writer = new WireWriter(0);
		writer.int64(1, 0);
		writer.bool(2, false);
		writer.bytes(3, Bytes.EMPTY);
		assertThat(writer.end().size()).isZero();
		writer.bool(2, true);
		writer.alwaysInt64(4, 0);
		writer.alwaysBytes(5, Bytes.EMPTY, Bytes.EMPTY);
		UnknownFieldSet written = UnknownFieldSet.parseFrom(bytes(writer.end()));
		assertThat(written.asMap()).containsOnlyKeys(2, 4, 5);
		assertThat(written.getField(2).getVarintList()).containsExactly(1L);
		assertThat(written.getField(5).getLengthDelimitedList()).containsExactly(ByteString.EMPTY);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 126, 127, 128, 129, 16_382, 16_383, 16_384, 2_097_151, 2_097_152 })
	void lengthOfANestedMessageFits(int size) throws IOException {
		byte[] content = new byte[size];
		new Random(size).nextBytes(content);
		WireWriter writer = new WireWriter(0);
		int outer = writer.beginMessage(1);
		int inner = writer.beginMessage(2);
		writer.alwaysBytes(3, Bytes.EMPTY, Bytes.wrap(content));
		writer.endMessage(inner);
		writer.int64(4, 4);
		writer.endMessage(outer);
		writer.int64(5, 5);
		UnknownFieldSet message = UnknownFieldSet.parseFrom(bytes(writer.end()));
		UnknownFieldSet first = nested(message, 1);
		assertThat(nested(first, 2).getField(3).getLengthDelimitedList()).containsExactly(ByteString.copyFrom(content));
		assertThat(first.getField(4).getVarintList()).containsExactly(4L);
		assertThat(message.getField(5).getVarintList()).containsExactly(5L);
	}

	private static UnknownFieldSet nested(UnknownFieldSet message, int field) throws IOException {
		return UnknownFieldSet.parseFrom(message.getField(field).getLengthDelimitedList().get(0));
	}

	@Test
	void randomMessagesAreWrittenAsTheLibraryWritesThem() throws IOException {
		Random random = new Random(20_260_101);
		for (int i = 0; i < 2_000; i++) {
			WireWriter writer = new WireWriter(random.nextInt(40));
			byte[] expected = write(writer, random, 0);
			assertThat(bytes(writer.end())).isEqualTo(expected);
		}
	}

	private static byte[] write(WireWriter writer, Random random, int depth) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		CodedOutputStream expected = CodedOutputStream.newInstance(out);
		int fields = random.nextInt(6);
		for (int i = 0; i < fields; i++) {
			int field = 1 + random.nextInt(100);
			switch (random.nextInt((depth < 4) ? 4 : 3)) {
				case 0 -> {
					long value = random.nextLong() >> random.nextInt(64);
					writer.alwaysInt64(field, value);
					expected.writeInt64(field, value);
				}
				case 1 -> {
					byte[] value = new byte[random.nextInt(200)];
					random.nextBytes(value);
					Bytes whole = Bytes.wrap(value);
					int cut = random.nextInt(value.length + 1);
					writer.alwaysBytes(field, whole.substring(0, cut), whole.substring(cut));
					expected.writeByteArray(field, value);
				}
				case 2 -> {
					writer.bool(field, true);
					expected.writeBool(field, true);
				}
				default -> {
					int begin = writer.beginMessage(field);
					byte[] inner = write(writer, random, depth + 1);
					writer.endMessage(begin);
					expected.writeByteArray(field, inner);
				}
			}
		}
		expected.flush();
		return out.toByteArray();
	}

	@Test
	void largeValueIsNotCopied() throws IOException {
		byte[] value = new byte[3_000_000];
		WireWriter writer = new WireWriter(16);
		writer.int64(3, 9);
		Encoded encoded = writer.endWith(2, Bytes.wrap(value));
		List<byte[]> arrays = new ArrayList<>();
		OutputStream target = new OutputStream() {

			@Override
			public void write(int single) {
				throw new AssertionError("Byte by byte");
			}

			@Override
			public void write(byte[] array, int offset, int length) {
				arrays.add(array);
			}

		};
		assertThat(((Drainable) encoded.stream()).drainTo(target)).isEqualTo(encoded.size());
		assertThat(arrays).hasSize(2);
		assertThat(arrays.get(0)).hasSizeLessThan(100);
		assertThat(arrays.get(1)).isSameAs(value);
	}

	@Test
	void encodedMessageCanBeStreamedAgainAndInAnyWay() throws IOException {
		WireWriter writer = new WireWriter(16);
		writer.int64(3, 1_000_000);
		Encoded encoded = writer.endWith(2, Bytes.utf8("a value"));
		byte[] expected = bytes(encoded);
		assertThat(encoded.size()).isEqualTo(expected.length);
		UnknownFieldSet message = UnknownFieldSet.parseFrom(expected);
		assertThat(message.getField(2).getLengthDelimitedList()).containsExactly(ByteString.copyFromUtf8("a value"));
		for (int read = 0; read <= expected.length; read++) {
			InputStream stream = encoded.stream();
			assertThat(stream).isInstanceOf(KnownLength.class);
			ByteArrayOutputStream target = new ByteArrayOutputStream();
			for (int i = 0; i < read; i++) {
				assertThat(stream.available()).isEqualTo(expected.length - i);
				target.write(stream.read());
			}
			assertThat(((Drainable) stream).drainTo(target)).isEqualTo(expected.length - read);
			assertThat(stream.available()).isZero();
			assertThat(stream.read()).isEqualTo(-1);
			assertThat(target.toByteArray()).isEqualTo(expected);
		}
	}

	@Test
	void emptyValueAtTheEndIsLeftOut() {
		assertThat(new WireWriter(0).endWith(2, Bytes.EMPTY).size()).isZero();
	}

	@Test
	void unknownFieldsOfEveryKindArePassedOver() throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		CodedOutputStream coded = CodedOutputStream.newInstance(out);
		coded.writeUInt64(100, Long.MIN_VALUE);
		coded.writeFixed64(101, 1);
		coded.writeByteArray(102, new byte[500]);
		coded.writeFixed32(103, 1);
		coded.writeInt64(7, 42);
		coded.flush();
		WireReader reader = reader(out.toByteArray());
		for (int field = reader.nextField(); field != 7; field = reader.nextField()) {
			assertThat(field).isBetween(100, 103);
			reader.skip();
		}
		assertThat(reader.int64()).isEqualTo(42);
		assertThat(reader.nextField()).isZero();
	}

	@Test
	void bytesAreTheReadersOwn() {
		byte[] buffer = { 10, 3, 1, 2, 3 };
		WireReader reader = reader(buffer);
		reader.nextField();
		Bytes read = reader.bytes();
		buffer[2] = 99;
		assertThat(read.toByteArray()).containsExactly(1, 2, 3);
	}

	@Test
	void prefixIsTakenOff() {
		assertThat(without(0)).containsExactly(1, 2, 3);
		assertThat(without(2)).containsExactly(3);
		assertThat(without(3)).isEmpty();
		assertThatExceptionOfType(WireReader.MalformedMessageException.class).isThrownBy(() -> without(4));
	}

	private static byte[] without(int prefix) {
		WireReader reader = reader(new byte[] { 10, 3, 1, 2, 3 });
		reader.nextField();
		return reader.bytesWithout(prefix).toByteArray();
	}

	@Test
	void nestedMessageHidesWhatComesAfterIt() {
		// 1: { 1: 5 }, 2: 6
		WireReader reader = reader(new byte[] { 10, 2, 8, 5, 16, 6 });
		assertThat(reader.nextField()).isOne();
		int outer = reader.enterMessage();
		assertThat(reader.nextField()).isOne();
		assertThat(reader.int64()).isEqualTo(5);
		assertThat(reader.nextField()).isZero();
		assertThat(reader.nextField()).isZero();
		reader.leaveMessage(outer);
		assertThat(reader.nextField()).isEqualTo(2);
		assertThat(reader.int64()).isEqualTo(6);
		assertThat(reader.nextField()).isZero();
	}

	static List<byte[]> malformed() {
		return List.of(new byte[] { 8 }, new byte[] { 8, (byte) 0x80 }, new byte[] { (byte) 0x80 }, new byte[] { 0, 1 },
				// An integer of more than ten bytes.
				new byte[] { 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1 },
				// Lengths beyond the end, of 2 GiB, and negative.
				new byte[] { 10, 1 }, new byte[] { 10, -1, -1, -1, -1, 7 },
				new byte[] { 10, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1 },
				// A nested message that is longer than its parent.
				new byte[] { 26, 2, 10, 5, 1, 1, 1, 1, 1 },
				// Groups, which proto3 has not, and the two wire types that do not exist.
				new byte[] { 11, 12 }, new byte[] { 12 }, new byte[] { 14, 0 }, new byte[] { 15, 0 },
				// Fixed fields that end early.
				new byte[] { 9, 1, 2, 3 }, new byte[] { 13, 1, 2 });
	}

	@ParameterizedTest
	@MethodSource("malformed")
	void malformedMessageIsAnInternalError(byte[] message) {
		for (boolean knownLength : new boolean[] { true, false }) {
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> parse(message, knownLength))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL))
				.withMessageContaining("The server's answer could not be read");
		}
	}

	@Test
	void fieldOfAnotherKindThanExpectedIsAnInternalError() {
		// Bytes where an integer should be, and the other way round.
		for (byte[] message : List.of(new byte[] { 18, 1, 1 }, new byte[] { 24, 1 })) {
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> parse(message, true))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL));
		}
	}

	@Test
	void messageThatIsNestedWithoutEndIsAnInternalErrorAndNoStackOverflow() {
		byte[] message = nested(200_000);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> parse(message, true))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL))
			.withMessageContaining("nested");
		assertThat(parse(nested(100), true)).isEqualTo(100);
	}

	private static byte[] nested(int depth) {
		// From the inside out, written from the end.
		byte[] buffer = new byte[depth * 6];
		int position = buffer.length;
		for (int i = 0; i < depth; i++) {
			int length = buffer.length - position;
			List<Byte> varint = new ArrayList<>();
			for (int rest = length; rest >= 0x80; rest >>>= 7) {
				varint.add((byte) ((rest & 0x7F) | 0x80));
			}
			varint.add((byte) (length >>> (7 * varint.size())));
			for (int j = varint.size() - 1; j >= 0; j--) {
				buffer[--position] = varint.get(j);
			}
			buffer[--position] = 26;
		}
		return Arrays.copyOfRange(buffer, position, buffer.length);
	}

	@Test
	void garbageIsReadOrRefusedInNoTime() {
		Random random = new Random(7);
		long begin = System.nanoTime();
		int refused = 0;
		for (int i = 0; i < 200_000; i++) {
			byte[] message = new byte[random.nextInt(60)];
			random.nextBytes(message);
			try {
				parse(message, i % 2 == 0);
			}
			catch (StatusRuntimeException ex) {
				assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
				refused++;
			}
		}
		assertThat(refused).isBetween(100_000, 199_999);
		assertThat(Elapsed.since(begin)).isLessThan(Duration.ofSeconds(30));
	}

	@Test
	void streamThatEndsBeforeItsKnownLengthIsAnInternalError() {
		InputStream lying = new KnownStream(new byte[] { 16, 1 }, 10);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> method().parseResponse(lying))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL));
	}

	@Test
	void streamThatBreaksIsAnInternalError() {
		InputStream broken = new InputStream() {
			@Override
			public int read() throws IOException {
				throw new IOException("thrown by a test");
			}
		};
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> method().parseResponse(broken))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL))
			.withRootCauseInstanceOf(IOException.class);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 8_192, 8_193, 131_072, 131_073, 1_000_000 })
	void answersOfAnySizeAreRead(int size) throws IOException {
		byte[] value = new byte[size];
		new Random(size).nextBytes(value);
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		CodedOutputStream coded = CodedOutputStream.newInstance(out);
		coded.writeByteArray(1, value);
		coded.flush();
		MethodDescriptor<Encoded, Bytes> method = Wire.unary("etcdserverpb.KV/Any", (reader) -> {
			reader.nextField();
			return reader.bytes();
		});
		for (boolean knownLength : new boolean[] { true, false, true }) {
			assertThat(method.parseResponse(stream(out.toByteArray(), knownLength)).toByteArray()).isEqualTo(value);
		}
	}

	@Test
	void answersAreNotWrittenAndRequestsNotRead() {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> method().streamResponse(1));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> method().parseRequest(stream(new byte[0], true)));
		assertThatNoException().isThrownBy(() -> method().streamRequest(new WireWriter(0).end()).close());
	}

	/**
	 * Counts how deep messages are nested in field 3; 2 is an integer, the rest unknown.
	 */
	private static MethodDescriptor<Encoded, Integer> method() {
		return Wire.unary("etcdserverpb.KV/Any", WireTests::depth);
	}

	private static int depth(WireReader reader) {
		int depth = 0;
		for (int field = reader.nextField(); field != 0; field = reader.nextField()) {
			switch (field) {
				case 2 -> reader.int64();
				case 3 -> {
					int outer = reader.enterMessage();
					depth = Math.max(depth, 1 + depth(reader));
					reader.leaveMessage(outer);
				}
				default -> reader.skip();
			}
		}
		return depth;
	}

	private static int parse(byte[] message, boolean knownLength) {
		return method().parseResponse(stream(message, knownLength));
	}

	private static InputStream stream(byte[] message, boolean knownLength) {
		return knownLength ? new KnownStream(message, message.length) : new ByteArrayInputStream(message);
	}

	private static WireReader reader(byte[] message) {
		return new WireReader(message, message.length);
	}

	private static byte[] bytes(Encoded encoded) throws IOException {
		ByteArrayOutputStream target = new ByteArrayOutputStream();
		((Drainable) encoded.stream()).drainTo(target);
		return target.toByteArray();
	}

	private static final class KnownStream extends ByteArrayInputStream implements KnownLength {

		private final int length;

		KnownStream(byte[] message, int length) {
			super(message);
			this.length = length;
		}

		@Override
		public synchronized int available() {
			return this.length;
		}

	}

}
