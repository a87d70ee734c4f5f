/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Folders that are removed with all that is in them.
 */
final class TemporaryFiles {

	private TemporaryFiles() {
	}

	static Path createDirectory(String prefix) {
		try {
			return Files.createTempDirectory(prefix);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot create a temporary folder", ex);
		}
	}

	/**
	 * Copy a folder with all that is in it.
	 * @param folder the folder; nothing happens without one
	 * @param target the copy, which does not exist yet
	 */
	static void copy(@Nullable Path folder, Path target) {
		if (folder == null) {
			return;
		}
		try (Stream<Path> all = Files.walk(folder)) {
			// A folder comes before what is in it.
			for (Path each : (Iterable<Path>) all::iterator) {
				Files.copy(each, target.resolve(folder.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot copy " + folder + " to " + target, ex);
		}
	}

	static void delete(@Nullable Path path) {
		if (path == null) {
			return;
		}
		try {
			Files.walkFileTree(path, new Deleting());
		}
		catch (NoSuchFileException ex) {
			// As wanted.
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot delete " + path, ex);
		}
	}

	private static final class Deleting extends SimpleFileVisitor<Path> {

		@Override
		public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
			Files.deleteIfExists(file);
			return FileVisitResult.CONTINUE;
		}

		@Override
		public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException ex) throws IOException {
			if (ex != null) {
				throw ex;
			}
			Files.deleteIfExists(directory);
			return FileVisitResult.CONTINUE;
		}

	}

}
