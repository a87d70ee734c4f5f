/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.ResumableStream;
import io.github.etcdspring.client.transport.StreamHandler;
import io.github.etcdspring.client.transport.StreamRpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.client.watch.WatchCursor.State;
import io.github.etcdspring.proto.WatchGrpc;
import io.github.etcdspring.proto.WatchResponse;

/**
 * A stream that many watches share, or that one has for itself. Tells the server again
 * what is watched whenever there is a new connection. The client chooses the ids of
 * watches, each once, so that thousands are asked for in one round trip and late messages
 * for an old id are told apart.
 */
final class WatchStream implements StreamHandler<WatchResponse> {

	/** What one answer is refused for; it would be refused again. */
	private static final Set<Reason> TOO_LARGE = EnumSet.of(Reason.MESSAGE_TOO_LARGE, Reason.RESPONSE_TOO_LARGE);

	private static final long BROADCAST = -1;

	private final Watches watches;

	private final Namespace namespace;

	private final boolean own;

	private final ResumableStream<io.github.etcdspring.proto.WatchRequest, WatchResponse> stream;

	private final Set<WatchCursor> cursors = new LinkedHashSet<>();

	private final Map<Long, WatchCursor> byId = new HashMap<>();

	/** A refusal does not say for which watch it is, but answers come in order. */
	private final Deque<Creating> creating = new ArrayDeque<>();

	private long lastId;

	private int openings;

	/** Whether the member's progress can be believed, {@code null} if not known yet. */
	private @Nullable Boolean progressTrusted;

	/** Whether the member was asked for its version, which answers that. */
	private boolean versionAsked;

	private boolean progressWanted;

	/** Whether the next answer was asked for; only on an own stream. */
	private boolean requested;

	/** Whether the server has accepted any watch with the token of this opening. */
	private boolean accepted;

	private boolean closed;

	WatchStream(Watches watches, Transport transport, Namespace namespace, boolean own) {
		this.watches = watches;
		this.namespace = namespace;
		this.own = own;
		StreamRpc<io.github.etcdspring.proto.WatchRequest, WatchResponse> rpc = StreamRpc.endless("watch",
				WatchGrpc.getWatchMethod());
		this.stream = transport.stream(own ? rpc.underFlowControl() : rpc, this);
	}

	void start() {
		this.stream.start();
	}

	void execute(Runnable task) {
		this.stream.execute(task);
	}

	/**
	 * Take a watch. May be called on any thread, by whoever owns the watch then.
	 * @param cursor the watch
	 */
	void add(WatchCursor cursor) {
		cursor.moveTo(this);
		execute(() -> {
			if (this.closed) {
				this.watches.place(cursor);
				return;
			}
			take(cursor);
		});
	}

	/**
	 * Take a watch that was denied the permission, to try a newer token. May be called on
	 * any thread, by whoever owns the watch then.
	 * @param cursor the watch
	 * @param token the number of the token that was denied
	 */
	void addDenied(WatchCursor cursor, long token) {
		cursor.moveTo(this);
		execute(() -> {
			if (this.closed || !this.stream.requireTokenAfter(token)) {
				this.watches.joinNoMore(this);
				this.watches.tryNewerToken(cursor, this.own, token);
				return;
			}
			take(cursor);
		});
	}

	private void take(WatchCursor cursor) {
		if (cursor.isDropped()) {
			// Closed before it was here.
			cursor.end(null);
			closeIfUnused();
			return;
		}
		this.cursors.add(cursor);
		if (this.stream.isOpen()) {
			create(cursor);
		}
	}

	/**
	 * The application has closed a watch.
	 * @param cursor the watch
	 */
	void cancel(WatchCursor cursor) {
		remove(cursor, null);
	}

	void requestProgress() {
		if (this.progressTrusted == null) {
			this.progressWanted = true;
			askForVersion();
		}
		else if (this.progressTrusted) {
			// Not always answered, so that silence says nothing about the member.
			this.stream.send(WatchMessages.progress());
		}
	}

	@Override
	public void opened() {
		this.openings++;
		this.byId.clear();
		this.creating.clear();
		this.progressTrusted = null;
		this.versionAsked = false;
		this.requested = false;
		this.accepted = false;
		for (WatchCursor cursor : this.cursors) {
			if (cursor.state() != State.PAUSED) {
				create(cursor);
			}
		}
		requestMore();
	}

