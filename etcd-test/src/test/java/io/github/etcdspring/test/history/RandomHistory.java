/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * A valid history by chance: operations that overlap and take effect somewhere between
 * their begin and end, failures, leases that expire, watches, and a lock that goes from
 * session to session. Its parts can be changed, to make it invalid.
 */
class RandomHistory {

	static final String LOCK = "/lock";

	private static final Header HEADER = new Header(1, 1, 1, 1);

	private final Random random;

	private final ModelStore store = new ModelStore();

	private final List<Operation> operations = new ArrayList<>();

	private final List<Told> watches = new ArrayList<>();

	private final List<Holding> holdings = new ArrayList<>();

	private final List<Effect> effects = new ArrayList<>();

	/** What older states had, for reads of the past. */
	private final Map<String, List<Past>> pasts = new HashMap<>();

	private final int keys;

	RandomHistory(long seed, int size, int holders) {
		this.random = new Random(seed);
		this.keys = Math.max(5, size / 50);
		long[] clocks = new long[8];
		for (int i = 0; i < size; i++) {
			int process = this.random.nextInt(clocks.length);
			clocks[process] = plan(i, "p" + process, clocks[process]);
		}
		planLock(holders);
		this.effects.sort(Comparator.comparingLong(Effect::at));
		this.effects.forEach((effect) -> effect.action().run());
		this.effects.clear();
		this.pasts.clear();
	}

	List<Operation> operations() {
		return this.operations;
	}

	ModelStore store() {
		return this.store;
	}

	List<Told> watches() {
		return this.watches;
	}

	List<Holding> holdings() {
		return this.holdings;
	}

	private String key() {
		return "/k/" + this.random.nextInt(this.keys);
	}

	private long plan(int number, String process, long now) {
		long begin = now + 1 + this.random.nextInt(20);
		long at = begin + 1 + this.random.nextInt(50);
		long end = at + 1 + this.random.nextInt(50);
		String key = key();
		String value = "v" + number;
		switch (this.random.nextInt(20)) {
			case 0, 1, 2, 3, 4 -> write(process, begin, at, end, List.of(Write.put(key, value)));
			case 5 -> write(process, begin, at, end, List.of(Write.delete(key)));
			case 6, 7 -> write(process, begin, at, end,
					List.of(Write.put(key + "/a", value), Write.put(key + "/b", value), Write.delete(key + "/c")));
			case 8, 9, 10 -> compareAndSet(process, begin, at, end, key, value);
			case 11 -> doAt(at, () -> this.store.delete(expiring()));
			case 12 -> {
				// Never applied.
				Call call = Call.write(process, Call.Kind.PUT, List.of(Write.put(key, value)));
				add(new Operation(call, begin, failed(end, (number % 2 == 0) ? Outcome.NOT_APPLIED : Outcome.UNKNOWN)));
			}
			case 13 -> doAt(at, () -> {
				// Nobody was told, or much later.
				this.store.put(key, value);
				Call call = Call.write(process, Call.Kind.PUT, List.of(Write.put(key, value)));
				add(new Operation(call, begin, (number % 2 == 0) ? failed(begin + 1, Outcome.UNKNOWN) : null));
			});
			case 14 -> readPast(process, begin, at, end, key);
			case 15 -> doAt(at, () -> {
				List<KeyValue> all = this.store.getAll(key + "/");
				add(new Operation(Call.read(process, KeyRange.prefix(key + "/"), false, 0), begin,
						new Ending(end, null, this.store.revision(), false, false, all, null)));
			});
			default ->
				doAt(at, () -> read(process, begin, end, key, false, 0, this.store.revision(), this.store.get(key)));
		}
		return end;
	}

	private String expiring() {
		String key = "/leased/" + this.random.nextInt(3);
		if (this.store.get(key) == null) {
			this.store.putWithLease(key, "", 1);
		}
		return key;
	}

	private void doAt(long at, Runnable action) {
		this.effects.add(new Effect(at, action));
	}

	private void add(Operation operation) {
		this.operations.add(operation);
	}

	private static Ending failed(long end, Outcome outcome) {
		return new Ending(end, outcome, 0, false, false, List.of(), "failed");
	}

	private void write(String process, long begin, long at, long end, List<Write> writes) {
		doAt(at, () -> {
			long before = this.store.revision();
			long revision = this.store.apply(0, writes);
			Call.Kind kind = Call.Kind.TXN;
			if (writes.size() == 1) {
				kind = writes.get(0).isPut() ? Call.Kind.PUT : Call.Kind.DELETE;
				remember(writes.get(0).key().asUtf8());
			}
			add(new Operation(Call.write(process, kind, writes), begin,
					new Ending(end, null, revision, revision > before, false, List.of(), null)));
		});
	}

	private void compareAndSet(String process, long begin, long at, long end, String key, String value) {
		boolean guess = this.random.nextInt(3) == 0;
		doAt(at, () -> {
			KeyValue found = this.store.get(key);
			long actual = (found != null) ? found.modRevision() : 0;
			long expected = guess ? Math.max(0, actual - 1) : actual;
			boolean holds = expected == actual;
			long revision = holds ? this.store.put(key, value) : this.store.revision();
			Call call = Call.write(process, Call.Kind.TXN, List.of(Write.put(key, value)));
			add(new Operation(call.when(new Call.Condition(Bytes.utf8(key), expected)), begin,
					new Ending(end, null, revision, holds, false, List.of(), null)));
		});
	}

	private void remember(String key) {
		this.pasts.computeIfAbsent(key, (absent) -> new ArrayList<>())
			.add(new Past(this.store.revision(), this.store.get(key)));
	}

