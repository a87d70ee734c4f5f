/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link KeyTree}, compared with the JDK's, and {@link Difference}.
 */
class KeyTreeTests {

	private final Random random = new Random(7);

	private long revision;

	private KeyValue keyValue(Bytes key) {
		this.revision++;
		return new KeyValue(key, Bytes.utf8("v".repeat(this.random.nextInt(9))), 1, this.revision, 1, 0);
	}

	private Bytes key(int bound) {
		return Bytes.utf8(Integer.toString(this.random.nextInt(bound), 36));
	}

	private static void assertSame(KeyTree tree, Map<Bytes, KeyValue> expected) {
		assertThat(tree).containsExactlyElementsOf(expected.values());
		assertThat(tree.size()).isEqualTo(expected.size());
		assertThat(tree.bytes()).isEqualTo(expected.values().stream().mapToLong(KeyTree::bytesOf).sum());
	}

	@Test
	void changesAreThoseOfATreeMap() {
		NavigableMap<Bytes, KeyValue> expected = new TreeMap<>();
		KeyTree tree = KeyTree.EMPTY;
		KeyTree kept = tree;
		Map<Bytes, KeyValue> keptExpected = Map.of();
		for (int i = 0; i < 20_000; i++) {
			Bytes key = key(700);
			if (this.random.nextInt(5) < 2) {
				tree = tree.without(key);
				expected.remove(key);
			}
			else {
				KeyValue next = keyValue(key);
				tree = tree.with(next);
				expected.put(key, next);
			}
			assertThat(tree.get(key)).isSameAs(expected.get(key));
			if (i % 1000 == 0) {
				assertSame(kept, keptExpected);
				assertSame(tree, expected);
				kept = tree;
				keptExpected = new TreeMap<>(expected);
				Bytes start = key(700);
				List<KeyValue> tail = new ArrayList<>();
				tree.from(start).forEachRemaining(tail::add);
				assertThat(tail).containsExactlyElementsOf(expected.tailMap(start, true).values());
			}
		}
	}

	@Test
	void differenceTurnsOneTreeIntoTheOther() {
		for (int round = 0; round < 50; round++) {
			KeyTree before = KeyTree.EMPTY;
			for (int i = 0; i < round; i++) {
				before = before.with(keyValue(key(60)));
			}
			KeyTree now = before;
			for (int i = 0; i < 20; i++) {
				now = (i % 3 == 0) ? now.without(key(60)) : now.with(keyValue(key(60)));
			}
			KeyTree changed = before;
			List<Change> changes = new ArrayList<>();
			new Difference(before, now).forEachRemaining(changes::add);
			for (Change change : changes) {
				KeyValue put = change.now();
				Bytes key = (put != null) ? put.key() : Objects.requireNonNull(change.before()).key();
				assertThat(change.before()).isSameAs(before.get(key));
				changed = (put != null) ? changed.with(put) : changed.without(key);
			}
			assertThat(changed).containsExactlyElementsOf(now);
			assertThat(new Difference(now, now).hasNext()).isFalse();
		}
	}

	@Test
	void heightGrowsWithTheLogarithm() {
		List<KeyValue> sorted = new ArrayList<>();
		KeyTree tree = KeyTree.EMPTY;
		for (int i = 0; i < 100_000; i++) {
			KeyValue next = new KeyValue(Bytes.utf8("%06d".formatted(i)), Bytes.EMPTY, 1, 1, 1, 0);
			sorted.add(next);
			tree = tree.with(next);
		}
		assertThat(tree.height()).isLessThanOrEqualTo(27);
		assertThat(KeyTree.ofSorted(sorted).height()).isEqualTo(17);
		assertThat(KeyTree.ofSorted(sorted)).containsExactlyElementsOf(tree);
		for (int i = 0; i < 99_000; i++) {
			tree = tree.without(sorted.get(i).key());
		}
		assertThat(tree.size()).isEqualTo(1000);
		assertThat(tree.height()).isLessThanOrEqualTo(16);
	}

	@Test
	void endIsTheEnd() {
		Iterator<KeyValue> none = KeyTree.EMPTY.iterator();
		assertThat(none.hasNext()).isFalse();
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(none::next);
		Difference nothing = new Difference(KeyTree.EMPTY, KeyTree.EMPTY);
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(nothing::next);
		assertThat(KeyTree.EMPTY.without(Bytes.utf8("a"))).isSameAs(KeyTree.EMPTY);
	}

}
