/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.proto.KeyValue;

/**
 * The versions of one key, oldest first, tombstones included.
 */
final class KeyHistory {

	private static final Version[] NONE = new Version[0];

	private Version[] versions = NONE;

	private int size;

	boolean isEmpty() {
		return this.size == 0;
	}

	@Nullable KeyValue newest() {
		return (this.size == 0) ? null : this.versions[this.size - 1].keyValue();
	}

	@Nullable KeyValue at(long revision) {
		int index = indexAt(revision);
		return (index < 0) ? null : this.versions[index].keyValue();
	}

	void add(Version version) {
		if (this.size == this.versions.length) {
			this.versions = Arrays.copyOf(this.versions, (this.size < 2) ? this.size + 1 : this.size * 2);
		}
		this.versions[this.size++] = version;
	}

	void removeNewest() {
		this.size--;
		this.versions = Arrays.copyOf(this.versions, this.size);
	}

	/**
	 * Drops what no read from the revision on can see. A tombstone of exactly that
	 * revision stays, because a watch from there has to tell it.
	 * @param revision the revision that stays readable
	 * @return the bytes that became free
	 */
	long compact(long revision) {
		int first = indexAt(revision);
		if (first < 0) {
			return 0;
		}
		Version version = this.versions[first];
		if (version.keyValue() == null && version.revision() < revision) {
			first++;
		}
		long freed = 0;
		for (int i = 0; i < first; i++) {
			freed += this.versions[i].sizeBytes();
		}
		if (first > 0) {
			this.versions = Arrays.copyOfRange(this.versions, first, this.size);
			this.size -= first;
		}
		return freed;
	}

	private int indexAt(long revision) {
		int low = 0;
		int high = this.size - 1;
		if (high >= 0 && this.versions[high].revision() <= revision) {
			return high;
		}
		while (low <= high) {
			int middle = (low + high) >>> 1;
			if (this.versions[middle].revision() <= revision) {
				low = middle + 1;
			}
			else {
				high = middle - 1;
			}
		}
		return high;
	}

	/**
	 * One version.
	 *
	 * @param revision the revision that made it
	 * @param keyValue the pair, or {@code null} for a tombstone
	 * @param sizeBytes what it counts for in the size of the store
	 */
	record Version(long revision, @Nullable KeyValue keyValue, int sizeBytes) {
	}

}