	private void readPast(String process, long begin, long at, long end, String key) {
		boolean serializable = this.random.nextBoolean();
		int choice = this.random.nextInt(1000);
		doAt(at, () -> {
			List<Past> known = this.pasts.get(key);
			if (known != null) {
				Past past = known.get(choice % known.size());
				read(process, begin, end, key, serializable, serializable ? 0 : past.revision(),
						serializable ? past.revision() : this.store.revision(), past.found());
			}
		});
	}

	private void read(String process, long begin, long end, String key, boolean serializable, long atRevision,
			long revision, @Nullable KeyValue found) {
		add(new Operation(Call.read(process, KeyRange.key(key), serializable, atRevision), begin,
				new Ending(end, null, revision, false, false, (found != null) ? List.of(found) : List.of(), null)));
	}

	private void planLock(int holders) {
		long free = 10;
		for (int i = 0; i < holders; i++) {
			String session = "s" + i;
			// Some have waited.
			long entered = Math.max(1, free - this.random.nextInt(9));
			long held = Math.max(free, entered) + 1;
			long released = held + 100 + this.random.nextInt(100);
			Holding holding = new Holding(session, entered - 1, held + 1 + this.random.nextInt(20), released - 10);
			this.holdings.add(holding);
			int number = i;
			doAt(entered, () -> holding.token = this.store.putWithLease(LOCK + "/" + session, "", 100 + number));
			long written = held + 50;
			doAt(written, () -> {
				Call call = Call.write(session, Call.Kind.TXN, List.of(Write.put("/guarded", session)))
					.guardedBy(new Call.Guard(LOCK, holding.token));
				long revision = this.store.put("/guarded", session);
				add(new Operation(call, written - 20,
						new Ending(written + 5, null, revision, true, false, List.of(), null)));
			});
			doAt(released, () -> this.store.delete(LOCK + "/" + session));
			free = released;
		}
	}

	/**
	 * Add watches of everything that happened.
	 * @param count how many
	 * @return this history
	 */
	RandomHistory watched(int count) {
		ServerHistory truth = this.store.truth();
		for (int i = 0; i < count; i++) {
			KeyRange range = (i % 3 == 0) ? KeyRange.all() : KeyRange.prefix("/k/" + this.random.nextInt(5));
			long from = 2L + this.random.nextInt(10);
			History history = new History(() -> Long.MAX_VALUE);
			WatchRecorder recorder = history.watch("w" + i, range, from);
			if (this.random.nextBoolean()) {
				recorder.previousValues();
			}
			if (this.random.nextInt(4) == 0) {
				recorder.withoutDeletes();
			}
			List<Delivery> deliveries = new ArrayList<>();
			long last = Math.max(from, truth.lastRevision() - this.random.nextInt(5));
			for (long revision = from; revision <= last; revision++) {
				List<WatchEvent> seen = truth.changes(revision)
					.stream()
					.filter(recorder::sees)
					.map((event) -> recorder.wantsPreviousValues() ? event
							: new WatchEvent(event.type(), event.keyValue(), null))
					.toList();
				if (!seen.isEmpty()) {
					deliveries.add(new Delivery(Delivery.Kind.BATCH, Long.MAX_VALUE, revision, seen, 0));
				}
				if (this.random.nextInt(20) == 0) {
					deliveries.add(new Delivery(Delivery.Kind.PROGRESS, Long.MAX_VALUE, revision));
				}
			}
			deliveries.add(new Delivery(Delivery.Kind.END, Long.MAX_VALUE, last + 1));
			this.watches.add(new Told(recorder, deliveries));
		}
		return this;
	}

	HistoryChecker checker() {
		long[] now = new long[1];
		History history = new History(() -> now[0]);
		this.operations.forEach(history::add);
		for (Holding holding : this.holdings) {
			now[0] = holding.begin;
			HolderRecorder holder = history.process(holding.session).acquire(LOCK);
			now[0] = holding.acquired;
			holder.acquired(holding.token);
			now[0] = holding.believed;
			holder.believes(() -> true);
		}
		for (Told told : this.watches) {
			WatchRecorder recorder = WatchRecorder.parse(history, Line.parse(told.recorder().toString()));
			for (Delivery delivery : told.deliveries()) {
				switch (delivery.kind()) {
					case BATCH -> recorder.onBatch(new WatchBatch(delivery.revision(), delivery.events(), HEADER));
					case PROGRESS -> recorder.onProgress(delivery.revision());
					case BOOKMARK -> recorder.bookmark(delivery.revision());
					case END -> recorder.onClosed(new WatchClosed(delivery.revision(), null));
				}
			}
			history.add(recorder);
		}
		return new HistoryChecker(history, this.store.truth());
	}

	/**
	 * What happens in the store.
	 *
	 * @param at when
	 * @param action what
	 */
	private record Effect(long at, Runnable action) {
	}

	/**
	 * A key as it was.
	 *
	 * @param revision when
	 * @param found the key, {@code null} if it was not there
	 */
	private record Past(long revision, @Nullable KeyValue found) {
	}

	/**
	 * What a watch told.
	 *
	 * @param recorder its description
	 * @param deliveries what it told
	 */
	record Told(WatchRecorder recorder, List<Delivery> deliveries) {
	}

	/**
	 * Somebody who has the lock.
	 */
	static final class Holding {

		final String session;

		final long begin;

		final long acquired;

		long believed;

		long token;

		Holding(String session, long begin, long acquired, long believed) {
			this.session = session;
			this.begin = begin;
			this.acquired = acquired;
			this.believed = believed;
		}

	}

}
