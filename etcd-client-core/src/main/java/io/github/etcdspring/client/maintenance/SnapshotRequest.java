/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.transport.ChunkStream;
import io.github.etcdspring.client.transport.PendingRequest;
import io.github.etcdspring.client.transport.StreamRpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.SnapshotResponse;

/**
 * Copies the database of one member, as {@code etcdctl snapshot restore} takes it: the
 * database, then its SHA-256, which is checked here. Only one chunk of it is in memory at
 * a time. It may take any time, but fails when nothing comes for 30 seconds; a
 * {@link #timeout(Duration) timeout} limits the whole.
 * <p>
 * A file is written beside its place and put there when it is complete, checked and on
 * the disk, in the place of an older one; so whatever happens, what is there is a whole
 * snapshot. Only the owner may read it, since it has everything in it. If the disk fails,
 * {@code sync()} throws an {@link UncheckedIOException}.
 *
 * @since 0.1.0
 */
public final class SnapshotRequest extends PendingRequest<SnapshotRequest, Snapshot> {

	private static final MethodDescriptor<io.github.etcdspring.proto.SnapshotRequest, SnapshotResponse> method = MaintenanceGrpc
		.getSnapshotMethod();

	private final Transport transport;

	private final TargetOpener target;

	private @Nullable String endpoint;

	private SnapshotProgress progress = (written, remaining) -> {
	};

	private SnapshotRequest(Transport transport, TargetOpener target) {
		super("snapshot");
		this.transport = transport;
		this.target = target;
	}

	static SnapshotRequest toFile(Transport transport, Path file) {
		if (file == null || file.getFileName() == null) {
			throw new IllegalArgumentException("'file' must name a file but was " + file);
		}
		return new SnapshotRequest(transport, () -> SnapshotFile.open(file));
	}

	static SnapshotRequest toChannel(Transport transport, WritableByteChannel channel) {
		Arguments.notNull(channel, "channel");
		return new SnapshotRequest(transport, () -> new SnapshotTarget(channel));
	}

	/**
	 * Copy the database of this member. Without it the endpoint in use is asked.
	 * @param endpoint one of the client's endpoints
	 * @return this request
	 * @throws IllegalArgumentException if it is not one of them
	 */
	public SnapshotRequest endpoint(String endpoint) {
		this.endpoint = this.transport.checkEndpoint(endpoint);
		return this;
	}

	/**
	 * Tell how far the copy has come, after each part.
	 * @param listener the listener
	 * @return this request
	 */
	public SnapshotRequest onProgress(SnapshotProgress listener) {
		Arguments.notNull(listener, "listener");
		this.progress = listener;
		return this;
	}

	@Override
	protected CompletableFuture<Snapshot> begin(@Nullable Duration timeout) {
		SnapshotTarget opened;
		try {
			opened = this.target.open();
		}
		catch (IOException ex) {
			return CompletableFuture.failedFuture(new UncheckedIOException(ex));
		}
		SnapshotReader reader = new SnapshotReader(opened, this.progress);
		CompletableFuture<Void> reading = ChunkStream.read(this.transport,
				StreamRpc.finite("snapshot", method, false, this.endpoint),
				io.github.etcdspring.proto.SnapshotRequest.getDefaultInstance(), timeout, reader::add);
		return reader.completeWith(reading);
	}

	@Override
	protected SnapshotRequest self() {
		return this;
	}

	/**
	 * Opens what is written to.
	 */
	@FunctionalInterface
	private interface TargetOpener {

		SnapshotTarget open() throws IOException;

	}

}
