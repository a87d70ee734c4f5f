/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.Arrays;

import io.github.etcdspring.client.data.Bytes;

/**
 * Writes a protobuf message without builders: for the few messages that every application
 * sends all the time. Fields with their default value are left out, as proto3 does. For
 * one thread and one message.
 *
 * @since 0.1.0
 */
public final class WireWriter {

	private static final int VARINT = 0;

	private static final int LENGTH_DELIMITED = 2;

	private static final int LONGEST_VARINT = 10;

	private byte[] buffer;

	private int position;

	/**
	 * Create a writer.
	 * @param expectedSize about how many bytes will be written; more is possible
	 */
	public WireWriter(int expectedSize) {
		this.buffer = new byte[Math.max(16, expectedSize)];
	}

	/**
	 * Write an integer, unless it is zero.
	 * @param field the field number
	 * @param value the value
	 */
	public void int64(int field, long value) {
		if (value != 0) {
			alwaysInt64(field, value);
		}
	}

	/**
	 * Write an integer even if it is zero, as a member of a oneof has to be.
	 * @param field the field number
	 * @param value the value
	 */
	public void alwaysInt64(int field, long value) {
		ensure(2 * LONGEST_VARINT);
		varint((long) field << 3 | VARINT);
		varint(value);
	}

	/**
	 * Write a flag, unless it is false.
	 * @param field the field number
	 * @param value the value
	 */
	public void bool(int field, boolean value) {
		int64(field, value ? 1 : 0);
	}

	/**
	 * Write bytes, unless they are empty.
	 * @param field the field number
	 * @param value the value
	 */
	public void bytes(int field, Bytes value) {
		if (!value.isEmpty()) {
			alwaysBytes(field, Bytes.EMPTY, value);
		}
	}

	/**
	 * Write two runs of bytes as one field, even if both are empty.
	 * @param field the field number
	 * @param prefix the first run
	 * @param value the second run
	 */
	public void alwaysBytes(int field, Bytes prefix, Bytes value) {
		int length = Math.addExact(prefix.length(), value.length());
		lengthDelimited(field, length, length);
		prefix.copyTo(this.buffer, this.position);
		this.position += prefix.length();
		value.copyTo(this.buffer, this.position);
		this.position += value.length();
	}

	/**
	 * Begin a message within this one.
	 * @param field the field number
	 * @return what {@link #endMessage(int)} needs
	 */
	public int beginMessage(int field) {
		ensure(2 * LONGEST_VARINT);
		varint((long) field << 3 | LENGTH_DELIMITED);
		return this.position;
	}

	/**
	 * End the message that began last. Its length goes in front of it, which is known
	 * only now.
	 * @param begin what {@link #beginMessage(int)} returned
	 */
	public void endMessage(int begin) {
		int length = this.position - begin;
		int room = varintSize(length);
		ensure(room);
		System.arraycopy(this.buffer, begin, this.buffer, begin + room, length);
		this.position = begin;
		varint(length);
		this.position += length;
	}

	/**
	 * End the message.
	 * @return what was written
	 */
	public Encoded end() {
		return new Encoded(this.buffer, this.position, Bytes.EMPTY);
	}

	/**
	 * End the message with a bytes field that is not copied: for values, which may be
	 * large.
	 * @param field the field number
	 * @param value the value; left out if empty
	 * @return what was written
	 */
	public Encoded endWith(int field, Bytes value) {
		if (!value.isEmpty()) {
			lengthDelimited(field, value.length(), 0);
		}
		return new Encoded(this.buffer, this.position, value);
	}

	private void lengthDelimited(int field, int length, int room) {
		ensure(Math.addExact(2 * LONGEST_VARINT, room));
		varint((long) field << 3 | LENGTH_DELIMITED);
		varint(length);
	}

	private void varint(long value) {
		long rest = value;
		while ((rest & ~0x7FL) != 0) {
			this.buffer[this.position++] = (byte) (rest | 0x80);
			rest >>>= 7;
		}
		this.buffer[this.position++] = (byte) rest;
	}

	private static int varintSize(int value) {
		return Math.max(1, (32 - Integer.numberOfLeadingZeros(value) + 6) / 7);
	}

	private void ensure(int room) {
		int needed = Math.addExact(this.position, room);
		if (needed > this.buffer.length) {
			this.buffer = Arrays.copyOf(this.buffer,
					(int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, 2L * this.buffer.length)));
		}
	}

}
