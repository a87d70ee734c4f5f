/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.Arrays;

import io.github.etcdspring.client.data.Bytes;

/**
 * Reads a protobuf message straight into the client's own types. For one thread and one
 * message; the array is not kept, every {@link #bytes()} is a copy.
 *
 * @since 0.1.0
 */
public final class WireReader {

	/**
	 * Far more than anybody nests transactions, and far less than a thread's stack holds.
	 */
	private static final int DEEPEST = 500;

	private final byte[] buffer;

	private int position;

	private int limit;

	private int tag;

	private int depth;

	WireReader(byte[] buffer, int length) {
		this.buffer = buffer;
		this.limit = length;
	}

	/**
	 * Go to the next field of the current message.
	 * @return its number, or 0 at the message's end
	 */
	public int nextField() {
		if (this.position >= this.limit) {
			return 0;
		}
		this.tag = (int) varint();
		int field = this.tag >>> 3;
		if (field == 0) {
			throw new MalformedMessageException("field number 0");
		}
		return field;
	}

	/**
	 * Read the current field as an integer.
	 * @return the value
	 */
	public long int64() {
		expect(0);
		return varint();
	}

	/**
	 * Read the current field as a flag.
	 * @return the value
	 */
	public boolean bool() {
		return int64() != 0;
	}

	/**
	 * Read the current field as bytes.
	 * @return a copy
	 */
	public Bytes bytes() {
		return bytesWithout(0);
	}

	/**
	 * Read the current field as bytes, without its first ones.
	 * @param prefixLength how many bytes to leave out
	 * @return a copy of the rest
	 */
	public Bytes bytesWithout(int prefixLength) {
		int end = lengthDelimited();
		int start = this.position + prefixLength;
		if (start > end) {
			throw new MalformedMessageException("a key outside the namespace");
		}
		this.position = end;
		return (start == end) ? Bytes.EMPTY : Bytes.wrap(Arrays.copyOfRange(this.buffer, start, end));
	}

	/**
	 * Enter the message that is the current field; afterwards {@link #nextField()} reads
	 * its fields.
	 * @return what {@link #leaveMessage(int)} needs
	 */
	public int enterMessage() {
		int end = lengthDelimited();
		if (++this.depth > DEEPEST) {
			throw new MalformedMessageException("messages nested more than " + DEEPEST + " deep");
		}
		int outer = this.limit;
		this.limit = end;
		return outer;
	}

	/**
	 * Leave the message that was entered last.
	 * @param outer what {@link #enterMessage()} returned
	 */
	public void leaveMessage(int outer) {
		this.depth--;
		this.position = this.limit;
		this.limit = outer;
	}

	/**
	 * Pass over the current field, which this client does not know.
	 */
	public void skip() {
		switch (this.tag & 7) {
			case 0 -> varint();
			case 1 -> advance(8);
			case 2 -> this.position = lengthDelimited();
			case 5 -> advance(4);
			default -> throw new MalformedMessageException("wire type " + (this.tag & 7));
		}
	}

	private int lengthDelimited() {
		expect(2);
		long length = varint();
		if (length < 0 || length > this.limit - this.position) {
			throw new MalformedMessageException("a length of " + length);
		}
		return this.position + (int) length;
	}

	private void expect(int wireType) {
		if ((this.tag & 7) != wireType) {
			throw new MalformedMessageException("wire type " + (this.tag & 7) + " in field " + (this.tag >>> 3));
		}
	}

	private void advance(int count) {
		if (count > this.limit - this.position) {
			throw new MalformedMessageException("an early end");
		}
		this.position += count;
	}

	private long varint() {
		long value = 0;
		for (int shift = 0; shift < 64; shift += 7) {
			if (this.position >= this.limit) {
				throw new MalformedMessageException("an early end");
			}
			byte next = this.buffer[this.position++];
			value |= (long) (next & 0x7F) << shift;
			if (next >= 0) {
				return value;
			}
		}
		throw new MalformedMessageException("an integer of more than 64 bits");
	}

	/**
	 * Bytes that are no protobuf message, or not the expected one.
	 */
	static final class MalformedMessageException extends RuntimeException {

		MalformedMessageException(String found) {
			super("The server's answer could not be read: found " + found);
		}

	}

}
