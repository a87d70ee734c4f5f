/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * What a snapshot is written to: a channel that belongs to the application.
 */
class SnapshotTarget {

	private final WritableByteChannel channel;

	SnapshotTarget(WritableByteChannel channel) {
		this.channel = channel;
	}

	final void write(ByteBuffer bytes) throws IOException {
		while (bytes.hasRemaining()) {
			this.channel.write(bytes);
		}
	}

	/**
	 * The snapshot is complete, and is what the server sent.
	 * @throws IOException if it could not be kept
	 */
	void keep() throws IOException {
	}

	/**
	 * The snapshot is not complete, and never will be.
	 * @throws IOException if it could not be removed
	 */
	void discard() throws IOException {
	}

}
