/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * An immutable sequence of bytes: a key or a value. The natural order is etcd's order of
 * keys: byte by byte, unsigned, a prefix before what it is a prefix of.
 * <p>
 * {@link #toString()} tells only the length, so that a value can't end up in a log by
 * accident; {@link #asUtf8()} and {@link #toHex()} tell the content.
 *
 * @since 0.1.0
 */
public final class Bytes implements Comparable<Bytes> {

	/**
	 * No bytes at all.
	 */
	public static final Bytes EMPTY = new Bytes(new byte[0]);

	/** The range end by which etcd means "no upper bound". */
	static final Bytes OPEN_END = new Bytes(new byte[1]);

	private final byte[] array;

	private int hash;

	private Bytes(byte[] array) {
		this.array = array;
	}

	/**
	 * The UTF-8 form of a text.
	 * @param text the text
	 * @return its bytes
	 * @throws IllegalArgumentException if the text is {@code null}, or has half of a
	 * surrogate pair, which UTF-8 can't express
	 */
	public static Bytes utf8(String text) {
		Arguments.notNull(text, "text", "for no bytes use Bytes.EMPTY");
		// The JDK would write '?', and two different keys would become the same one.
		int broken = unpairedSurrogate(text);
		if (broken >= 0) {
			throw new IllegalArgumentException("text has an unpaired surrogate at index " + broken
					+ ", which UTF-8 can't express: pass well-formed text, or bytes");
		}
		return wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * The bytes of an array, copied.
	 * @param bytes the array, free to be changed afterwards
	 * @return the bytes
	 */
	public static Bytes copyOf(byte[] bytes) {
		return wrap(bytes.clone());
	}

	/**
	 * The bytes of an array, not copied. The array belongs to the result from now on: the
	 * caller must neither change it nor hand it to anyone who might.
	 * @param bytes the array to take over
	 * @return the bytes
	 */
	public static Bytes wrap(byte[] bytes) {
		Arguments.notNull(bytes, "bytes", "for no bytes use Bytes.EMPTY");
		return (bytes.length != 0) ? new Bytes(bytes) : EMPTY;
	}

	/**
	 * The number of bytes.
	 * @return the length
	 */
	public int length() {
		return this.array.length;
	}

	/**
	 * Whether there are no bytes.
	 * @return whether the length is 0
	 */
	public boolean isEmpty() {
		return this.array.length == 0;
	}

	/**
	 * One byte.
	 * @param index its position, from 0
	 * @return the byte, signed as every Java byte
	 * @throws IndexOutOfBoundsException if there is no such position
	 */
	public byte byteAt(int index) {
		return this.array[Objects.checkIndex(index, this.array.length)];
	}

	/**
	 * Whether these bytes begin with others.
	 * @param prefix the others; every sequence begins with the empty one
	 * @return whether they do
	 */
	public boolean startsWith(Bytes prefix) {
		int length = prefix.array.length;
		return length <= this.array.length && Arrays.equals(this.array, 0, length, prefix.array, 0, length);
	}

	/**
	 * These bytes, then others.
	 * @param suffix the others
	 * @return both in one
	 */
	public Bytes concat(Bytes suffix) {
		if (suffix.isEmpty()) {
			return this;
		}
		if (isEmpty()) {
			return suffix;
		}
		byte[] joined = Arrays.copyOf(this.array, Math.addExact(this.array.length, suffix.array.length));
		suffix.copyTo(joined, this.array.length);
		return new Bytes(joined);
	}

	/**
	 * The bytes from a position to the end.
	 * @param from the first position
	 * @return a copy of that part
	 * @throws IndexOutOfBoundsException if the position is negative or after the end
	 */
	public Bytes substring(int from) {
		return substring(from, this.array.length);
	}

	/**
	 * The bytes between two positions.
	 * @param from the first position
	 * @param to the position after the last
	 * @return a copy of that part
	 * @throws IndexOutOfBoundsException if the two don't describe a part of these bytes
	 */
	public Bytes substring(int from, int to) {
		Objects.checkFromToIndex(from, to, this.array.length);
		if (from == 0 && to == this.array.length) {
			return this;
		}
		return wrap(Arrays.copyOfRange(this.array, from, to));
	}

	/**
	 * The smallest key that is greater than every key with this prefix, as a range end.
	 * Where there is none (no bytes, or nothing but 0xFF) it is the single byte 0, which
	 * as a range end means no upper bound.
	 * @return the end of the range of this prefix
	 */
	public Bytes prefixEnd() {
		for (int last = this.array.length - 1; last >= 0; last--) {
			if (this.array[last] != (byte) 0xFF) {
				byte[] end = Arrays.copyOf(this.array, last + 1);
				end[last]++;
				return new Bytes(end);
			}
		}
		return OPEN_END;
	}

	/**
	 * The text of which these bytes are the UTF-8 form. Bytes that aren't UTF-8 become
	 * the replacement character U+FFFD.
	 * @return the text
	 */
	public String asUtf8() {
		return new String(this.array, StandardCharsets.UTF_8);
	}

	/**
	 * A copy of the bytes.
	 * @return an array of the caller's own
	 */
	public byte[] toByteArray() {
		return this.array.clone();
	}

	/**
	 * A view of the bytes, not copied.
	 * @return a new read-only buffer over all bytes
	 */
	public ByteBuffer asByteBuffer() {
		return ByteBuffer.wrap(this.array).asReadOnlyBuffer();
	}

	/**
	 * Copies the bytes into an array.
	 * @param target the array
	 * @param offset the position of the first byte in it
	 * @throws IndexOutOfBoundsException if they don't fit; nothing is copied then
	 */
	public void copyTo(byte[] target, int offset) {
		System.arraycopy(this.array, 0, target, offset, this.array.length);
	}

	/**
	 * Writes the bytes to a stream, without a copy of them: the stream sees the array
	 * behind these bytes and must not change or keep it.
	 * @param target the stream
	 * @throws IOException if the stream fails
	 */
	public void writeTo(OutputStream target) throws IOException {
		target.write(this.array, 0, this.array.length);
	}

	/**
	 * The bytes as lower-case hexadecimal digits, two for each byte.
	 * @return the digits
	 */
	public String toHex() {
		return HexFormat.of().formatHex(this.array);
	}

	@Override
	public int compareTo(Bytes other) {
		return Arrays.compareUnsigned(this.array, other.array);
	}

	@Override
	public boolean equals(Object other) {
		return this == other || (other instanceof Bytes that && Arrays.equals(this.array, that.array));
	}

	@Override
	public int hashCode() {
		// Threads may race to write it; they write the same number.
		int known = this.hash;
		if (known == 0) {
			known = Arrays.hashCode(this.array);
			this.hash = known;
		}
		return known;
	}

	/**
	 * The number of bytes, never the bytes themselves: they may be a secret.
	 */
	@Override
	public String toString() {
		return "Bytes[" + this.array.length + "]";
	}

	private static int unpairedSurrogate(String text) {
		int length = text.length();
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (Character.isSurrogate(c)) {
				if (!Character.isHighSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text.charAt(i + 1))) {
					return i;
				}
				i++;
			}
		}
		return -1;
	}

}
