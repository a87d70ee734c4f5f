/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * One line of a saved history: a type, then {@code name=value} separated by blanks. The
 * parts of a value are separated by commas. Everything but visible ASCII is written as
 * {@code %} and two hexadecimal digits.
 */
final class Line {

	private final String type;

	private final List<Map.Entry<String, String>> fields = new ArrayList<>();

	Line(String type) {
		this.type = type;
	}

	static Line parse(String text) {
		String[] words = text.split(" ", -1);
		Line line = new Line(words[0]);
		for (int i = 1; i < words.length; i++) {
			int equals = words[i].indexOf('=');
			if (equals < 0) {
				throw new IllegalArgumentException("No name=value: " + words[i]);
			}
			line.fields.add(Map.entry(words[i].substring(0, equals), words[i].substring(equals + 1)));
		}
		return line;
	}

	String type() {
		return this.type;
	}

	Line with(String name, long value) {
		return raw(name, Long.toString(value));
	}

	Line with(String name, String text) {
		return raw(name, escape(Bytes.utf8(text)));
	}

	Line with(String name, KeyRange range) {
		return raw(name, escape(range.start()) + "," + escape(range.end()));
	}

	Line with(String name, KeyValue keyValue) {
		return raw(name, text(keyValue));
	}

	Line with(String name, Bytes first, Object second) {
		return raw(name, escape(first) + "," + ((second instanceof Bytes bytes) ? escape(bytes) : second.toString()));
	}

	Line with(WatchEvent event) {
		KeyValue previous = event.previous();
		return raw(event.isPut() ? "put" : "delete",
				text(event.keyValue()) + ((previous != null) ? "," + text(previous) : ""));
	}

	private Line raw(String name, String value) {
		this.fields.add(Map.entry(name, value));
		return this;
	}

	boolean has(String name) {
		return this.fields.stream().anyMatch((field) -> field.getKey().equals(name));
	}

	long number(String name, long otherwise) {
		String value = find(name);
		return (value != null) ? Long.parseLong(value) : otherwise;
	}

	long number(String name) {
		return Long.parseLong(get(name));
	}

	String text(String name) {
		return unescape(get(name)).asUtf8();
	}

	@Nullable KeyRange range(String name) {
		String value = find(name);
		if (value == null) {
			return null;
		}
		List<String> parts = parts(value);
		return KeyRange.ofBounds(unescape(parts.get(0)), unescape(parts.get(1)));
	}

	List<KeyValue> keyValues(String name) {
		return this.fields.stream()
			.filter((field) -> field.getKey().equals(name))
			.map((field) -> keyValue(parts(field.getValue())))
			.toList();
	}

	List<List<String>> pairs(String name) {
		return this.fields.stream()
			.filter((field) -> field.getKey().equals(name))
			.map((field) -> parts(field.getValue()))
			.toList();
	}

	List<WatchEvent> events() {
		List<WatchEvent> events = new ArrayList<>();
		for (Map.Entry<String, String> field : this.fields) {
			boolean put = field.getKey().equals("put");
			if (put || field.getKey().equals("delete")) {
				List<String> parts = parts(field.getValue());
				KeyValue previous = (parts.size() > 6) ? keyValue(parts.subList(6, 12)) : null;
				events
					.add(new WatchEvent(put ? WatchEvent.Type.PUT : WatchEvent.Type.DELETE, keyValue(parts), previous));
			}
		}
		return events;
	}

	/**
	 * Return the writes of an operation, in their order.
	 * @return the writes
	 */
	List<Write> writes() {
		List<Write> writes = new ArrayList<>();
		for (Map.Entry<String, String> field : this.fields) {
			List<String> parts = parts(field.getValue());
			switch (field.getKey()) {
				case "write" -> writes.add(new Write(unescape(parts.get(0)), unescape(parts.get(1))));
				case "remove" -> writes.add(new Write(unescape(parts.get(0)), null));
				default -> {
				}
			}
		}
		return writes;
	}

	private String get(String name) {
		String value = find(name);
		if (value == null) {
			throw new IllegalArgumentException("A line '" + this.type + "' needs " + name);
		}
		return value;
	}

	private @Nullable String find(String name) {
		for (Map.Entry<String, String> field : this.fields) {
			if (field.getKey().equals(name)) {
				return field.getValue();
			}
		}
		return null;
	}

	private static String text(KeyValue keyValue) {
		return escape(keyValue.key()) + "," + escape(keyValue.value()) + "," + keyValue.createRevision() + ","
				+ keyValue.modRevision() + "," + keyValue.version() + "," + keyValue.lease();
	}

	private static KeyValue keyValue(List<String> parts) {
		return new KeyValue(unescape(parts.get(0)), unescape(parts.get(1)), Long.parseLong(parts.get(2)),
				Long.parseLong(parts.get(3)), Long.parseLong(parts.get(4)), Long.parseLong(parts.get(5)));
	}

	static List<String> parts(String value) {
		return List.of(value.split(",", -1));
	}

	static String escape(Bytes bytes) {
		StringBuilder text = new StringBuilder(bytes.length());
		for (int i = 0; i < bytes.length(); i++) {
			int c = bytes.byteAt(i) & 0xFF;
			if (c > ' ' && c < 0x7F && c != ',' && c != '%' && c != '=') {
				text.append((char) c);
			}
			else {
				text.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
			}
		}
		return text.toString();
	}

	static Bytes unescape(String text) {
		byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(ascii.length);
		for (int i = 0; i < ascii.length; i++) {
			if (ascii[i] == '%') {
				bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
				i += 2;
			}
			else {
				bytes.write(ascii[i]);
			}
		}
		return Bytes.wrap(bytes.toByteArray());
	}

	@Override
	public String toString() {
		StringBuilder text = new StringBuilder(this.type);
		this.fields.forEach((field) -> text.append(' ').append(field.getKey()).append('=').append(field.getValue()));
		return text.toString();
	}

}
