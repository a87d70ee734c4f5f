/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RangeIndexTests {

	private final RangeIndex<Integer> index = new RangeIndex<>();

	@Test
	void findsSameValuesAsALinearSearch() {
		long seed = new Random().nextLong();
		Random random = new Random(seed);
		Map<Integer, WatchRange> all = new HashMap<>();
		for (int i = 0; i < 4000; i++) {
			if (random.nextInt(3) == 0 && !all.isEmpty()) {
				List<Integer> ids = new ArrayList<>(all.keySet());
				Integer removed = ids.get(random.nextInt(ids.size()));
				this.index.remove(Objects.requireNonNull(all.remove(removed)), removed);
			}
			else {
				WatchRange range = WatchRange.of(key(random), (random.nextBoolean()) ? key(random) : end(random));
				if (!range.isEmpty()) {
					all.put(i, range);
					this.index.add(range, i);
				}
			}
			ByteString asked = key(random);
			assertThat(find(asked)).as("seed %s, step %s", seed, i).isEqualTo(search(all, asked));
		}
		all.forEach((id, range) -> this.index.remove(range, id));
		assertThat(this.index.isEmpty()).isTrue();
	}

	@Test
	void removingAnUnknownValueChangesNothing() {
		WatchRange range = WatchRange.of(ByteString.copyFromUtf8("a"), ByteString.copyFromUtf8("c"));
		this.index.add(range, 1);
		this.index.remove(range, 2);
		this.index.remove(WatchRange.of(ByteString.copyFromUtf8("a"), ByteString.copyFromUtf8("b")), 1);
		this.index.remove(WatchRange.of(ByteString.copyFromUtf8("a"), ByteString.EMPTY), 1);
		assertThat(find(ByteString.copyFromUtf8("b"))).containsExactly(1);
	}

	private Set<Integer> find(ByteString key) {
		List<Integer> found = new ArrayList<>();
		this.index.visit(key, found::add);
		assertThat(found).doesNotHaveDuplicates();
		return new HashSet<>(found);
	}

	private static Set<Integer> search(Map<Integer, WatchRange> all, ByteString key) {
		Set<Integer> found = new HashSet<>();
		all.forEach((id, range) -> {
			boolean covers = (range.isSingleKey()) ? range.key().equals(key)
					: compare(range.key(), key) <= 0 && (range.end() == null || compare(key, range.end()) < 0);
			if (covers) {
				found.add(id);
			}
		});
		return found;
	}

	private static int compare(ByteString left, ByteString right) {
		return ByteString.unsignedLexicographicalComparator().compare(left, right);
	}

	private static ByteString key(Random random) {
		byte[] key = new byte[1 + random.nextInt(2)];
		for (int i = 0; i < key.length; i++) {
			key[i] = (byte) (0x78 + random.nextInt(16));
		}
		return ByteString.copyFrom(key);
	}

	private static ByteString end(Random random) {
		return (random.nextBoolean()) ? ByteString.EMPTY : ByteString.copyFrom(new byte[1]);
	}

}
