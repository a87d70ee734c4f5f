/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;

/**
 * What a get can ask for, alone or in a transaction.
 *
 * @param <S> the type of the get
 * @since 0.1.0
 */
public abstract sealed class GetOptions<S extends GetOptions<S>> permits GetRequest, GetOp {

	private KeyRange range;

	private long limit;

	private long revision;

	private SortTarget sortTarget = SortTarget.KEY;

	private SortOrder sortOrder = SortOrder.ASCENDING;

	private boolean serializable;

	private boolean keysOnly;

	private boolean countOnly;

	private long minModRevision;

	private long maxModRevision;

	private long minCreateRevision;

	private long maxCreateRevision;

	GetOptions(KeyRange range) {
		this.range = Arguments.notNull(range, "range");
	}

	abstract S self();

	/**
	 * Take the key as a prefix: get every key that begins with it.
	 * @return this request
	 * @throws IllegalArgumentException if the request is for a range already
	 */
	public S asPrefix() {
		if (!this.range.isSingleKey()) {
			throw new IllegalArgumentException(
					"asPrefix() needs a single key, but the request is for a range; use KeyRange.prefix(...) instead");
		}
		this.range = KeyRange.prefix(this.range.start());
		return self();
	}

	/**
	 * Return at most so many keys. {@link GetResult#more()} tells whether there are more,
	 * {@link GetResult#count()} how many there are in all.
	 * @param limit the number of keys; 0, the default, is no limit
	 * @return this request
	 * @throws IllegalArgumentException if the limit is negative
	 */
	public S limit(long limit) {
		this.limit = Arguments.notNegative(limit, "limit", "use 0 for no limit");
		return self();
	}

	/**
	 * Read the store as it was at a revision. A revision that has been compacted, or that
	 * does not exist yet, is refused by the server.
	 * @param revision the revision; 0, the default, is the newest
	 * @return this request
	 * @throws IllegalArgumentException if the revision is negative
	 */
	public S revision(long revision) {
		this.revision = Arguments.notNegative(revision, "revision", "use 0 for the newest");
		return self();
	}

	/**
	 * Sort the keys. The default is by key, ascending.
	 * @param target what to sort by
	 * @param order the direction
	 * @return this request
	 */
	public S sort(SortTarget target, SortOrder order) {
		this.sortTarget = Arguments.notNull(target, "target");
		this.sortOrder = Arguments.notNull(order, "order");
		return self();
	}

	/**
	 * Let the member that is asked answer from what it has, without agreement of the
	 * cluster: faster, works without a leader, and may be stale.
	 * @return this request
	 */
	public S serializable() {
		this.serializable = true;
		return self();
	}

	/**
	 * Leave out the values.
	 * @return this request
	 * @throws IllegalArgumentException together with {@link #countOnly()}
	 */
	public S keysOnly() {
		checkOneOf(this.countOnly);
		this.keysOnly = true;
		return self();
	}

	/**
	 * Return no keys, only their number.
	 * @return this request
	 * @throws IllegalArgumentException together with {@link #keysOnly()}
	 */
	public S countOnly() {
		checkOneOf(this.keysOnly);
		this.countOnly = true;
		return self();
	}

	private static void checkOneOf(boolean other) {
		if (other) {
			throw new IllegalArgumentException("keysOnly() and countOnly() contradict each other; use one of them");
		}
	}

	/**
	 * Leave out keys that were last written before a revision.
	 * @param revision the lowest revision; 0 is no bound
	 * @return this request
	 * @throws IllegalArgumentException if it is negative, or above the highest
	 */
	public S minModRevision(long revision) {
		this.minModRevision = Arguments.notNegative(revision, "minModRevision", "use 0 for no bound");
		checkOrder(this.minModRevision, this.maxModRevision, "ModRevision");
		return self();
	}

	/**
	 * Leave out keys that were last written after a revision.
	 * @param revision the highest revision; 0 is no bound
	 * @return this request
	 * @throws IllegalArgumentException if it is negative, or below the lowest
	 */
	public S maxModRevision(long revision) {
		this.maxModRevision = Arguments.notNegative(revision, "maxModRevision", "use 0 for no bound");
		checkOrder(this.minModRevision, this.maxModRevision, "ModRevision");
		return self();
	}

	/**
	 * Leave out keys that were created before a revision.
	 * @param revision the lowest revision; 0 is no bound
	 * @return this request
	 * @throws IllegalArgumentException if it is negative, or above the highest
	 */
	public S minCreateRevision(long revision) {
		this.minCreateRevision = Arguments.notNegative(revision, "minCreateRevision", "use 0 for no bound");
		checkOrder(this.minCreateRevision, this.maxCreateRevision, "CreateRevision");
		return self();
	}

	/**
	 * Leave out keys that were created after a revision.
	 * @param revision the highest revision; 0 is no bound
	 * @return this request
	 * @throws IllegalArgumentException if it is negative, or below the lowest
	 */
	public S maxCreateRevision(long revision) {
		this.maxCreateRevision = Arguments.notNegative(revision, "maxCreateRevision", "use 0 for no bound");
		checkOrder(this.minCreateRevision, this.maxCreateRevision, "CreateRevision");
		return self();
	}

	boolean isSerializable() {
		return this.serializable;
	}

	KeyRange range() {
		return this.range;
	}

	long limit() {
		return this.limit;
	}

	long revision() {
		return this.revision;
	}

	boolean isCountOnly() {
		return this.countOnly;
	}

	boolean isInKeyOrder() {
		return this.sortTarget == SortTarget.KEY && this.sortOrder == SortOrder.ASCENDING;
	}

	/**
	 * Copy everything but the range.
	 * @param target the get to copy to
	 */
	void copyTo(GetOptions<?> target) {
		target.limit = this.limit;
		target.revision = this.revision;
		target.sortTarget = this.sortTarget;
		target.sortOrder = this.sortOrder;
		target.serializable = this.serializable;
		target.keysOnly = this.keysOnly;
		target.countOnly = this.countOnly;
		target.minModRevision = this.minModRevision;
		target.maxModRevision = this.maxModRevision;
		target.minCreateRevision = this.minCreateRevision;
		target.maxCreateRevision = this.maxCreateRevision;
	}

	void writeTo(KvEncoder encoder) {
		encoder.range(this.range, 1, 2);
		encoder.int64(3, this.limit);
		encoder.int64(4, this.revision);
		if (!isInKeyOrder()) {
			encoder.int64(5, this.sortOrder.number());
			encoder.int64(6, this.sortTarget.number());
		}
		encoder.bool(7, this.serializable);
		encoder.bool(8, this.keysOnly);
		encoder.bool(9, this.countOnly);
		encoder.int64(10, this.minModRevision);
		encoder.int64(11, this.maxModRevision);
		encoder.int64(12, this.minCreateRevision);
		encoder.int64(13, this.maxCreateRevision);
	}

	int expectedSize() {
		Bytes end = this.range.end();
		return this.range.start().length() + end.length() + 48;
	}

	private static void checkOrder(long min, long max, String name) {
		if (max != 0 && min > max) {
			throw new IllegalArgumentException(
					"'min" + name + "' must not be above 'max" + name + "' but was " + min + ", which is above " + max);
		}
	}

}