	private void create(WatchCursor cursor) {
		long id = ++this.lastId;
		cursor.creating(id);
		this.byId.put(id, cursor);
		this.creating.add(new Creating(cursor, id));
		this.stream.send(WatchMessages.create(cursor.options(), this.namespace, id, cursor.nextRevision()));
		this.stream.awaitAnswer();
	}

	@Override
	public void received(WatchResponse response) {
		this.requested = false;
		if (response.getCreated()) {
			created(response);
		}
		else if (response.getCanceled()) {
			cancelled(response);
		}
		else if (response.getWatchId() == BROADCAST) {
			progressed(List.copyOf(this.cursors), response);
		}
		else {
			WatchCursor cursor = this.byId.get(response.getWatchId());
			if (cursor == null) {
				// Still on its way when the watch was cancelled.
				requestMore();
				return;
			}
			this.stream.works();
			if (response.getEventsCount() == 0 && !response.getFragment() && cursor.holdsNothing()) {
				progressed(List.of(cursor), response);
			}
			else {
				changed(cursor, response);
			}
		}
		requestMore();
	}

	private void created(WatchResponse response) {
		Creating answered = this.creating.poll();
		if (answered == null) {
			return;
		}
		WatchCursor cursor = answered.cursor();
		boolean wanted = this.byId.get(answered.id()) == cursor;
		if (response.getWatchId() == BROADCAST || response.getCanceled()) {
			this.byId.remove(answered.id());
			if (wanted) {
				refused(cursor, response);
			}
			return;
		}
		this.stream.works();
		this.accepted |= wanted;
		if (wanted) {
			if (response.getWatchId() != answered.id()) {
				// Somebody in between, or a very old server, chooses ids itself.
				this.byId.remove(answered.id());
				this.byId.put(response.getWatchId(), cursor);
				cursor.renamed(response.getWatchId());
			}
			cursor.created(response.getHeader().getRevision());
		}
	}

	private void refused(WatchCursor cursor, WatchResponse response) {
		Failure failure = failure(response);
		Reason reason = failure.reason();
		if (reason.isTokenRefused() && this.stream.canRefreshToken() && cursor.refusedToken()) {
			if (this.accepted && cursor.isRefusedOften()) {
				// Others work with the same token, and need not be interrupted.
				tryNewerToken(cursor, true);
			}
			else {
				// A stream has one token for its life.
				this.stream.tokenRefused(failure);
			}
		}
		else if (reason == Reason.PERMISSION_DENIED && cursor.deniedFirst()
				&& this.stream.tryNewTokenAfterDenial(cursor.hasBegun())) {
			// Old servers say so of a token that is not valid any more. The other watches
			// need not suffer from finding out.
			tryNewerToken(cursor, this.own);
		}
		else {
			remove(cursor, failure);
		}
	}

	private void tryNewerToken(WatchCursor cursor, boolean alone) {
		this.cursors.remove(cursor);
		this.watches.tryNewerToken(cursor, alone, this.stream.tokenNumber());
		closeIfUnused();
	}

	private void cancelled(WatchResponse response) {
		WatchCursor cursor = this.byId.remove(response.getWatchId());
		if (cursor == null) {
			// Asked for.
			return;
		}
		if (response.getCompactRevision() != 0) {
			// The server holds on to the id until it is told.
			this.stream.send(WatchMessages.cancel(response.getWatchId()));
		}
		remove(cursor, failure(response));
	}

	private Failure failure(WatchResponse response) {
		if (response.getCompactRevision() != 0) {
			return Failure.ofRead("watch", StatusCode.OUT_OF_RANGE, Reason.COMPACTED)
				.withEndpoint(this.stream.endpoint())
				.withCompactedRevision(response.getCompactRevision());
		}
		return WatchMessages.cancelled(response.getCancelReason(), this.stream.endpoint());
	}

