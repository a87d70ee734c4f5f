/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;

/**
 * A comparison that guards a transaction. Of a key that does not exist the version, the
 * revisions and the lease are 0, and a comparison of its value never holds. A comparison
 * of a range holds if it holds for every key in it; a range without keys is compared like
 * one key that does not exist. Immutable.
 *
 * @since 0.1.0
 */
public final class Compare {

	private static final int EQUAL = 0;

	private static final int GREATER = 1;

	private static final int LESS = 2;

	private static final int NOT_EQUAL = 3;

	private final KeyRange range;

	private final Target target;

	private final int operator;

	private final long number;

	private final Bytes value;

	private Compare(KeyRange range, Target target, int operator, long number, Bytes value) {
		this.range = range;
		this.target = target;
		this.operator = operator;
		this.number = number;
		this.value = value;
	}

	/**
	 * Compare how often a key was written since it was created.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number version(String key) {
		return version(KeyRange.key(key));
	}

	/**
	 * Compare how often a key was written since it was created.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number version(Bytes key) {
		return version(KeyRange.key(key));
	}

	/**
	 * Compare how often each key of a range was written since it was created.
	 * @param range the range
	 * @return what to compare
	 */
	public static Number version(KeyRange range) {
		return new Number(range, Target.VERSION);
	}

	/**
	 * Compare the revision that created a key.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number createRevision(String key) {
		return createRevision(KeyRange.key(key));
	}

	/**
	 * Compare the revision that created a key.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number createRevision(Bytes key) {
		return createRevision(KeyRange.key(key));
	}

	/**
	 * Compare the revision that created each key of a range.
	 * @param range the range
	 * @return what to compare
	 */
	public static Number createRevision(KeyRange range) {
		return new Number(range, Target.CREATE_REVISION);
	}

	/**
	 * Compare the revision that wrote a key last.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number modRevision(String key) {
		return modRevision(KeyRange.key(key));
	}

	/**
	 * Compare the revision that wrote a key last.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number modRevision(Bytes key) {
		return modRevision(KeyRange.key(key));
	}

	/**
	 * Compare the revision that wrote each key of a range last.
	 * @param range the range
	 * @return what to compare
	 */
	public static Number modRevision(KeyRange range) {
		return new Number(range, Target.MOD_REVISION);
	}

	/**
	 * Compare the id of the lease that a key is attached to.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number lease(String key) {
		return lease(KeyRange.key(key));
	}

	/**
	 * Compare the id of the lease that a key is attached to.
	 * @param key the key
	 * @return what to compare
	 */
	public static Number lease(Bytes key) {
		return lease(KeyRange.key(key));
	}

	/**
	 * Compare the id of the lease that each key of a range is attached to.
	 * @param range the range
	 * @return what to compare
	 */
	public static Number lease(KeyRange range) {
		return new Number(range, Target.LEASE);
	}

	/**
	 * Compare a value.
	 * @param key the key
	 * @return what to compare
	 */
	public static Value value(String key) {
		return value(KeyRange.key(key));
	}

	/**
	 * Compare a value.
	 * @param key the key
	 * @return what to compare
	 */
	public static Value value(Bytes key) {
		return value(KeyRange.key(key));
	}

	/**
	 * Compare the value of each key of a range.
	 * @param range the range
	 * @return what to compare
	 */
	public static Value value(KeyRange range) {
		return new Value(range);
	}

	/**
	 * The key exists.
	 * @param key the key
	 * @return the comparison
	 */
	public static Compare exists(String key) {
		return version(key).isGreaterThan(0);
	}

	/**
	 * The key exists.
	 * @param key the key
	 * @return the comparison
	 */
	public static Compare exists(Bytes key) {
		return version(key).isGreaterThan(0);
	}

	/**
	 * The key does not exist.
	 * @param key the key
	 * @return the comparison
	 */
	public static Compare missing(String key) {
		return version(key).isEqualTo(0);
	}

