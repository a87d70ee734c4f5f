/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is only there when it is whole. Until then it has another name.
 */
final class SnapshotFile extends SnapshotTarget {

	private final Path part;

	private final Path file;

	private final FileChannel channel;

	private SnapshotFile(Path part, Path file, FileChannel channel) {
		super(channel);
		this.part = part;
		this.file = file;
		this.channel = channel;
	}

	static SnapshotFile open(Path file) throws IOException {
		Path whole = file.toAbsolutePath();
		// Where there are permissions, a temporary file is its owner's alone.
		Path part = Files.createTempFile(whole.getParent(), whole.getFileName() + ".", ".part");
		try {
			return new SnapshotFile(part, whole, FileChannel.open(part, StandardOpenOption.WRITE));
		}
		catch (IOException ex) {
			Files.deleteIfExists(part);
			throw ex;
		}
	}

	@Override
	void keep() throws IOException {
		this.channel.force(true);
		this.channel.close();
		Files.move(this.part, this.file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		syncFolder();
	}

	// Otherwise the new name could be lost with the power.
	private void syncFolder() {
		try (FileChannel folder = FileChannel.open(this.file.getParent(), StandardOpenOption.READ)) {
			folder.force(true);
		}
		catch (IOException ex) {
			// Some systems cannot, and need not.
		}
	}

	@Override
	void discard() throws IOException {
		this.channel.close();
		Files.deleteIfExists(this.part);
	}

}
