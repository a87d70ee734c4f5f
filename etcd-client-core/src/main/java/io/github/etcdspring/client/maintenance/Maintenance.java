/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

import io.github.etcdspring.client.transport.Transport;

/**
 * etcd's maintenance service: the state of its members. Thread-safe; the requests it
 * makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class Maintenance {

	private final Transport transport;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 */
	public Maintenance(Transport transport) {
		this.transport = transport;
	}

	/**
	 * Ask a member for its state. It answers without a leader, too.
	 * @param endpoint the member's endpoint, one of the client's
	 * @return the request
	 * @throws IllegalArgumentException if it is not one of the client's endpoints
	 */
	public StatusRequest status(String endpoint) {
		return new StatusRequest(this.transport, this.transport.checkEndpoint(endpoint));
	}

	/**
	 * List the alarms of the cluster.
	 * @return the request
	 */
	public AlarmsRequest alarms() {
		return new AlarmsRequest(this.transport);
	}

	/**
	 * Copy the database of a member to a file. The file appears when the copy is complete
	 * and checked, in the place of one that was there.
	 * @param file the file, in a folder that exists
	 * @return the request
	 * @throws IllegalArgumentException if this is no file
	 */
	public SnapshotRequest snapshot(Path file) {
		return SnapshotRequest.toFile(this.transport, file);
	}

	/**
	 * Copy the database of a member to a channel. Whoever reads it must not take it for
	 * whole before the request has succeeded.
	 * @param channel the channel, in blocking mode; it stays open
	 * @return the request
	 */
	public SnapshotRequest snapshot(WritableByteChannel channel) {
		return SnapshotRequest.toChannel(this.transport, channel);
	}

}
