/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.client.watch.WatchRequest;

/**
 * An application that watches: some are slow, some throw, some close.
 */
final class WatchUser {

	private final SimulatedClient client;

	private final Chance chance;

	private final History history;

	private final String name;

	private int opened;

	WatchUser(SimulatedClient client, Chance chance, History history, String name) {
		this.client = client;
		this.chance = chance;
		this.history = history;
		this.name = name;
	}

	/** Begin to watch something. */
	void start() {
		if (this.client.isClosed() || this.opened == 3) {
			return;
		}
		this.opened++;
		boolean prefix = this.chance.of(0.7);
		String start = prefix ? KvUser.PREFIX : KvUser.PREFIX + this.chance.below(2);
		int filter = this.chance.below(8);
		long from = this.chance.of(0.5) ? 0 : 1 + this.chance.below((int) this.history.acknowledged() + 3);
		int maxRetries = this.chance.of(0.3) ? this.client.options().maxRetries() : -1;
		Observed.Settings settings = new Observed.Settings(from, this.chance.of(0.3), filter != 0, filter != 1,
				maxRetries);
		Observed observed = new Observed(this.client + "-" + this.name + "-" + this.opened, start,
				prefix ? KvUser.PREFIX_END : "", settings);
		this.history.watches().add(observed);
		WatchRequest request = this.client.watches()
			.watch(prefix ? KeyRange.prefix(start) : KeyRange.key(start))
			.maxRetries(maxRetries);
		if (from > 0) {
			request.fromRevision(from);
		}
		if (settings.previous()) {
			request.previousValues();
		}
		if (!settings.puts()) {
			request.withoutPuts();
		}
		if (!settings.deletes()) {
			request.withoutDeletes();
		}
		if (this.chance.of(0.3)) {
			request.bufferBytes(1024);
		}
		if (from > 0 && this.chance.of(0.2)) {
			request.publisher().subscribe(new Slow(observed));
			return;
		}
		if (this.chance.of(0.25)) {
			request.progress();
		}
		Watcher watcher = new Watcher(observed);
		Watch watch = request.open(watcher);
		watcher.watch = watch;
		watch.ready().whenComplete((revision, ex) -> {
			if (revision != null) {
				observed.ready(revision);
			}
		});
		if (this.chance.of(0.15)) {
			this.client.time().after(this.chance.millis(0, 8000), () -> close(observed, watch));
		}
	}

	private void close(Observed observed, Watch watch) {
		observed.closing();
		watch.close();
	}

	private void ended(Observed observed, WatchClosed closed) {
		observed.closed(closed);
		EtcdException cause = closed.cause();
		this.client.time().mix((cause != null) ? cause.reason().ordinal() : -1);
		this.client.time().note("%s ended: %s", observed, String.valueOf(cause));
		this.client.time().after(this.chance.millis(10, 500), this::start);
	}

	private void told(Observed observed, WatchBatch batch) {
		observed.told(batch);
		this.client.time().mix(batch.revision());
		this.client.time().note("%s tells %d", observed, batch.revision());
	}

	private final class Watcher implements WatchListener {

		private final Observed observed;

		private final boolean throwing = WatchUser.this.chance.of(0.1);

		private final int closingAfter = WatchUser.this.chance.of(0.1) ? 1 + WatchUser.this.chance.below(5) : -1;

		private @Nullable Watch watch;

		Watcher(Observed observed) {
			this.observed = observed;
		}

		@Override
		public void onBatch(WatchBatch batch) {
			told(this.observed, batch);
			Watch open = this.watch;
			if (open != null && this.observed.batches().size() == this.closingAfter) {
				close(this.observed, open);
			}
			if (open != null && open.nextRevision() != batch.revision() + 1) {
				WatchUser.this.history.complain(
						this.observed + " is at " + batch.revision() + " and would resume at " + open.nextRevision());
			}
			if (this.throwing) {
				throw new IllegalStateException("a listener that fails");
			}
		}

		@Override
		public void onProgress(long revision) {
			this.observed.progressed(revision);
		}

		@Override
		public void onDisconnected(EtcdException cause) {
			WatchUser.this.client.time()
				.note("%s is disconnected: %s", this.observed, String.valueOf(cause.getMessage()));
		}

		@Override
		public void onResumed() {
			WatchUser.this.client.time().note("%s is resumed", this.observed);
		}

		@Override
		public void onClosed(WatchClosed closed) {
			ended(this.observed, closed);
		}

	}

	/**
	 * Takes one batch after the other, each after a while.
	 */
	private final class Slow implements Flow.Subscriber<WatchBatch> {

		private final Observed observed;

		private Flow.@Nullable Subscription subscription;

		Slow(Observed observed) {
			this.observed = observed;
		}

		@Override
		public void onSubscribe(Flow.Subscription given) {
			this.subscription = given;
			given.request(1);
		}

		@Override
		public void onNext(WatchBatch batch) {
			told(this.observed, batch);
			Flow.Subscription current = this.subscription;
			// Once all is well, it catches up.
			VirtualTime time = WatchUser.this.client.time();
			int slowest = (time.now() < Simulation.HEALED) ? 300 : 0;
			time.after(WatchUser.this.chance.millis(0, slowest), () -> {
				if (current != null) {
					current.request(1);
				}
			});
		}

		@Override
		public void onError(Throwable cause) {
			long next = this.observed.batches().isEmpty() ? this.observed.first()
					: this.observed.batches().get(this.observed.batches().size() - 1).revision() + 1;
			ended(this.observed, new WatchClosed(next, (EtcdException) cause));
		}

		@Override
		public void onComplete() {
			WatchUser.this.history.complain(this.observed + " completed, which a watch never does");
		}

	}

}
