/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.proto.SnapshotResponse;

/**
 * Writes the parts of a snapshot, and checks the digest at its end. Its methods are
 * called one after the other.
 */
final class SnapshotReader {

	private static final Logger logger = LoggerFactory.getLogger(SnapshotReader.class);

	private static final int DIGEST_LENGTH = 32;

	/** A database consists of pages, each a multiple of this. */
	private static final int BLOCK_LENGTH = 512;

	private final SnapshotTarget target;

	private final SnapshotProgress progress;

	private final MessageDigest digest;

	/** The last bytes so far, which may turn out to be the digest. */
	private byte[] tail = new byte[0];

	private long size;

	private String storageVersion = "";

	SnapshotReader(SnapshotTarget target, SnapshotProgress progress) {
		this.target = target;
		this.progress = progress;
		try {
			this.digest = MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void add(SnapshotResponse part) throws IOException {
		ByteString blob = part.getBlob();
		for (ByteBuffer bytes : blob.asReadOnlyByteBufferList()) {
			this.target.write(bytes);
		}
		this.size += blob.size();
		if (!part.getVersion().isEmpty()) {
			this.storageVersion = part.getVersion();
		}
		int certain = Math.max(0, this.tail.length + blob.size() - DIGEST_LENGTH);
		int fromTail = Math.min(certain, this.tail.length);
		this.digest.update(this.tail, 0, fromTail);
		int fromBlob = certain - fromTail;
		for (ByteBuffer bytes : blob.substring(0, fromBlob).asReadOnlyByteBufferList()) {
			this.digest.update(bytes);
		}
		byte[] rest = Arrays.copyOfRange(this.tail, fromTail, this.tail.length + blob.size() - fromBlob);
		blob.copyTo(rest, fromBlob, this.tail.length - fromTail, blob.size() - fromBlob);
		this.tail = rest;
		this.progress.onPart(this.size, part.getRemainingBytes());
	}

	/**
	 * Keep what was read when all of it is there, and discard it if that fails.
	 * @param reading completes when the last part was added
	 * @return completes when the snapshot is kept; cancelling it ends the reading
	 */
	CompletableFuture<Snapshot> completeWith(CompletableFuture<Void> reading) {
		CompletableFuture<Snapshot> result = new CompletableFuture<>();
		reading.whenComplete((nothing, ex) -> {
			Throwable failure = (ex != null) ? cause(ex) : keep();
			if (failure == null) {
				result.complete(new Snapshot(this.size, this.storageVersion));
			}
			else {
				discard();
				result.completeExceptionally(failure);
			}
		});
		result.whenComplete((snapshot, ex) -> {
			if (result.isCancelled()) {
				reading.cancel(true);
			}
		});
		return result;
	}

	private @Nullable Throwable keep() {
		if (this.size % BLOCK_LENGTH != DIGEST_LENGTH) {
			return damaged("its size, " + this.size + " bytes, is that of no whole snapshot");
		}
		if (!MessageDigest.isEqual(this.digest.digest(), this.tail)) {
			return damaged("its digest is not that of its " + this.size + " bytes");
		}
		try {
			this.target.keep();
			return null;
		}
		catch (IOException ex) {
			return new UncheckedIOException(ex);
		}
	}

	private static RuntimeException damaged(String detail) {
		return Failure.ofRead("snapshot", StatusCode.DATA_LOSS, Reason.OTHER)
			.withDetail("the snapshot is damaged: " + detail)
			.toException();
	}

	private void discard() {
		try {
			this.target.discard();
		}
		catch (IOException ex) {
			logger.warn("What there is of a snapshot that failed could not be removed", ex);
		}
	}

	private static Throwable cause(Throwable ex) {
		Throwable cause = Failure.causeOf(ex);
		return (cause instanceof IOException io) ? new UncheckedIOException(io) : cause;
	}

}
