/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

/**
 * A watch stream as a member serves it: watches that are in time get each revision when
 * it is applied; those that are not get history in pieces, unless it is compacted.
 */
final class WatchServer implements ServerCall.Handler {

	private static final long BROADCAST = -1;

	private final Member member;

	private final ServerCall call;

	private final Store store;

	private final Chance chance;

	private final Map<Long, Watcher> watchers = new LinkedHashMap<>();

	private boolean over;

	WatchServer(Member member, ServerCall call) {
		this.member = member;
		this.call = call;
		this.store = member.cluster().store();
		this.chance = member.cluster().chance();
		notifyLater();
	}

	@Override
	public void received(byte[] message) throws InvalidProtocolBufferException {
		WatchRequest request = WatchRequest.parseFrom(message);
		if (request.hasCreateRequest()) {
			create(request.getCreateRequest());
		}
		else if (request.hasCancelRequest()) {
			long id = request.getCancelRequest().getWatchId();
			if (this.watchers.remove(id) != null) {
				this.call.send(response(id).setCanceled(true).build());
			}
		}
		else if (allInTime()) {
			this.call.send(response(BROADCAST).build());
		}
	}

	private void create(WatchCreateRequest request) {
		if (this.member.cluster().isAuthenticating()
				&& (this.call.token() == null || !this.member.tokens().contains(this.call.token()))) {
			this.call.send(response(BROADCAST).setCreated(true)
				.setCanceled(true)
				.setCancelReason("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token")
				.build());
			return;
		}
		if (this.watchers.containsKey(request.getWatchId())) {
			throw new IllegalStateException("watch id " + request.getWatchId() + " is used twice");
		}
		Watcher watcher = new Watcher(request,
				(request.getStartRevision() > 0) ? request.getStartRevision() : this.member.revision() + 1);
		this.watchers.put(watcher.id, watcher);
		this.call.send(response(watcher.id).setCreated(true).build());
		if (watcher.next <= this.member.revision()) {
			fallBehind(watcher);
		}
	}

	private void fallBehind(Watcher watcher) {
		watcher.inTime = false;
		this.member.after(this.chance.millis(0, 100), () -> sync(watcher));
	}

	private void sync(Watcher watcher) {
		if (this.over || this.watchers.get(watcher.id) != watcher) {
			return;
		}
		if (watcher.next <= this.member.compacted()) {
			this.watchers.remove(watcher.id);
			this.call.send(response(watcher.id).setCanceled(true).setCompactRevision(this.member.compacted()).build());
			return;
		}
		long last = this.member.revision();
		if (this.chance.of(0.3)) {
			last = Math.min(last, watcher.next + this.chance.below(5));
		}
		send(watcher, last);
		if (watcher.next > this.member.revision()) {
			watcher.inTime = true;
		}
		else {
			fallBehind(watcher);
		}
	}

	/** The member has applied more. */
	void applied() {
		for (Watcher watcher : List.copyOf(this.watchers.values())) {
			if (watcher.inTime && watcher.next <= this.member.revision()) {
				if (this.chance.of(0.03)) {
					// Its channel is full.
					fallBehind(watcher);
				}
				else {
					send(watcher, this.member.revision());
				}
			}
		}
	}

	private void send(Watcher watcher, long last) {
		List<Event> events = new ArrayList<>();
		// A busy server begins before it has noted that previous values are wanted.
		boolean previous = watcher.request.getPrevKv() && (watcher.noted || !this.chance.of(0.05));
		watcher.noted = true;
		// There is no revision before 2.
		for (watcher.next = Math.max(2, watcher.next); watcher.next <= last; watcher.next++) {
			for (Store.Change change : this.store.revision(watcher.next).changes()) {
				if (watcher.wants(change)) {
					events.add(event(change, previous));
				}
			}
		}
		int from = 0;
		while (watcher.request.getFragment() && events.size() - from > 1 && this.chance.of(0.2)) {
			int to = this.chance.between(from + 1, events.size() - 1);
			this.call.send(response(watcher.id).setFragment(true).addAllEvents(events.subList(from, to)).build());
			from = to;
		}
		if (from < events.size()) {
			this.call.send(response(watcher.id).addAllEvents(events.subList(from, events.size())).build());
		}
	}

	private Event event(Store.Change change, boolean previous) {
		Store.Version now = change.now();
		Event.Builder event = Event.newBuilder();
		if (now.deleted()) {
			event.setType(Event.EventType.DELETE)
				.setKv(KeyValue.newBuilder()
					.setKey(ByteString.copyFrom(now.key(), StandardCharsets.ISO_8859_1))
					.setModRevision(now.modRevision()));
		}
		else {
			event.setKv(KvServer.keyValue(now));
		}
		if (previous && change.before() != null) {
			event.setPrevKv(KvServer.keyValue(change.before()));
		}
		return event.build();
	}

	private boolean allInTime() {
		return this.watchers.values().stream().allMatch((watcher) -> watcher.inTime);
	}

	private void notifyLater() {
		this.member.after(this.chance.millis(1000, 8000), () -> {
			if (!this.over) {
				for (Watcher watcher : this.watchers.values()) {
					// Old versions say so also if they have not sent everything.
					boolean truthful = this.member.version().compareTo("3.5.13") >= 0;
					if (watcher.request.getProgressNotify() && (watcher.inTime || !truthful)) {
						this.call.send(response(watcher.id).build());
					}
				}
				notifyLater();
			}
		});
	}

	private WatchResponse.Builder response(long id) {
		return WatchResponse.newBuilder().setHeader(this.member.header(this.member.revision())).setWatchId(id);
	}

	@Override
	public void cancelled() {
		this.over = true;
		this.member.ended(this);
		this.member.ended(this.call);
	}

	private static final class Watcher {

		private final WatchCreateRequest request;

		private final long id;

		private long next;

		private boolean inTime = true;

		private boolean noted;

		Watcher(WatchCreateRequest request, long next) {
			this.request = request;
			this.id = request.getWatchId();
			this.next = next;
		}

		boolean wants(Store.Change change) {
			WatchCreateRequest.FilterType filter = change.now().deleted() ? WatchCreateRequest.FilterType.NODELETE
					: WatchCreateRequest.FilterType.NOPUT;
			return !this.request.getFiltersList().contains(filter) && Store.contains(
					KvServer.key(this.request.getKey()), KvServer.key(this.request.getRangeEnd()), change.now().key());
		}

	}

}
