/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.maintenance.Snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Copies of a member's database.
 */
abstract class SnapshotConformance extends Conformance {

	static final byte[] OLDER = "an older snapshot".getBytes(StandardCharsets.UTF_8);

	@TempDir
	Path folder;

	Path file;

	@BeforeEach
	void chooseFile() {
		this.file = this.folder.resolve("backup.db");
	}

	static void assertIsWhole(byte[] bytes) {
		int length = bytes.length - 32;
		assertThat(length).isPositive().satisfies((size) -> assertThat(size % 512).isZero());
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			digest.update(bytes, 0, length);
			assertThat(Arrays.copyOfRange(bytes, length, bytes.length)).isEqualTo(digest.digest());
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static boolean contains(byte[] bytes, String text) {
		// As bytes: the database is no text.
		return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
	}

	List<Path> files() {
		try (Stream<Path> files = Files.list(this.folder)) {
			return files.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void assertOnlyTheOlderFileIsThere() {
		assertThat(files()).containsExactly(this.file);
		assertThat(this.file).hasBinaryContent(OLDER);
	}

	@Test
	void fileIsAWholeSnapshotThatOnlyItsOwnerMayRead() throws IOException {
		put("a", "value-in-the-snapshot");
		Snapshot snapshot = this.etcd.maintenance().snapshot(this.file).timeout(SOON).sync();
		byte[] bytes = Files.readAllBytes(this.file);
		assertThat(snapshot.size()).isEqualTo(bytes.length);
		assertIsWhole(bytes);
		assertThat(contains(bytes, "value-in-the-snapshot")).isTrue();
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.file))).isEqualTo("rw-------");
		assertThat(files()).containsExactly(this.file);
	}

	@Test
	void progressIsTold() {
		List<Long> written = new CopyOnWriteArrayList<>();
		List<Long> remaining = new CopyOnWriteArrayList<>();
		Snapshot snapshot = this.etcd.maintenance().snapshot(this.file).onProgress((done, rest) -> {
			written.add(done);
			remaining.add(rest);
		}).sync();
		assertThat(written).isSorted().doesNotHaveDuplicates().last().isEqualTo(snapshot.size());
		assertThat(remaining).hasSameSizeAs(written).isSortedAccordingTo(Comparator.reverseOrder());
		assertThat(remaining).last().isEqualTo(0L);
	}

	@Test
	void olderFileIsReplaced() throws IOException {
		Files.write(this.file, OLDER);
		Files.setPosixFilePermissions(this.file, PosixFilePermissions.fromString("rw-r--r--"));
		this.etcd.maintenance().snapshot(this.file).sync();
		assertIsWhole(Files.readAllBytes(this.file));
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.file))).isEqualTo("rw-------");
		assertThat(files()).containsExactly(this.file);
	}

	@Test
	void channelReceivesTheSame() {
		put("a", "value-in-the-channel");
		ByteArrayOutputStream target = new ByteArrayOutputStream();
		Snapshot snapshot = this.etcd.maintenance().snapshot(Channels.newChannel(target)).sync();
		assertThat(snapshot.size()).isEqualTo(target.size());
		assertIsWhole(target.toByteArray());
		assertThat(contains(target.toByteArray(), "value-in-the-channel")).isTrue();
	}

	@Test
	void nameWithoutAFolderIsInTheWorkingFolder() throws IOException {
		Path relative = Path.of("").toAbsolutePath().relativize(this.file.toAbsolutePath());
		this.etcd.maintenance().snapshot(relative).sync();
		assertIsWhole(Files.readAllBytes(this.file));
	}

	@Test
	void missingFolderIsReported() {
		assertThatExceptionOfType(UncheckedIOException.class)
			.isThrownBy(() -> this.etcd.maintenance().snapshot(this.folder.resolve("missing/backup.db")).sync())
			.withCauseInstanceOf(NoSuchFileException.class);
		assertThat(files()).isEmpty();
	}

	@Test
	void endpointMustBeOneOfTheClient() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.etcd.maintenance().snapshot(this.file).endpoint("http://127.0.0.1:1"))
			.withMessageContaining("'endpoint'");
	}

}
