/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reads {@code error-catalogue.txt}: what a server says when a call fails, and what that
 * means.
 */
public final class ErrorCatalogue {

	private static final String FILE = "/error-catalogue.txt";

	private ErrorCatalogue() {
	}

	public static List<Row> rows() {
		try (InputStream file = Objects.requireNonNull(ErrorCatalogue.class.getResourceAsStream(FILE), FILE)) {
			return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines()
				.filter((line) -> !line.isBlank() && !line.startsWith("#"))
				.map(ErrorCatalogue::parse)
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Row parse(String line) {
		String[] columns = line.split(" \\| ", -1);
		if (columns.length != 6) {
			throw new IllegalStateException("Not six columns: " + line);
		}
		List<StatusCode> codes = columns[1].equals("-") ? List.of()
				: Arrays.stream(columns[1].split(",")).map(StatusCode::valueOf).toList();
		return new Row(columns[0], codes, Reason.valueOf(columns[2]), columns[3], Retry.of(columns[4]),
				Effect.of(columns[5]));
	}

	/**
	 * Whether the same call may be sent again.
	 */
	public enum Retry {

		NEVER, READ, AFTER_NEW_TOKEN, ALWAYS;

		private static Retry of(String letter) {
			return switch (letter) {
				case "n" -> NEVER;
				case "y" -> READ;
				case "a" -> AFTER_NEW_TOKEN;
				case "w" -> ALWAYS;
				default -> throw new IllegalStateException("Not a retry: " + letter);
			};
		}

	}

	/**
	 * What became of a write.
	 */
	public enum Effect {

		NOT_APPLIED, UNKNOWN, NOT_APPLIED_IF_LEADER_REQUIRED, NO_WRITE;

		private static Effect of(String letter) {
			return switch (letter) {
				case "D" -> NOT_APPLIED;
				case "I" -> UNKNOWN;
				case "H" -> NOT_APPLIED_IF_LEADER_REQUIRED;
				case "-" -> NO_WRITE;
				default -> throw new IllegalStateException("Not an outcome: " + letter);
			};
		}

	}

	public record Row(String text, List<StatusCode> codes, Reason reason, String type, Retry retry, Effect effect) {

		/**
		 * Whether this is the text by which the reason is known, and not another one.
		 */
		public boolean isPrimary() {
			return this.text.equals(this.reason.text());
		}

		@Override
		public String toString() {
			return this.text;
		}

	}

}
