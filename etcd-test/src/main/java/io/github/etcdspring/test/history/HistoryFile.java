/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * A history as text, one line for everything.
 */
final class HistoryFile {

	private static final String TYPE = "etcd-history";

	private HistoryFile() {
	}

	static Path saveIn(Path folder, HistoryChecker checker) {
		try {
			Files.createDirectories(folder);
			Path file = Files.createTempFile(folder, "history-", ".txt");
			checker.save(file);
			return file;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot write to " + folder, ex);
		}
	}

	static void save(Path file, History history, ServerHistory truth) throws IOException {
		try (BufferedWriter writer = Files.newBufferedWriter(file)) {
			write(writer, new Line(TYPE).with("format", 1));
			for (Operation operation : history.operations()) {
				write(writer, operation);
			}
			for (long revision : history.compactions()) {
				write(writer, new Line("compacted").with("revision", revision));
			}
			for (HolderRecorder holder : history.holders()) {
				write(writer, holder);
			}
			for (LeaseRecorder lease : history.leases()) {
				write(writer, lease);
			}
			for (WatchRecorder watch : history.watches()) {
				write(writer, watch);
				// They belong to the watch above.
				for (Delivery delivery : watch.deliveries()) {
					write(writer, delivery);
				}
			}
			write(writer, new Line("first").with("revision", truth.firstRevision()));
			for (KeyValue keyValue : truth.before()) {
				write(writer, new Line("before").with("key", keyValue));
			}
			for (long revision = truth.firstRevision(); revision <= truth.lastRevision(); revision++) {
				Line line = new Line("truth").with("revision", revision);
				truth.changes(revision).forEach(line::with);
				write(writer, line);
			}
		}
	}

	private static void write(BufferedWriter writer, Object line) throws IOException {
		writer.write(line.toString());
		writer.newLine();
	}

	static HistoryChecker load(Path file) throws IOException {
		Content content = new Content();
		try (BufferedReader reader = Files.newBufferedReader(file)) {
			String text = reader.readLine();
			if (text == null || !text.startsWith(TYPE + " format=1")) {
				throw new IllegalArgumentException(file + " is not a saved history");
			}
			for (int number = 2; (text = reader.readLine()) != null; number++) {
				try {
					content.read(Line.parse(text));
				}
				catch (RuntimeException ex) {
					throw new IllegalArgumentException("Line " + number + " of " + file + " is broken: " + text, ex);
				}
			}
		}
		return content.checker();
	}

	/**
	 * What was read.
	 */
	private static final class Content {

		private final History history = new History();

		private final List<WatchRecorder> watches = new ArrayList<>();

		private final List<KeyValue> before = new ArrayList<>();

		private final List<List<WatchEvent>> changes = new ArrayList<>();

		private long first = 1;

		void read(Line line) {
			switch (line.type()) {
				case "op" -> this.history.add(Operation.parse(line));
				case "compacted" -> this.history.compacted(line.number("revision"));
				case "holder" -> this.history.add(HolderRecorder.parse(this.history, line));
				case "lease" -> this.history.add(LeaseRecorder.parse(this.history, line));
				case "watch" -> this.watches.add(this.history.add(WatchRecorder.parse(this.history, line)));
				case "told" -> this.watches.get(this.watches.size() - 1).parseDelivery(line);
				case "first" -> this.first = line.number("revision");
				case "before" -> this.before.addAll(line.keyValues("key"));
				case "truth" -> this.changes.add(line.events());
				default -> throw new IllegalArgumentException("No such line: " + line.type());
			}
		}

		HistoryChecker checker() {
			return new HistoryChecker(this.history, new ServerHistory(this.before, this.first, this.changes));
		}

	}

}
