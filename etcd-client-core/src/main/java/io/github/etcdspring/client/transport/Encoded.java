/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import io.grpc.Drainable;
import io.grpc.KnownLength;

import io.github.etcdspring.client.data.Bytes;

/**
 * An encoded request: immutable, so that an attempt can be repeated without encoding it
 * again. A large value stays in the array that the application handed over.
 *
 * @since 0.1.0
 */
public final class Encoded {

	private final byte[] head;

	private final int headLength;

	private final Bytes tail;

	Encoded(byte[] head, int headLength, Bytes tail) {
		this.head = head;
		this.headLength = headLength;
		this.tail = tail;
	}

	/**
	 * Return the number of bytes on the wire, without gRPC's frame.
	 * @return the size
	 */
	public int size() {
		return Math.addExact(this.headLength, this.tail.length());
	}

	InputStream stream() {
		return new EncodedStream(this);
	}

	private static final class EncodedStream extends InputStream implements KnownLength, Drainable {

		private final Encoded message;

		private int position;

		EncodedStream(Encoded message) {
			this.message = message;
		}

		@Override
		public int drainTo(OutputStream target) throws IOException {
			int rest = available();
			if (this.position == 0) {
				target.write(this.message.head, 0, this.message.headLength);
				this.message.tail.writeTo(target);
			}
			else {
				target.write(readAllBytes());
			}
			this.position = this.message.size();
			return rest;
		}

		@Override
		public int read() {
			if (available() == 0) {
				return -1;
			}
			int index = this.position++;
			int headLength = this.message.headLength;
			return ((index < headLength) ? this.message.head[index] : this.message.tail.byteAt(index - headLength))
					& 0xFF;
		}

		@Override
		public int available() {
			return this.message.size() - this.position;
		}

	}

}
