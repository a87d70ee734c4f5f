/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * A store that keeps its whole history, with etcd's rules for revisions.
 */
class ModelStore {

	private final TreeMap<Bytes, KeyValue> state = new TreeMap<>();

	private final List<List<WatchEvent>> changes = new ArrayList<>();

	/**
	 * Put a value.
	 * @param key the key
	 * @param value the value
	 * @return the revision
	 */
	long put(String key, String value) {
		return apply(0, List.of(Write.put(key, value)));
	}

	long putWithLease(String key, String value, long lease) {
		return apply(lease, List.of(Write.put(key, value)));
	}

	long delete(String key) {
		return apply(0, List.of(Write.delete(key)));
	}

	long txn(Write... writes) {
		return apply(0, List.of(writes));
	}

	/**
	 * Change some keys.
	 * @param lease the lease of what is put, 0 for none
	 * @param writes the changes
	 * @return the revision of the store afterwards
	 */
	long apply(long lease, List<Write> writes) {
		long revision = revision() + 1;
		List<WatchEvent> events = new ArrayList<>();
		for (Write write : writes) {
			KeyValue before = this.state.get(write.key());
			if (write.value() != null) {
				KeyValue after = (before != null)
						? new KeyValue(write.key(), write.value(), before.createRevision(), revision,
								before.version() + 1, lease)
						: new KeyValue(write.key(), write.value(), revision, revision, 1, lease);
				events.add(new WatchEvent(WatchEvent.Type.PUT, after, null));
				this.state.put(write.key(), after);
			}
			else if (before != null) {
				events.add(new WatchEvent(WatchEvent.Type.DELETE,
						new KeyValue(write.key(), Bytes.EMPTY, 0, revision, 0, 0), null));
				this.state.remove(write.key());
			}
		}
		if (!events.isEmpty()) {
			this.changes.add(events);
		}
		return revision();
	}

	long revision() {
		return 1L + this.changes.size();
	}

	@Nullable KeyValue get(String key) {
		return this.state.get(Bytes.utf8(key));
	}

	List<KeyValue> getAll(String prefix) {
		Bytes start = Bytes.utf8(prefix);
		List<KeyValue> found = new ArrayList<>();
		for (KeyValue keyValue : this.state.tailMap(start).values()) {
			if (!keyValue.key().startsWith(start)) {
				break;
			}
			found.add(keyValue);
		}
		return found;
	}

	/**
	 * Return what each revision changed, from revision 2 on.
	 * @return the changes, to be changed at will
	 */
	List<List<WatchEvent>> changes() {
		return this.changes;
	}

	ServerHistory truth() {
		return new ServerHistory(List.of(), 2, this.changes);
	}

}
