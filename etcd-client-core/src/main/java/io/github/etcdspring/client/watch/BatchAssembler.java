/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.ArrayList;
import java.util.List;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.proto.Event;

/**
 * Joins the events of one watch to batches of one revision each. A message may hold many
 * revisions, and a revision may be spread over several fragments; only the last revision
 * of a fragment may still be incomplete, and only that one is held.
 */
final class BatchAssembler {

	private final Namespace namespace;

	private final List<WatchEvent> events = new ArrayList<>();

	private long revision;

	private long size;

	BatchAssembler(Namespace namespace) {
		this.namespace = namespace;
	}

	/**
	 * Take the events of a message.
	 * @param header the header of the message
	 * @param message the events in order
	 * @param nextRevision the first revision of interest; what is older is dropped
	 * @param complete whether no fragment follows
	 * @param batches receives every batch that is whole now
	 */
	void add(Header header, List<Event> message, long nextRevision, boolean complete, Batches batches) {
		for (Event event : message) {
			long eventRevision = event.getKv().getModRevision();
			if (eventRevision < nextRevision) {
				continue;
			}
			if (eventRevision != this.revision) {
				flush(header, batches);
				this.revision = eventRevision;
			}
			this.events.add(WatchMessages.event(event, this.namespace));
			this.size += WatchMessages.size(event);
		}
		if (complete) {
			flush(header, batches);
		}
	}

	private void flush(Header header, Batches batches) {
		if (!this.events.isEmpty()) {
			WatchBatch batch = new WatchBatch(this.revision, this.events, header);
			long batchSize = this.size;
			clear();
			batches.take(batch, batchSize);
		}
	}

	/**
	 * Return how much is held of a revision that is not complete.
	 * @return the size in bytes
	 */
	long heldSize() {
		return this.size;
	}

	long heldRevision() {
		return this.revision;
	}

	/** Forget what is incomplete: it is sent again. */
	void clear() {
		this.events.clear();
		this.revision = 0;
		this.size = 0;
	}

	/**
	 * Receives batches.
	 */
	@FunctionalInterface
	interface Batches {

		/**
		 * A batch is whole.
		 * @param batch the batch
		 * @param size its size in bytes
		 */
		void take(WatchBatch batch, long size);

	}

}
