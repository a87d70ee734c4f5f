/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.codec;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;

/**
 * The types that are stored as they are.
 */
final class PlainValues {

	private static final char REPLACEMENT = '\uFFFD';

	private PlainValues() {
	}

	static @Nullable Bytes encode(Object value) {
		if (value instanceof String text) {
			return encodeText(text);
		}
		if (value instanceof byte[] array) {
			return Bytes.copyOf(array);
		}
		return (value instanceof Bytes bytes) ? bytes : null;
	}

	private static Bytes encodeText(String text) {
		try {
			return Bytes.utf8(text);
		}
		catch (IllegalArgumentException ex) {
			throw new EtcdCodecException("The text is not well-formed: it has half of a surrogate pair");
		}
	}

	static <T> @Nullable T decode(Bytes value, Class<T> type) {
		if (type == String.class) {
			return type.cast(decodeText(value));
		}
		if (type == byte[].class) {
			return type.cast(value.toByteArray());
		}
		return (type == Bytes.class) ? type.cast(value) : null;
	}

	// Strictly: a lenient reader would hand out another text than what is stored, and an
	// update would then destroy it.
	private static String decodeText(Bytes value) {
		String text = value.asUtf8();
		if (text.indexOf(REPLACEMENT) >= 0 && !Bytes.utf8(text).equals(value)) {
			throw new EtcdCodecException("The value is not UTF-8: read it as byte[] or Bytes, not as String");
		}
		return text;
	}

}
