/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchEvent;
import io.github.etcdspring.client.watch.WatchIterator;

/**
 * The truth: every change of every key, revision by revision, as one member of the
 * cluster kept it. Immutable.
 *
 * @since 0.1.0
 */
public final class ServerHistory {

	/**
	 * The key that reading a history writes, to know where it ends.
	 */
	public static final String END_KEY = "/etcd-test/end-of-history";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final Collection<KeyValue> before;

	private final long first;

	// Every revision changes something, so they have no gaps.
	private final List<List<WatchEvent>> changes;

	/**
	 * Make a history.
	 * @param before the keys as they were before the first revision
	 * @param first the first revision
	 * @param changes what each revision changed; previous values are worked out
	 */
	ServerHistory(Collection<KeyValue> before, long first, List<List<WatchEvent>> changes) {
		this.before = List.copyOf(before);
		this.first = first;
		this.changes = withPrevious(before, changes);
	}

	private static List<List<WatchEvent>> withPrevious(Collection<KeyValue> before, List<List<WatchEvent>> changes) {
		Map<Bytes, KeyValue> state = new HashMap<>();
		before.forEach((keyValue) -> state.put(keyValue.key(), keyValue));
		List<List<WatchEvent>> complete = new ArrayList<>(changes.size());
		for (List<WatchEvent> events : changes) {
			List<WatchEvent> revision = new ArrayList<>(events.size());
			for (WatchEvent event : events) {
				revision.add(new WatchEvent(event.type(), event.keyValue(), state.get(event.keyValue().key())));
			}
			for (WatchEvent event : events) {
				if (event.isPut()) {
					state.put(event.keyValue().key(), event.keyValue());
				}
				else {
					state.remove(event.keyValue().key());
				}
			}
			complete.add(List.copyOf(revision));
		}
		return complete;
	}

	/**
	 * Read the whole history, from revision 1.
	 * @param client a client that reads all keys and writes {@link #END_KEY}; best of one
	 * member only
	 * @return the history, up to now: it has everything that was acknowledged before
	 * @throws io.github.etcdspring.client.error.CompactedException if the store was
	 * compacted: use {@link #readFrom}
	 * @throws IllegalStateException if the server tells nothing for 30 seconds, or leaves
	 * out a revision
	 */
	public static ServerHistory read(EtcdClient client) {
		return readFrom(client, 1);
	}

	/**
	 * Read the history from a revision on, and the state before it.
	 * @param client as for {@link #read(EtcdClient)}
	 * @param first the first revision, larger than that of the last compaction
	 * @return the history, up to now: it has everything that was acknowledged before
	 * @throws io.github.etcdspring.client.error.CompactedException if it was compacted
	 * @throws IllegalStateException if the server tells nothing for 30 seconds, or leaves
	 * out a revision
	 */
	public static ServerHistory readFrom(EtcdClient client, long first) {
		if (first < 1) {
			throw new IllegalArgumentException("'first' must be positive but was " + first + "; use 1 for everything");
		}
		long last = client.kv().put(END_KEY, "").sync().revision();
		// An empty store has revision 1, so the first change has 2.
		long begin = Math.max(2, first);
		List<KeyValue> before = (begin > 2) ? client.kv().get(KeyRange.all()).revision(begin - 1).sync().keyValues()
				: List.of();
		List<List<WatchEvent>> changes = new ArrayList<>();
		try (WatchIterator watch = client.watch(KeyRange.all()).fromRevision(first).iterate()) {
			while (begin + changes.size() <= last) {
				long expected = begin + changes.size();
				WatchBatch batch = watch.poll(PATIENCE)
					.orElseThrow(() -> new IllegalStateException(
							"The server did not tell revision " + expected + " of " + last + " within " + PATIENCE));
				if (batch.revision() != expected) {
					throw new IllegalStateException("The server told revision " + batch.revision() + " in place of "
							+ expected + ": its own history is not whole");
				}
				changes.add(batch.events());
			}
		}
		return new ServerHistory(before, begin, changes);
	}

	/**
	 * Return the first revision.
	 * @return the revision
	 */
	public long firstRevision() {
		return this.first;
	}

	/**
	 * Return the last revision.
	 * @return the revision
	 */
	public long lastRevision() {
		return this.first + this.changes.size() - 1;
	}

	/**
	 * Return what a revision changed.
	 * @param revision the revision
	 * @return the changes in their order, with the state before the revision; empty for a
	 * revision that is not part of this history
	 */
	public List<WatchEvent> changes(long revision) {
		if (revision < this.first || revision > lastRevision()) {
			return List.of();
		}
		return this.changes.get(Math.toIntExact(revision - this.first));
	}

	Collection<KeyValue> before() {
		return this.before;
	}

	/**
	 * Find the change of a key at a revision.
	 * @param revision the revision
	 * @param key the key
	 * @return the last change, {@code null} if there is none
	 */
	@Nullable WatchEvent change(long revision, Bytes key) {
		WatchEvent found = null;
		for (WatchEvent event : changes(revision)) {
			if (event.keyValue().key().equals(key)) {
				found = event;
			}
		}
		return found;
	}

	boolean isPut(long revision, Bytes key, @Nullable Bytes value) {
		WatchEvent event = change(revision, key);
		return event != null && event.isPut() && Objects.equals(event.keyValue().value(), value);
	}

	@Override
	public String toString() {
		return "ServerHistory[firstRevision=" + this.first + ", lastRevision=" + lastRevision() + "]";
	}

}
