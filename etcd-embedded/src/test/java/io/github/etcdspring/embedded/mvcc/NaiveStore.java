/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

import com.google.protobuf.ByteString;

import io.github.etcdspring.proto.KeyValue;

/**
 * A store that keeps a whole copy of its content for each revision.
 */
final class NaiveStore {

	private final List<TreeMap<String, KeyValue>> copies = new ArrayList<>();

	NaiveStore() {
		this.copies.add(new TreeMap<>());
		this.copies.add(new TreeMap<>());
	}

	long revision() {
		return this.copies.size() - 1;
	}

	Draft begin() {
		return new Draft();
	}

	List<KeyValue> range(String key, String end, long revision) {
		return select(this.copies.get((int) revision), key, end);
	}

	private static List<KeyValue> select(TreeMap<String, KeyValue> copy, String key, String end) {
		return copy.values().stream().filter((each) -> {
			String name = each.getKey().toStringUtf8();
			if (end.isEmpty()) {
				return name.equals(key);
			}
			return name.compareTo(key) >= 0 && ("\0".equals(end) || name.compareTo(end) < 0);
		}).sorted(Comparator.comparing((each) -> each.getKey().toStringUtf8())).toList();
	}

	/**
	 * The next revision.
	 */
	final class Draft {

		private final TreeMap<String, KeyValue> copy = new TreeMap<>(
				NaiveStore.this.copies.get(NaiveStore.this.copies.size() - 1));

		private final long revision = revision() + 1;

		private boolean changed;

		void put(String key, String value) {
			KeyValue before = this.copy.get(key);
			this.copy.put(key,
					KeyValue.newBuilder()
						.setKey(ByteString.copyFromUtf8(key))
						.setValue(ByteString.copyFromUtf8(value))
						.setModRevision(this.revision)
						.setCreateRevision((before != null) ? before.getCreateRevision() : this.revision)
						.setVersion((before != null) ? before.getVersion() + 1 : 1)
						.build());
			this.changed = true;
		}

		List<KeyValue> delete(String key, String end) {
			List<KeyValue> deleted = select(this.copy, key, end);
			deleted.forEach((each) -> this.copy.remove(each.getKey().toStringUtf8()));
			this.changed |= !deleted.isEmpty();
			return deleted;
		}

		void commit() {
			if (this.changed) {
				NaiveStore.this.copies.add(this.copy);
			}
		}

	}

}
