/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All comparisons of transactions.
 */
abstract class CompareConformance extends Conformance {

	private long lease;

	/**
	 * Write two keys that differ in nothing but their names.
	 */
	@BeforeEach
	void fill() {
		this.lease = this.etcd.leases().grant(LONG).sync().id();
		for (int i = 0; i < 3; i++) {
			this.kv.txn()
				.then(Op.put(key("same/1"), "m").lease(this.lease), Op.put(key("same/2"), "m").lease(this.lease))
				.sync();
		}
	}

	private boolean holds(Compare compare) {
		return this.kv.txn().when(compare).sync().succeeded();
	}

	@ParameterizedTest
	@EnumSource
	void operatorsOnAKey(Target target) {
		assertOperators(target, KeyRange.key(key("same/1")));
	}

	@ParameterizedTest
	@EnumSource
	void operatorsOnARange(Target target) {
		assertOperators(target, KeyRange.prefix(key("same/")));
		assertOperators(target, KeyRange.between(key("same/1"), key("same/2")));
	}

	private void assertOperators(Target target, KeyRange range) {
		long actual = target.of(find("same/1"));
		for (long number : List.of(actual - 1, actual, actual + 1)) {
			for (Operator operator : Operator.values()) {
				boolean expected = operator.holds(Long.compare(actual, number));
				assertThat(holds(target.compare(range, operator, number)))
					.as("%s of %s %s %s", target, range, operator, number)
					.isEqualTo(expected);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void missingKeyIsZeroAndHasNoValue(Target target) {
		for (long number : List.of(0L, 1L)) {
			for (Operator operator : Operator.values()) {
				boolean expected = target != Target.VALUE && operator.holds(Long.compare(0, number));
				assertThat(holds(target.compare(KeyRange.key(key("missing")), operator, number)))
					.as("%s %s %s", target, operator, number)
					.isEqualTo(expected);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void emptyRangeIsLikeOneMissingKey(Target target) {
		for (long number : List.of(0L, 1L)) {
			for (Operator operator : Operator.values()) {
				boolean expected = target != Target.VALUE && operator.holds(Long.compare(0, number));
				assertThat(holds(target.compare(KeyRange.prefix(key("none/")), operator, number)))
					.as("%s %s %s", target, operator, number)
					.isEqualTo(expected);
			}
		}
	}

	@Test
	void rangeHoldsIfItHoldsForEveryKey() {
		this.kv.put(key("same/3"), "z").sync();
		KeyRange range = KeyRange.prefix(key("same/"));
		assertThat(holds(Compare.version(range).isGreaterThan(0))).isTrue();
		assertThat(holds(Compare.version(range).isNotEqualTo(2))).isTrue();
		assertThat(holds(Compare.version(range).isEqualTo(3))).isFalse();
		assertThat(holds(Compare.version(range).isNotEqualTo(1))).isFalse();
		assertThat(holds(Compare.version(range).isNotEqualTo(3))).isFalse();
		assertThat(holds(Compare.lease(range).isEqualTo(this.lease))).isFalse();
		assertThat(holds(Compare.value(range).isEqualTo("m"))).isFalse();
		assertThat(holds(Compare.value(range).isGreaterThan(Bytes.utf8("a")))).isTrue();
		assertThat(holds(Compare.value(range).isLessThan(Bytes.utf8("z")))).isFalse();
		assertThat(holds(Compare.createRevision(range).isLessThan(revision()))).isFalse();
		assertThat(holds(Compare.modRevision(range).isLessThan(revision() + 1))).isTrue();
	}

	@Test
	void rangeDoesNotReachBeyondItsEnd() {
		put("samf", "other");
		assertThat(holds(Compare.value(KeyRange.prefix(key("same/"))).isEqualTo("m"))).isTrue();
		assertThat(holds(Compare.value(KeyRange.between(key("same/"), key("samf"))).isEqualTo("m"))).isTrue();
		assertThat(holds(Compare.value(KeyRange.prefix(key("sam"))).isEqualTo("m"))).isFalse();
	}

	@Test
	void existsAndMissingAreOpposites() {
		assertThat(holds(Compare.exists(key("same/1")))).isTrue();
		assertThat(holds(Compare.missing(key("same/1")))).isFalse();
		assertThat(holds(Compare.exists(Bytes.utf8(key("missing"))))).isFalse();
		assertThat(holds(Compare.missing(Bytes.utf8(key("missing"))))).isTrue();
		this.kv.delete(key("same/1")).sync();
		assertThat(holds(Compare.missing(key("same/1")))).isTrue();
		assertThat(holds(Compare.exists(key("same/")))).isFalse();
	}

	@Test
	void valuesAreComparedAsUnsignedBytes() {
		this.kv.put(key("ff"), bytes(0xFF)).sync();
		assertThat(holds(Compare.value(key("ff")).isGreaterThan(bytes(0x7F)))).isTrue();
		assertThat(holds(Compare.value(key("ff")).isLessThan(bytes(0xFF, 0x00)))).isTrue();
		assertThat(holds(Compare.value(key("ff")).isGreaterThan(Bytes.EMPTY))).isTrue();
		assertThat(holds(Compare.value(Bytes.utf8(key("ff"))).isEqualTo(bytes(0xFF)))).isTrue();
	}

	@Test
	void emptyValueIsEqualToTheEmptyValue() {
		put("empty", "");
		assertThat(holds(Compare.value(key("empty")).isEqualTo(""))).isTrue();
		assertThat(holds(Compare.value(key("empty")).isNotEqualTo(""))).isFalse();
		assertThat(holds(Compare.value(key("missing")).isEqualTo(""))).isFalse();
		assertThat(holds(Compare.value(key("missing")).isNotEqualTo(""))).isFalse();
	}

	@Test
	void allComparisonsHaveToHold() {
		Compare held = Compare.exists(key("same/1"));
		Compare failed = Compare.missing(key("same/2"));
		assertThat(this.kv.txn().when(held, held).sync().succeeded()).isTrue();
		assertThat(this.kv.txn().when(held, failed).sync().succeeded()).isFalse();
		assertThat(this.kv.txn().when(List.of(failed, held)).sync().succeeded()).isFalse();
	}

	enum Operator {

		EQUAL {
			@Override
			boolean holds(int order) {
				return order == 0;
			}
		},

		NOT_EQUAL {
			@Override
			boolean holds(int order) {
				return order != 0;
			}
		},

		GREATER {
			@Override
			boolean holds(int order) {
				return order > 0;
			}
		},

		LESS {
			@Override
			boolean holds(int order) {
				return order < 0;
			}
		};

		abstract boolean holds(int order);

		Compare of(Compare.Number target, long number) {
			return switch (this) {
				case EQUAL -> target.isEqualTo(number);
				case NOT_EQUAL -> target.isNotEqualTo(number);
				case GREATER -> target.isGreaterThan(number);
				case LESS -> target.isLessThan(number);
			};
		}

		Compare of(Compare.Value target, Bytes value) {
			return switch (this) {
				case EQUAL -> target.isEqualTo(value);
				case NOT_EQUAL -> target.isNotEqualTo(value);
				case GREATER -> target.isGreaterThan(value);
				case LESS -> target.isLessThan(value);
			};
		}

	}

	/** A value of one byte is taken for its number. */
	enum Target {

		VERSION, CREATE_REVISION, MOD_REVISION, VALUE, LEASE;

		long of(KeyValue found) {
			return switch (this) {
				case VERSION -> found.version();
				case CREATE_REVISION -> found.createRevision();
				case MOD_REVISION -> found.modRevision();
				case VALUE -> found.value().byteAt(0);
				case LEASE -> found.lease();
			};
		}

		Compare compare(KeyRange range, Operator operator, long number) {
			return switch (this) {
				case VERSION -> operator.of(Compare.version(range), number);
				case CREATE_REVISION -> operator.of(Compare.createRevision(range), number);
				case MOD_REVISION -> operator.of(Compare.modRevision(range), number);
				case VALUE -> operator.of(Compare.value(range), bytes((int) number));
				case LEASE -> operator.of(Compare.lease(range), number);
			};
		}

	}

}