	private void changed(WatchCursor cursor, WatchResponse response) {
		Failure failure = cursor.received(Wire.header(response.getHeader()), response.getEventsList(),
				!response.getFragment(), !this.own);
		if (failure != null) {
			remove(cursor, failure);
		}
		else if (cursor.state() == State.PAUSED) {
			pause(cursor);
		}
		else if (cursor.state() == State.DETACHED) {
			cancelAtServer(cursor);
			create(cursor);
		}
	}

	private void cancelAtServer(WatchCursor cursor) {
		this.byId.remove(cursor.id());
		this.stream.send(WatchMessages.cancel(cursor.id()));
	}

	private void pause(WatchCursor cursor) {
		cancelAtServer(cursor);
		if (cursor.overflowed(this.stream.nanoTime())) {
			// Under flow control it need not ask for everything again and again.
			this.cursors.remove(cursor);
			this.watches.moveToOwn(cursor);
			closeIfUnused();
		}
		else if (cursor.hasRoom(cursor.options().bufferBytes() / 2)) {
			roomAgain(cursor);
		}
	}

	/**
	 * The application has caught up with half of what waited for it.
	 * @param cursor the watch
	 */
	void roomAgain(WatchCursor cursor) {
		if (this.own) {
			requestMore();
		}
		else if (cursor.state() == State.PAUSED) {
			cursor.state(State.DETACHED);
			if (this.stream.isOpen()) {
				create(cursor);
			}
		}
	}

	private void requestMore() {
		if (this.own && !this.requested && !this.closed
				&& this.cursors.stream().allMatch((cursor) -> cursor.hasRoom(cursor.options().bufferBytes()))) {
			this.requested = true;
			this.stream.request(1);
		}
	}

	private void progressed(List<WatchCursor> concerned, WatchResponse response) {
		long revision = response.getHeader().getRevision();
		if (revision == 0 || (response.getWatchId() == BROADCAST && !this.own)) {
			return;
		}
		if (this.progressTrusted == null) {
			askForVersion();
		}
		else if (this.progressTrusted) {
			concerned.forEach((cursor) -> cursor.progressed(revision));
		}
	}

	private void askForVersion() {
		int opening = this.openings;
		String member = this.stream.member();
		if (member != null && !this.versionAsked) {
			this.versionAsked = true;
			this.watches.tellsTrueProgress(member, (trusted) -> execute(() -> {
				if (this.openings == opening && this.progressTrusted == null) {
					this.progressTrusted = trusted;
					if (this.progressWanted) {
						this.progressWanted = false;
						requestProgress();
					}
				}
			}));
		}
	}

	@Override
	public void disconnected(Failure failure, int attempts) {
		this.byId.clear();
		this.creating.clear();
		for (WatchCursor cursor : List.copyOf(this.cursors)) {
			if (cursor.isTiredAfter(attempts)) {
				this.cursors.remove(cursor);
				cursor.end(failure);
			}
			else {
				cursor.disconnected(failure);
			}
		}
		closeIfUnused();
	}

	@Override
	public void ended(Failure failure) {
		this.closed = true;
		this.watches.forget(this);
		List<WatchCursor> all = List.copyOf(this.cursors);
		this.cursors.clear();
		if (all.size() > 1 && TOO_LARGE.contains(failure.reason())) {
			// One of them is to blame, and the others must not suffer: divide until it is
			// alone.
			all.forEach((cursor) -> cursor.disconnected(failure));
			this.watches.moveToNew(all.subList(0, all.size() / 2));
			this.watches.moveToNew(all.subList(all.size() / 2, all.size()));
			return;
		}
		all.forEach((cursor) -> cursor.end(failure));
	}

	private void remove(WatchCursor cursor, @Nullable Failure failure) {
		if (this.cursors.remove(cursor)) {
			if (this.byId.remove(cursor.id(), cursor)) {
				this.stream.send(WatchMessages.cancel(cursor.id()));
			}
			cursor.end(failure);
			closeIfUnused();
		}
	}

	private void closeIfUnused() {
		if (this.cursors.isEmpty() && !this.closed) {
			this.closed = true;
			this.watches.forget(this);
			this.stream.close();
		}
	}

	/**
	 * A create request that was not answered yet.
	 *
	 * @param cursor the watch
	 * @param id the id it was asked for with
	 */
	private record Creating(WatchCursor cursor, long id) {
	}

}
