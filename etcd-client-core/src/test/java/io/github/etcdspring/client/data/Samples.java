/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Keys for tests, made of the bytes that are most likely to be handled wrong.
 */
class Samples {

	private static final int[] ALPHABET = { 0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF };

	private final Random random;

	Samples(long seed) {
		this.random = new Random(seed);
	}

	static Bytes bytes(int... values) {
		byte[] array = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			array[i] = (byte) values[i];
		}
		return Bytes.wrap(array);
	}

	static List<Bytes> allUpToThreeBytes() {
		List<Bytes> all = new ArrayList<>(List.of(Bytes.EMPTY));
		int begin = 0;
		for (int length = 1; length <= 3; length++) {
			int end = all.size();
			for (Bytes shorter : all.subList(begin, end).toArray(Bytes[]::new)) {
				for (int value : ALPHABET) {
					all.add(shorter.concat(bytes(value)));
				}
			}
			begin = end;
		}
		return all;
	}

	Bytes random(int maxLength) {
		byte[] array = new byte[this.random.nextInt(maxLength + 1)];
		for (int i = 0; i < array.length; i++) {
			array[i] = (byte) ALPHABET[this.random.nextInt(ALPHABET.length)];
		}
		return Bytes.wrap(array);
	}

	Bytes key(int maxLength) {
		Bytes bytes = random(maxLength);
		return bytes.isEmpty() ? bytes(ALPHABET[this.random.nextInt(ALPHABET.length)], 0x01) : bytes;
	}

	KeyRange range(int maxLength) {
		Bytes one = key(maxLength);
		Bytes other = key(maxLength);
		return switch (this.random.nextInt(5)) {
			case 0 -> KeyRange.key(one);
			case 1 -> KeyRange.prefix(one);
			case 2 -> KeyRange.from(one);
			case 3 -> KeyRange.all();
			default -> {
				int order = one.compareTo(other);
				yield (order == 0) ? KeyRange.key(one)
						: (order < 0) ? KeyRange.between(one, other) : KeyRange.between(other, one);
			}
		};
	}

}
