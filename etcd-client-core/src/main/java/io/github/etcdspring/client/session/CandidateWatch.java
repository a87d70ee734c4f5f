/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.SerialTasks;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * Observes an election: keeps the candidates, of which the oldest leads, and reads them
 * again when their history is gone. Lasts through every failure that can be waited out.
 */
final class CandidateWatch {

	private final SessionServices services;

	private final KeyRange range;

	private final LeaderListener listener;

	private final SerialTasks callbacks;

	private final Map<Bytes, KeyValue> candidates = new HashMap<>();

	private final Runnable whenClientCloses = () -> end(Failure.ofRead("observe", StatusCode.CANCELLED, Reason.CLOSED)
		.withDetail("the client is closed")
		.toException());

	private @Nullable KeyValue told;

	private boolean toldNobody;

	private @Nullable Watch watch;

	private int failures;

	private volatile boolean closed;

	private boolean closedTold;

	/** Whether a watch is being opened, which will tell the end. */
	private boolean opening;

	private @Nullable EtcdException cause;

	private CandidateWatch(SessionServices services, Bytes prefix, LeaderListener listener) {
		this.services = services;
		this.range = KeyRange.prefix(prefix);
		this.listener = listener;
		this.callbacks = services.transport().serialTasks();
	}

	static Observation open(SessionServices services, Bytes prefix, LeaderListener listener) {
		CandidateWatch observing = new CandidateWatch(services, prefix, listener);
		// While it pauses, it waits for neither a call nor a stream.
		services.transport().attach(observing.whenClientCloses);
		observing.list();
		return new Observation(observing::close);
	}

	private void list() {
		if (this.closed) {
			return;
		}
		this.services.kv().get(this.range).async().whenComplete((answer, ex) -> this.callbacks.execute(() -> {
			if (this.closed) {
				return;
			}
			if (ex != null) {
				failedToList(Contender.cause(ex));
				return;
			}
			this.failures = 0;
			this.candidates.clear();
			answer.keyValues().forEach((candidate) -> this.candidates.put(candidate.key(), candidate));
			try {
				tell();
			}
			finally {
				// Not before, because then the watch tells.
				watchFrom(answer.storeRevision() + 1);
			}
		}));
	}

	private void failedToList(EtcdException cause) {
		if (!cause.isRetryable()) {
			end(cause);
			return;
		}
		this.failures++;
		this.services.schedule(this.services.transport().pauseAfter(this.failures + 1), this::list);
	}

	private void watchFrom(long revision) {
		CandidatesListener candidates = new CandidatesListener();
		synchronized (this.range) {
			if (this.closed) {
				return;
			}
			this.opening = true;
		}
		Watch opened;
		try {
			// Without the lock: opening may run what others wait for.
			opened = this.services.watches().watch(this.range).fromRevision(revision).maxRetries(-1).open(candidates);
		}
		catch (Throwable ex) {
			failedToWatch(ex);
			return;
		}
		boolean ended;
		synchronized (this.range) {
			this.opening = false;
			ended = candidates.ended;
			if (!this.closed) {
				this.watch = ended ? null : opened;
				return;
			}
		}
		if (ended) {
			this.callbacks.execute(this::tellClosed);
		}
		else {
			// It says so when it has said everything else.
			opened.close();
		}
	}

	// There is no watch that would tell the end.
	private void failedToWatch(Throwable ex) {
		boolean closedMeanwhile;
		synchronized (this.range) {
			this.opening = false;
			closedMeanwhile = this.closed;
		}
		if (closedMeanwhile) {
			this.callbacks.execute(this::tellClosed);
		}
		else {
			end(Failure.ofRead("observe", StatusCode.INTERNAL, Reason.OTHER)
				.withDetail("the candidates cannot be watched: " + ex.getMessage())
				.withCause(ex)
				.toException());
		}
	}

	private void changed(List<WatchEvent> events) {
		for (WatchEvent event : events) {
			if (event.isPut()) {
				this.candidates.put(event.keyValue().key(), event.keyValue());
			}
			else {
				this.candidates.remove(event.keyValue().key());
			}
		}
		tell();
	}

	private void tell() {
		KeyValue leader = null;
		for (KeyValue candidate : this.candidates.values()) {
			if (leader == null || candidate.createRevision() < leader.createRevision()) {
				leader = candidate;
			}
		}
		KeyValue before = this.told;
		this.told = leader;
		if (leader == null) {
			if (!this.toldNobody) {
				this.toldNobody = true;
				this.listener.onNoLeader();
			}
		}
		else if (before == null || before.modRevision() != leader.modRevision()) {
			this.toldNobody = false;
			this.listener.onLeader(leader);
		}
	}

	private void end(@Nullable EtcdException cause) {
		Watch watching;
		boolean told;
		synchronized (this.range) {
			if (this.closed) {
				return;
			}
			this.closed = true;
			this.cause = cause;
			watching = this.watch;
			this.watch = null;
			told = this.opening;
		}
		this.services.transport().detach(this.whenClientCloses);
		if (watching != null) {
			// It says so when it has said everything else.
			watching.close();
		}
		else if (!told) {
			this.callbacks.execute(this::tellClosed);
		}
	}

	/**
	 * The watch has ended.
	 * @param why why, {@code null} if it was closed here
	 */
	private void unwatched(@Nullable EtcdException why) {
		boolean closedHere;
		synchronized (this.range) {
			closedHere = this.closed;
			this.watch = null;
		}
		if (closedHere) {
			tellClosed();
		}
		else if (why instanceof CompactedException) {
			list();
		}
		else if (why != null) {
			end(why);
		}
	}

	private void tellClosed() {
		EtcdException why;
		synchronized (this.range) {
			if (this.closedTold) {
				return;
			}
			this.closedTold = true;
			why = this.cause;
		}
		this.listener.onClosed(why);
	}

	void close() {
		end(null);
	}

	private final class CandidatesListener implements WatchListener {

		private boolean ended;

		@Override
		public void onBatch(WatchBatch batch) {
			// Here, so that a slow listener holds up the watch, and does not fill the
			// memory.
			if (!CandidateWatch.this.closed) {
				changed(batch.events());
			}
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			CandidateWatch.this.listener.onDisconnected(cause);
		}

		@Override
		public void onResumed() {
			CandidateWatch.this.listener.onResumed();
		}

		@Override
		public void onClosed(WatchClosed closed) {
			synchronized (CandidateWatch.this.range) {
				this.ended = true;
			}
			unwatched(closed.cause());
		}

	}

}
