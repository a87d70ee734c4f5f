/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.proto.WatchCancelRequest;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchGrpc;
import io.github.etcdspring.proto.WatchProgressRequest;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

/**
 * Everything that a server says on one watch stream, each watch for itself, because the
 * order in which several hear of one revision is random. Events are kept one by one:
 * servers may put those of several revisions into one answer, or not.
 */
final class WatchTranscript implements StreamObserver<WatchResponse>, AutoCloseable {

	private static final long LIMIT_NANOS = 20_000_000_000L;

	private static final long ASK_AGAIN_MILLIS = 15;

	/** A watch of a key that nobody writes, so that there is always one to ask for. */
	private static final WatchCreateRequest FIRST = WatchCreateRequest.newBuilder()
		.setKey(ByteString.copyFromUtf8("never written"))
		.build();

	private final Map<Long, List<String>> told = new TreeMap<>();

	private final StreamObserver<WatchRequest> requests;

	private long created;

	private long live;

	private long latestStart;

	/**
	 * Watches that have lost their history, and hold up progress until they are
	 * cancelled.
	 */
	private final Set<Long> lost = new HashSet<>();

	private long progress;

	private @Nullable Status end;

	WatchTranscript(Channel channel) {
		this.requests = WatchGrpc.newStub(channel).watch(this);
		create(FIRST);
	}

	void create(WatchCreateRequest request) {
		this.latestStart = Math.max(this.latestStart, request.getStartRevision());
		long before = created();
		send(WatchRequest.newBuilder().setCreateRequest(request).build());
		await(() -> this.created > before, "the answer to a creation");
	}

	/**
	 * Cancels a watch, without waiting: a watch that is not there is not answered.
	 * @param id the id
	 */
	void cancel(long id) {
		send(cancellation(id));
	}

	private static WatchRequest cancellation(long id) {
		return WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id)).build();
	}

	/**
	 * Waits until everything up to a revision was told. The server answers this question
	 * only if no watch is behind and none waits for a later revision; with one that waits
	 * this returns at once.
	 * @param revision the revision
	 */
	void settle(long revision) {
		if (this.latestStart > revision || !isAnswered()) {
			return;
		}
		long limit = System.nanoTime() + LIMIT_NANOS;
		synchronized (this) {
			this.progress = 0;
		}
		while (true) {
			send(WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.getDefaultInstance()).build());
			synchronized (this) {
				try {
					if (this.progress < revision && this.end == null && isAnswered()) {
						wait(ASK_AGAIN_MILLIS);
					}
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				if (this.progress >= revision || this.end != null || !isAnswered()) {
					return;
				}
				if (System.nanoTime() > limit) {
					throw new AssertionError(
							"No progress to revision " + revision + " but " + this.progress + ", told: " + this.told);
				}
			}
		}
	}

	private void send(WatchRequest request) {
		synchronized (this) {
			if (this.end != null) {
				return;
			}
		}
		this.requests.onNext(request);
	}

	private synchronized boolean isAnswered() {
		return this.live > 0;
	}

	private synchronized long created() {
		return this.created;
	}

	private synchronized void await(BooleanSupplier condition, String what) {
		long limit = System.nanoTime() + LIMIT_NANOS;
		while (!condition.getAsBoolean() && this.end == null) {
			try {
				wait(1000);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			if (System.nanoTime() > limit) {
				throw new AssertionError("Waited in vain for " + what + ", told: " + this.told);
			}
		}
	}

	synchronized String text() {
		StringBuilder text = new StringBuilder();
		this.told.forEach((id, lines) -> {
			text.append("watch ").append(id).append('\n');
			lines.forEach((line) -> text.append("  ").append(line).append('\n'));
		});
		return text.append((this.end != null) ? "ended with " + Answer.of(this.end) : "open").toString();
	}

	@Override
	public synchronized void onNext(WatchResponse response) {
		boolean isProgress = !response.getCreated() && !response.getCanceled() && response.getEventsCount() == 0;
		if (isProgress && response.getWatchId() == -1) {
			this.progress = response.getHeader().getRevision();
		}
		else {
			List<String> lines = this.told.computeIfAbsent(response.getWatchId(), (id) -> new ArrayList<>());
			response.getEventsList().forEach((event) -> lines.add(Answer.of(event)));
			if (response.getEventsCount() == 0) {
				lines.add(Answer.of(response));
			}
		}
		if (response.getCreated()) {
			this.created++;
			this.live++;
		}
		if (response.getCompactRevision() > 0) {
			this.lost.add(response.getWatchId());
			this.requests.onNext(cancellation(response.getWatchId()));
		}
		else if (response.getCanceled()) {
			this.live--;
			this.lost.remove(response.getWatchId());
		}
		notifyAll();
	}

	@Override
	public synchronized void onError(Throwable ex) {
		this.end = Status.fromThrowable(ex);
		notifyAll();
	}

	@Override
	public synchronized void onCompleted() {
		this.end = Status.OK;
		notifyAll();
	}

	@Override
	public void close() {
		try {
			this.requests.onError(Status.CANCELLED.asRuntimeException());
		}
		catch (IllegalStateException ex) {
			// the server has ended it
			return;
		}
	}

}
