/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.mvcc.CommitListener;
import io.github.etcdspring.embedded.mvcc.Committed;
import io.github.etcdspring.embedded.mvcc.RangeOptions;
import io.github.etcdspring.embedded.mvcc.Revision;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;

/**
 * Queues of keys: it is a key's turn when all keys of its prefix that were created before
 * it are gone. Nobody waits on a thread; a place watches the one key before it.
 */
final class KeyQueue implements CommitListener {

	private final Node node;

	private final Map<ByteString, List<Place>> places = new HashMap<>();

	/**
	 * Creates the queues of a node.
	 * @param node the node
	 */
	KeyQueue(Node node) {
		this.node = node;
		node.store().addListener(this);
	}

	/**
	 * Takes a place. To be called inside the node's lock.
	 * @param prefix what the keys of the queue begin with
	 * @param createRevision when the own key was created
	 * @param turn is run outside of the lock, once, as soon as no earlier key is left
	 * @return the place
	 */
	Place join(ByteString prefix, long createRevision, Runnable turn) {
		Place place = new Place(prefix, createRevision, turn);
		place.look();
		return place;
	}

	@Override
	public void committed(Revision revision) {
		for (Committed change : revision.events()) {
			if (change.event().getType() == Event.EventType.DELETE) {
				for (Place place : take(change.event().getKv().getKey())) {
					this.node.later(() -> this.node.read(place::look));
				}
			}
		}
	}

	private synchronized List<Place> take(ByteString key) {
		List<Place> waiting = this.places.remove(key);
		return (waiting != null) ? waiting : List.of();
	}

	/**
	 * Returns how many places wait.
	 * @return the number of places whose turn it is not
	 */
	synchronized int size() {
		return this.places.values().stream().mapToInt(List::size).sum();
	}

	/**
	 * Returns the oldest key under a prefix, the one whose turn it is. To be called
	 * inside the node's lock.
	 * @param node the node
	 * @param prefix the prefix
	 * @return the pair, or {@code null} if there is none
	 */
	static @Nullable KeyValue oldest(Node node, ByteString prefix) {
		KeyValue oldest = null;
		for (KeyValue keyValue : all(node, prefix)) {
			if (oldest == null || keyValue.getCreateRevision() < oldest.getCreateRevision()) {
				oldest = keyValue;
			}
		}
		return oldest;
	}

	private static List<KeyValue> all(Node node, ByteString prefix) {
		return node.store().range(prefix, end(prefix), 0, RangeOptions.ALL).keyValues();
	}

	/**
	 * Returns the range end for all keys with a prefix.
	 * @param prefix the prefix, which ends with a slash
	 * @return the first key after them
	 */
	static ByteString end(ByteString prefix) {
		ByteString stem = prefix.substring(0, prefix.size() - 1);
		return stem.concat(ByteString.copyFrom(new byte[] { '/' + 1 }));
	}

	/**
	 * A place in a queue.
	 */
	final class Place {

		private final ByteString prefix;

		private final long createRevision;

		private final Runnable turn;

		private @Nullable ByteString before;

		private boolean left;

		private Place(ByteString prefix, long createRevision, Runnable turn) {
			this.prefix = prefix;
			this.createRevision = createRevision;
			this.turn = turn;
		}

		private @Nullable Void look() {
			KeyValue before = null;
			for (KeyValue keyValue : all(KeyQueue.this.node, this.prefix)) {
				long created = keyValue.getCreateRevision();
				if (created < this.createRevision && (before == null || created > before.getCreateRevision())) {
					before = keyValue;
				}
			}
			synchronized (KeyQueue.this) {
				this.before = (before != null) ? before.getKey() : null;
				if (this.before != null && !this.left) {
					KeyQueue.this.places.computeIfAbsent(this.before, (key) -> new ArrayList<>(1)).add(this);
				}
			}
			if (before == null) {
				KeyQueue.this.node.later(this.turn);
			}
			return null;
		}

		/**
		 * Gives the place up: its turn does not come any more, unless it is on its way.
		 */
		void leave() {
			synchronized (KeyQueue.this) {
				this.left = true;
				List<Place> waiting = (this.before != null) ? KeyQueue.this.places.get(this.before) : null;
				if (waiting != null && waiting.remove(this) && waiting.isEmpty()) {
					KeyQueue.this.places.remove(this.before);
				}
			}
		}

	}

}
