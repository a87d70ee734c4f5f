/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Where certificates or a key come from: a file, or text.
 *
 * @param argument the name of the argument, for messages
 * @param file the file, or {@code null}
 * @param text the text if there is no file
 */
record PemSource(String argument, @Nullable Path file, @Nullable String text) {

	static PemSource of(String argument, Path file) {
		return new PemSource(argument, file, null);
	}

	static PemSource ofText(String argument, String text) {
		return new PemSource(argument, null, text);
	}

	/**
	 * Read it.
	 * @return the content, which is the caller's to wipe
	 * @throws IllegalArgumentException if the file cannot be read
	 */
	byte[] read() {
		if (this.file == null) {
			return Objects.requireNonNull(this.text).getBytes(StandardCharsets.UTF_8);
		}
		try {
			return Files.readAllBytes(this.file);
		}
		catch (NoSuchFileException ex) {
			throw bad("does not exist", "give the path of a PEM file");
		}
		catch (AccessDeniedException ex) {
			throw bad("may not be read by the user of this process", "let it");
		}
		catch (IOException ex) {
			throw bad("cannot be read (" + ex.getMessage() + ")", "give the path of a PEM file");
		}
	}

	/**
	 * Say what is wrong.
	 * @param found what was found, never the content
	 * @param fix what to do
	 * @return the exception
	 */
	IllegalArgumentException bad(String found, String fix) {
		return new IllegalArgumentException(this + " " + found + "; " + fix);
	}

	// Never the text, which may be a key.
	@Override
	public String toString() {
		return "'" + this.argument + "' " + ((this.file != null) ? this.file : "(PEM text)");
	}

}
