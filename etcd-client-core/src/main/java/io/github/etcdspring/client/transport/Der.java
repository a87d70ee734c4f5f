/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * The little of ASN.1's encoding that it takes to bring an old private key into PKCS#8.
 */
final class Der {

	static final int INTEGER = 0x02;

	static final int OCTET_STRING = 0x04;

	static final int SEQUENCE = 0x30;

	private final byte[] bytes;

	private final int end;

	private int position;

	private Der(byte[] bytes, int from, int end) {
		this.bytes = bytes;
		this.position = from;
		this.end = end;
	}

	static Der of(byte[] bytes) {
		return new Der(bytes, 0, bytes.length);
	}

	/**
	 * Encode a value.
	 * @param tag its tag
	 * @param parts its content
	 * @return the encoding
	 */
	static byte[] encode(int tag, byte[]... parts) {
		int length = Arrays.stream(parts).mapToInt((part) -> part.length).sum();
		ByteArrayOutputStream encoded = new WipedStream(length + 6);
		encoded.write(tag);
		if (length >= 0x80) {
			int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
			encoded.write(0x80 | octets);
			for (int i = octets - 1; i > 0; i--) {
				encoded.write(length >> (8 * i));
			}
		}
		encoded.write(length);
		for (byte[] part : parts) {
			encoded.write(part, 0, part.length);
		}
		byte[] result = encoded.toByteArray();
		encoded.reset();
		return result;
	}

	boolean isNext(int tag) {
		return this.position < this.end && (this.bytes[this.position] & 0xff) == tag;
	}

	/**
	 * Go into the next value, and behind it.
	 * @param tag the tag that it must have
	 * @return its content
	 * @throws IllegalArgumentException if it has another one, or goes on after the end
	 */
	Der next(int tag) {
		if (!isNext(tag)) {
			throw new IllegalArgumentException("no tag " + tag + " at " + this.position);
		}
		this.position++;
		int length = octet();
		if (length >= 0x80) {
			int octets = length - 0x80;
			length = 0;
			if (octets < 1 || octets > 3) {
				throw new IllegalArgumentException("a length of " + octets + " octets");
			}
			for (int i = 0; i < octets; i++) {
				length = (length << 8) | octet();
			}
		}
		int from = this.position;
		if (length > this.end - from) {
			throw new IllegalArgumentException("a value goes on after the end");
		}
		this.position = from + length;
		return new Der(this.bytes, from, this.position);
	}

	byte[] rest() {
		return Arrays.copyOfRange(this.bytes, this.position, this.end);
	}

	private int octet() {
		if (this.position >= this.end) {
			throw new IllegalArgumentException("it ends within a value");
		}
		return this.bytes[this.position++] & 0xff;
	}

	/**
	 * Never grows, so there is one copy to wipe.
	 */
	private static final class WipedStream extends ByteArrayOutputStream {

		WipedStream(int size) {
			super(size);
		}

		@Override
		public synchronized void reset() {
			Arrays.fill(this.buf, (byte) 0);
			super.reset();
		}

	}

}
