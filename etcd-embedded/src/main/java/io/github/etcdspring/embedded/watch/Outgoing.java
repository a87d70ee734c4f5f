/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import com.google.protobuf.CodedOutputStream;

import io.github.etcdspring.embedded.mvcc.Committed;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.WatchResponse;

/**
 * What waits on a stream until the client takes it.
 */
sealed interface Outgoing {

	/**
	 * An answer or a progress report, complete.
	 *
	 * @param response the message
	 */
	record Answer(WatchResponse response) implements Outgoing {
	}

	/**
	 * Events of one watch: whole revisions.
	 *
	 * @param watch the watch
	 * @param header the header of the message
	 * @param changes the events
	 * @param bytes about how large they are
	 */
	record Batch(Watch watch, ResponseHeader header, List<Committed> changes, long bytes) implements Outgoing {

		static Batch of(Watch watch, ResponseHeader header, List<Committed> changes) {
			long bytes = 0;
			for (Committed change : changes) {
				bytes += size(change, watch.withPrevious());
			}
			return new Batch(watch, header, changes, bytes);
		}

		// build the message, or the parts of it if it is too large and the watch wants
		// that. An event is never split
		void build(int fragmentBytes, Consumer<WatchResponse> messages) {
			List<Event> events = new ArrayList<>(this.changes.size());
			for (Committed change : this.changes) {
				events.add(event(change));
			}
			WatchResponse whole = message(events, false);
			if (!this.watch.inFragments() || events.size() < 2 || whole.getSerializedSize() < fragmentBytes) {
				messages.accept(whole);
				return;
			}
			int from = 0;
			while (from < events.size()) {
				int to = endOfPart(events, from, fragmentBytes);
				messages.accept(message(events.subList(from, to), to < events.size()));
				from = to;
			}
		}

		private int endOfPart(List<Event> events, int from, int fragmentBytes) {
			// as large as it gets with the flag set, so that no part is above the limit
			long size = message(List.of(), true).getSerializedSize();
			int to = from;
			while (to < events.size()) {
				int payload = events.get(to).getSerializedSize();
				size += 1 + CodedOutputStream.computeUInt32SizeNoTag(payload) + payload;
				if (to > from && size >= fragmentBytes) {
					break;
				}
				to++;
			}
			return to;
		}

		private WatchResponse message(List<Event> events, boolean fragment) {
			return WatchResponse.newBuilder()
				.setHeader(this.header)
				.setWatchId(this.watch.id())
				.setFragment(fragment)
				.addAllEvents(events)
				.build();
		}

		private Event event(Committed change) {
			if (!this.watch.withPrevious() || change.previous() == null) {
				return change.event();
			}
			return change.event().toBuilder().setPrevKv(change.previous()).build();
		}

		private static long size(Committed change, boolean withPrevious) {
			long size = change.event().getSerializedSize();
			return (withPrevious && change.previous() != null) ? size + change.previous().getSerializedSize() : size;
		}

	}

}
