/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.watch.WatchEvent;

/**
 * A change that makes a valid history invalid.
 */
enum Mutation {

	/** A read that began after a write of its key had ended does not see it. */
	STALE_READ {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int read = any(history, random,
					(operation) -> isLinearizableGet(operation) && before(history, operation) > 2);
			if (read < 0) {
				return false;
			}
			Operation operation = history.operations().get(read);
			long revision = before(history, operation) - 1;
			String key = Objects.requireNonNull(operation.call().range()).start().asUtf8();
			KeyValue found = stateAt(history, key, revision);
			Ending ending = Objects.requireNonNull(operation.ending());
			history.operations()
				.set(read, new Operation(operation.call(), operation.begin(), new Ending(ending.at(), null, revision,
						false, false, (found != null) ? List.of(found) : List.of(), null)));
			return true;
		}
	},

	/** A read that ended before a write began sees it. */
	READ_FROM_THE_FUTURE {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int read = any(history, random,
					(operation) -> isLinearizableGet(operation) && after(history, operation) < Long.MAX_VALUE);
			if (read < 0) {
				return false;
			}
			Operation operation = history.operations().get(read);
			long revision = after(history, operation);
			String key = Objects.requireNonNull(operation.call().range()).start().asUtf8();
			KeyValue found = stateAt(history, key, revision);
			Ending ending = Objects.requireNonNull(operation.ending());
			history.operations()
				.set(read, new Operation(operation.call(), operation.begin(), new Ending(ending.at(), null, revision,
						false, false, (found != null) ? List.of(found) : List.of(), null)));
			return true;
		}
	},

	/** A read has another value than there was. */
	WRONG_VALUE {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEnding(history, random, (operation) -> found(operation).size() == 1,
					(ending) -> new Ending(ending.at(), null, ending.revision(), false, false,
							List.of(Script.changed(ending.found().get(0), "other")), null));
		}
	},

	/** A read does not have what there was. */
	MISSING_VALUE {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEnding(history, random, (operation) -> !found(operation).isEmpty(),
					(ending) -> new Ending(ending.at(), null, ending.revision(), false, false,
							Script.without(ending.found(), 0), null));
		}
	},

	/** A write that was acknowledged was never applied, another was. */
	LOST_WRITE {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int index = any(history, random, Mutation::isPut);
			if (index < 0) {
				return false;
			}
			Operation operation = history.operations().get(index);
			Write write = operation.call().writes().get(0);
			Call call = Call.write("p", Call.Kind.PUT, List.of(new Write(write.key(), Bytes.utf8("lost"))));
			history.operations().set(index, new Operation(call, operation.begin(), operation.ending()));
			return true;
		}
	},

	/** A write that was applied is reported as not applied. */
	NOT_APPLIED_BUT_APPLIED {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEnding(history, random, Mutation::isPut,
					(ending) -> new Ending(ending.at(), Outcome.NOT_APPLIED, 0, false, false, List.of(), "failed"));
		}
	},

	/** A comparison that held is reported as failed, or the other way round. */
	WRONG_COMPARISON {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEnding(history, random,
					(operation) -> operation.call().condition() != null && operation.succeeded(),
					(ending) -> new Ending(ending.at(), null, ending.revision(), !ending.applied(), false, List.of(),
							null));
		}
	},

	/** A write is applied again, at the end. */
	APPLIED_TWICE {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int index = any(history, random, Mutation::isPut);
			if (index < 0) {
				return false;
			}
			Write write = history.operations().get(index).call().writes().get(0);
			history.store().apply(0, List.of(write));
			return true;
		}
	},

	/** A write is answered with the revision next to its own. */
	WRONG_REVISION {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int offset = random.nextBoolean() ? 1 : -1;
			return changeEnding(history, random, Mutation::isPut, (ending) -> new Ending(ending.at(), null,
					ending.revision() + offset, true, false, List.of(), null));
		}
	},

	/** A transaction is only applied in part. */
	TORN_TRANSACTION {
		@Override
		boolean apply(RandomHistory history, Random random) {
			List<List<WatchEvent>> changes = history.store().changes();
			int index = any(changes, random, (events) -> events.stream().filter(WatchEvent::isPut).count() > 1);
			if (index < 0) {
				return false;
			}
			changes.set(index, Script.without(changes.get(index), 0));
			return true;
		}
	},

	/** An event is not told by one watch. */
	LOST_BATCH {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeBatch(history, random, 1, (deliveries, index) -> deliveries.remove(index.intValue()));
		}
	},

	/** A batch is told again. */
	REPEATED_BATCH {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeBatch(history, random, 1, (deliveries, index) -> deliveries
				.add(index + random.nextInt(deliveries.size() - index), deliveries.get(index)));
		}
	},

	/** Two neighbours are told in the wrong order. */
	SWAPPED_BATCHES {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeBatch(history, random, 1,
					(deliveries, index) -> Collections.swap(deliveries, index, index + 1));
		}
	},

	/** A batch lacks an event. */
	TORN_BATCH {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEvents(history, random, 2, (events) -> events.remove(random.nextInt(events.size())));
		}
	},

	/** A batch is told in another order. */
	REORDERED_BATCH {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEvents(history, random, 2, (events) -> Collections.swap(events, 0, 1));
		}
	},

	/** An event has another value. */
	WRONG_EVENT {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEvents(history, random, 1, (events) -> events.set(0, new WatchEvent(events.get(0).type(),
					Script.changed(events.get(0).keyValue(), "other"), events.get(0).previous())));
		}
	},

	/** An event has another state before it. */
	WRONG_PREVIOUS {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeEvents(history, random, 1, (events) -> events.set(0, new WatchEvent(events.get(0).type(),
					events.get(0).keyValue(), Script.changed(events.get(0).keyValue(), "other"))));
		}
	},

	/** Progress is told before what it covers. */
	EARLY_PROGRESS {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeBatch(history, random, 1, (deliveries, index) -> deliveries.add(index,
					new Delivery(Delivery.Kind.PROGRESS, 0, deliveries.get(index).revision())));
		}
	},

	/** The watch would go on too late. */
	EARLY_BOOKMARK {
		@Override
		boolean apply(RandomHistory history, Random random) {
			return changeBatch(history, random, 1, (deliveries, index) -> deliveries.add(index,
					new Delivery(Delivery.Kind.BOOKMARK, 0, deliveries.get(index).revision() + 1)));
		}
	},

	/** A write gets through with the token of another. */
	UNGUARDED_WRITE {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int index = any(history, random, (operation) -> operation.call().guard() != null);
			Operation operation = history.operations().get(index);
			long own = Objects.requireNonNull(operation.call().guard()).token();
			RandomHistory.Holding other = history.holdings().get(random.nextInt(history.holdings().size()));
			if (other.token == own) {
				return false;
			}
			history.operations()
				.set(index, new Operation(operation.call().guardedBy(new Call.Guard(RandomHistory.LOCK, other.token)),
						operation.begin(), operation.ending()));
			return true;
		}
	},

	/** A holder believes until after the next has got the lock. */
	HELD_TOO_LONG {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int index = random.nextInt(history.holdings().size() - 1);
			history.holdings().get(index).believed = history.holdings().get(index + 1).acquired + 1
					+ random.nextInt(100);
			return true;
		}
	},

	/** Two neighbours have each other's token. */
	SWAPPED_TOKENS {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int index = random.nextInt(history.holdings().size() - 1);
			RandomHistory.Holding one = history.holdings().get(index);
			RandomHistory.Holding other = history.holdings().get(index + 1);
			long token = one.token;
			one.token = other.token;
			other.token = token;
			return true;
		}
	},

	/**
	 * A read is answered with a state a little older than its own, which may be valid:
	 * the key may be the same and the time may allow it.
	 */
	PERHAPS_STALE_READ(false) {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int back = 1 + random.nextInt(10);
			int read = any(history, random,
					(operation) -> isLinearizableGet(operation) && operation.revision() > back + 1);
			if (read < 0) {
				return false;
			}
			Operation operation = history.operations().get(read);
			Ending ending = Objects.requireNonNull(operation.ending());
			String key = Objects.requireNonNull(operation.call().range()).start().asUtf8();
			KeyValue found = stateAt(history, key, ending.revision() - back);
			history.operations()
				.set(read, new Operation(operation.call(), operation.begin(), new Ending(ending.at(), null,
						ending.revision() - back, false, false, (found != null) ? List.of(found) : List.of(), null)));
			return true;
		}
	},

	/** An operation is moved in time, which may be valid if it is not far. */
	PERHAPS_MOVED(false) {
		@Override
		boolean apply(RandomHistory history, Random random) {
			int index = any(history, random, (operation) -> operation.succeeded() && !operation.call().serializable());
			Operation operation = history.operations().get(index);
			Ending ending = Objects.requireNonNull(operation.ending());
			long offset = random.nextInt(1000) - 500L;
			history.operations()
				.set(index, new Operation(operation.call(), operation.begin() + offset, new Ending(ending.at() + offset,
						null, ending.revision(), ending.applied(), ending.more(), ending.found(), null)));
			return true;
		}
	};

	private final boolean certain;

	Mutation() {
		this(true);
	}

	Mutation(boolean certain) {
		this.certain = certain;
	}

	/**
	 * Change a history.
	 * @param history the history
	 * @param random chooses what to change
	 * @return {@code false} if there is nothing of the kind
	 */
	abstract boolean apply(RandomHistory history, Random random);

	/**
	 * Whether the changed history is invalid for certain.
	 * @return whether it must be found
	 */
	boolean isCertain() {
		return this.certain;
	}

	private static boolean isPut(Operation operation) {
		return operation.call().kind() == Call.Kind.PUT && operation.succeeded();
	}

	private static boolean isLinearizableGet(Operation operation) {
		return operation.call().range() != null && operation.call().range().isSingleKey() && operation.succeeded()
				&& !operation.call().serializable() && operation.call().atRevision() == 0;
	}

	private static List<KeyValue> found(Operation operation) {
		Ending ending = operation.ending();
		return (ending != null) ? ending.found() : List.of();
	}

	/** The newest revision that was acknowledged before an operation began. */
	private static long before(RandomHistory history, Operation operation) {
		long newest = 0;
		for (Operation other : history.operations()) {
			if (other.end() < operation.begin()) {
				newest = Math.max(newest, other.revision());
			}
		}
		return newest;
	}

	/** The oldest revision that was written after an operation had ended. */
	private static long after(RandomHistory history, Operation operation) {
		long oldest = Long.MAX_VALUE;
		for (Operation other : history.operations()) {
			if (isPut(other) && other.begin() > operation.end()) {
				oldest = Math.min(oldest, other.revision());
			}
		}
		return oldest;
	}

	private static @Nullable KeyValue stateAt(RandomHistory history, String key, long revision) {
		KeyValue found = null;
		for (int i = 0; i < revision - 1; i++) {
			for (WatchEvent event : history.store().changes().get(i)) {
				if (event.keyValue().keyAsUtf8().equals(key)) {
					found = event.isPut() ? event.keyValue() : null;
				}
			}
		}
		return found;
	}

	private static int any(RandomHistory history, Random random, Predicate<Operation> predicate) {
		return any(history.operations(), random, predicate);
	}

	private static <T> int any(List<T> list, Random random, Predicate<T> predicate) {
		int start = random.nextInt(list.size());
		for (int i = 0; i < list.size(); i++) {
			int index = (start + i) % list.size();
			if (predicate.test(list.get(index))) {
				return index;
			}
		}
		return -1;
	}

	private static boolean changeEnding(RandomHistory history, Random random, Predicate<Operation> predicate,
			UnaryOperator<Ending> change) {
		int index = any(history, random, predicate);
		if (index < 0) {
			return false;
		}
		Operation operation = history.operations().get(index);
		history.operations()
			.set(index, new Operation(operation.call(), operation.begin(),
					change.apply(Objects.requireNonNull(operation.ending()))));
		return true;
	}

	/** Change the deliveries at a batch that is followed by another batch. */
	private static boolean changeBatch(RandomHistory history, Random random, int size,
			BiConsumer<List<Delivery>, Integer> change) {
		RandomHistory.Told told = history.watches().get(random.nextInt(history.watches().size()));
		List<Delivery> deliveries = told.deliveries();
		List<Integer> batches = new ArrayList<>();
		for (int i = 0; i + 1 < deliveries.size(); i++) {
			if (deliveries.get(i).events().size() >= size && deliveries.get(i + 1).kind() == Delivery.Kind.BATCH) {
				batches.add(i);
			}
		}
		if (batches.isEmpty()) {
			return false;
		}
		change.accept(deliveries, batches.get(random.nextInt(batches.size())));
		return true;
	}

	private static boolean changeEvents(RandomHistory history, Random random, int size,
			Consumer<List<WatchEvent>> change) {
		return changeBatch(history, random, size, (deliveries, index) -> {
			Delivery delivery = deliveries.get(index);
			List<WatchEvent> events = new ArrayList<>(delivery.events());
			change.accept(events);
			deliveries.set(index, new Delivery(delivery.kind(), delivery.at(), delivery.revision(), events, 0));
		});
	}

}