	/**
	 * The key does not exist.
	 * @param key the key
	 * @return the comparison
	 */
	public static Compare missing(Bytes key) {
		return version(key).isEqualTo(0);
	}

	void writeTo(KvEncoder encoder) {
		encoder.int64(1, this.operator);
		encoder.int64(2, this.target.number);
		encoder.range(this.range, 3, 64);
		if (this.target == Target.VALUE) {
			encoder.alwaysBytes(this.target.field, this.value);
		}
		else {
			encoder.alwaysInt64(this.target.field, this.number);
		}
	}

	private enum Target {

		VERSION(0, 4), CREATE_REVISION(1, 5), MOD_REVISION(2, 6), VALUE(3, 7), LEASE(4, 8);

		private final int number;

		private final int field;

		Target(int number, int field) {
			this.number = number;
			this.field = field;
		}

	}

	/**
	 * A number to compare.
	 */
	public static final class Number {

		private final KeyRange range;

		private final Target target;

		private Number(KeyRange range, Target target) {
			this.range = Arguments.notNull(range, "range");
			this.target = target;
		}

		/**
		 * It has this value.
		 * @param expected the value
		 * @return the comparison
		 */
		public Compare isEqualTo(long expected) {
			return compare(EQUAL, expected);
		}

		/**
		 * It has another value.
		 * @param expected the value
		 * @return the comparison
		 */
		public Compare isNotEqualTo(long expected) {
			return compare(NOT_EQUAL, expected);
		}

		/**
		 * It is greater.
		 * @param bound the value
		 * @return the comparison
		 */
		public Compare isGreaterThan(long bound) {
			return compare(GREATER, bound);
		}

		/**
		 * It is less.
		 * @param bound the value
		 * @return the comparison
		 */
		public Compare isLessThan(long bound) {
			return compare(LESS, bound);
		}

		private Compare compare(int operator, long number) {
			return new Compare(this.range, this.target, operator, number, Bytes.EMPTY);
		}

	}

	/**
	 * A value to compare, in the order of its bytes taken as unsigned numbers.
	 */
	public static final class Value {

		private final KeyRange range;

		private Value(KeyRange range) {
			this.range = Arguments.notNull(range, "range");
		}

		/**
		 * It is this value.
		 * @param expected the value
		 * @return the comparison
		 */
		public Compare isEqualTo(String expected) {
			return isEqualTo(Arguments.utf8(expected, "value"));
		}

		/**
		 * It is this value.
		 * @param expected the value
		 * @return the comparison
		 */
		public Compare isEqualTo(Bytes expected) {
			return compare(EQUAL, expected);
		}

		/**
		 * It is another value.
		 * @param expected the value
		 * @return the comparison
		 */
		public Compare isNotEqualTo(String expected) {
			return isNotEqualTo(Arguments.utf8(expected, "value"));
		}

		/**
		 * It is another value.
		 * @param expected the value
		 * @return the comparison
		 */
		public Compare isNotEqualTo(Bytes expected) {
			return compare(NOT_EQUAL, expected);
		}

		/**
		 * It comes after this value.
		 * @param bound the value
		 * @return the comparison
		 */
		public Compare isGreaterThan(String bound) {
			return isGreaterThan(Arguments.utf8(bound, "value"));
		}

		/**
		 * It comes after this value.
		 * @param bound the value
		 * @return the comparison
		 */
		public Compare isGreaterThan(Bytes bound) {
			return compare(GREATER, bound);
		}

		/**
		 * It comes before this value.
		 * @param bound the value
		 * @return the comparison
		 */
		public Compare isLessThan(String bound) {
			return isLessThan(Arguments.utf8(bound, "value"));
		}

		/**
		 * It comes before this value.
		 * @param bound the value
		 * @return the comparison
		 */
		public Compare isLessThan(Bytes bound) {
			return compare(LESS, bound);
		}

		private Compare compare(int operator, Bytes value) {
			return new Compare(this.range, Target.VALUE, operator, 0, Arguments.notNull(value, "value"));
		}

	}

}
