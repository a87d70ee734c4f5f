/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Get, with all its options.
 */
abstract class GetConformance extends Conformance {

	/** Where the history of the keys below begins. */
	private long start;

	/**
	 * Write keys whose order is another one for each sort target.
	 */
	@BeforeEach
	void fill() {
		this.start = put("d", "z") - 1;
		put("b", "y");
		put("a", "w");
		put("c", "x");
		put("a", "w");
		put("a", "w");
		put("d", "z");
		put("d", "z");
		put("d", "z");
		put("c", "x");
	}

	private GetRequest getOwn() {
		return this.kv.get(ownKeys());
	}

	@Test
	void missingKeyIsNoFailure() {
		GetResult result = this.kv.get(key("missing")).sync();
		assertThat(result.keyValues()).isEmpty();
		assertThat(result.first()).isEmpty();
		assertThat(result.count()).isZero();
		assertThat(result.more()).isFalse();
		assertThat(result.storeRevision()).isEqualTo(this.start + 10);
	}

	@Test
	void keyIsFoundWithItsHistory() {
		KeyValue found = find("d");
		assertThat(found.valueAsUtf8()).isEqualTo("z");
		assertThat(found.createRevision()).isEqualTo(this.start + 1);
		assertThat(found.modRevision()).isEqualTo(this.start + 9);
		assertThat(found.version()).isEqualTo(4);
	}

	@Test
	void rangesFindTheirKeysInOrder() {
		assertThat(names(this.kv.get(key("b")).sync())).containsExactly("b");
		assertThat(names(getOwn().sync())).containsExactly("a", "b", "c", "d");
		assertThat(names(this.kv.get(KeyRange.between(key("a"), key("c"))).sync())).containsExactly("a", "b");
		assertThat(names(this.kv.get(KeyRange.between(key("bb"), key("cc"))).sync())).containsExactly("c");
		assertThat(names(this.kv.get(KeyRange.between(key("x"), key("y"))).sync())).isEmpty();
		assertThat(names(this.kv.get(KeyRange.prefix(key("d"))).sync())).containsExactly("d");
		assertThat(names(this.kv.get(KeyRange.prefix(key("x"))).sync())).isEmpty();
	}

	@Test
	void prefixFindsWhatBeginsWithIt() {
		put("c/1", "1");
		put("c/2", "2");
		put("c0", "3");
		assertThat(names(this.kv.get(KeyRange.prefix(key("c"))).sync())).containsExactly("c", "c/1", "c/2", "c0");
		assertThat(names(this.kv.get(key("c/")).asPrefix().sync())).containsExactly("c/1", "c/2");
		assertThat(names(this.kv.get(key("c")).sync())).containsExactly("c");
	}

	@Test
	void limitKeepsTheCountAndSaysThatThereIsMore() {
		GetResult some = getOwn().limit(3).sync();
		assertThat(names(some)).containsExactly("a", "b", "c");
		assertThat(some.count()).isEqualTo(4);
		assertThat(some.more()).isTrue();
		for (long limit : new long[] { 0, 4, 5 }) {
			GetResult all = getOwn().limit(limit).sync();
			assertThat(names(all)).as("limit %s", limit).containsExactly("a", "b", "c", "d");
			assertThat(all.count()).isEqualTo(4);
			assertThat(all.more()).as("limit %s", limit).isFalse();
		}
	}

	@Test
	void countOnlyReturnsNoKeys() {
		GetResult result = getOwn().countOnly().sync();
		assertThat(result.count()).isEqualTo(4);
		assertThat(result.keyValues()).isEmpty();
		assertThat(result.more()).isFalse();
		assertThat(this.kv.get(key("missing")).countOnly().sync().count()).isZero();
	}

	@Test
	void countOnlyCountsBeyondTheLimit() {
		GetResult result = getOwn().countOnly().limit(1).sync();
		assertThat(result.count()).isEqualTo(4);
		assertThat(result.keyValues()).isEmpty();
	}

	@Test
	void keysOnlyLeavesOutNothingButTheValues() {
		List<KeyValue> whole = getOwn().sync().keyValues();
		assertThat(getOwn().keysOnly().sync().keyValues()).isEqualTo(whole.stream()
			.map((each) -> new KeyValue(each.key(), bytes(), each.createRevision(), each.modRevision(), each.version(),
					each.lease()))
			.toList());
	}

	@Test
	void serializableReadsTheSameWithoutAgreement() {
		GetResult result = getOwn().serializable().sync();
		assertThat(result).isEqualTo(getOwn().sync());
		assertThat(result.count()).isEqualTo(4);
	}

	@Test
	void revisionReadsTheStoreAsItWas() {
		assertThat(getOwn().revision(this.start + 1).sync().keyValues()).hasSize(1);
		GetResult old = getOwn().revision(this.start + 3).sync();
		assertThat(names(old)).containsExactly("a", "b", "d");
		assertThat(old.count()).isEqualTo(3);
		assertThat(old.storeRevision()).isEqualTo(this.start + 10);
		assertThat(old.first()).map(KeyValue::version).contains(1L);
		assertThat(this.kv.get(key("a")).revision(this.start + 5).sync().first()).map(KeyValue::version).contains(2L);
		assertThat(this.kv.get(key("a")).revision(this.start + 2).sync().first()).isEmpty();
	}

	@Test
	void revisionReadsWhatWasDeletedSince() {
		long last = put("e", "old");
		put("e", "new");
		long deleted = this.kv.delete(key("e")).sync().revision();
		assertThat(values(this.kv.get(key("e")).revision(last).sync())).containsExactly("old");
		assertThat(values(this.kv.get(key("e")).revision(deleted - 1).sync())).containsExactly("new");
		assertThat(this.kv.get(key("e")).revision(deleted).sync().count()).isZero();
		assertThat(this.kv.get(key("e")).revision(deleted).serializable().sync().count()).isZero();
	}

	@Test
	void futureRevisionIsRefused() {
		long next = revision() + 1;
		assertRefused(this.kv.get(key("a")).revision(next), EtcdException.class, Reason.FUTURE_REVISION);
		assertRefused(getOwn().revision(next + 1000).serializable(), EtcdException.class, Reason.FUTURE_REVISION);
		assertRefused(getOwn().revision(Long.MAX_VALUE), EtcdException.class, Reason.FUTURE_REVISION);
	}

	@ParameterizedTest
	@CsvSource({ "KEY, abcd", "VERSION, bcad", "CREATE_REVISION, dbac", "MOD_REVISION, badc", "VALUE, acbd" })
	void keysAreSorted(SortTarget target, String ascending) {
		List<String> expected = ascending.chars().mapToObj(Character::toString).toList();
		List<String> reversed = new StringBuilder(ascending).reverse().chars().mapToObj(Character::toString).toList();
		assertThat(names(getOwn().sort(target, SortOrder.ASCENDING).sync())).isEqualTo(expected);
		assertThat(names(getOwn().sort(target, SortOrder.DESCENDING).sync())).isEqualTo(reversed);
		GetResult first = getOwn().sort(target, SortOrder.ASCENDING).limit(1).sync();
		assertThat(names(first)).isEqualTo(expected.subList(0, 1));
		assertThat(first.more()).isTrue();
		assertThat(first.count()).isEqualTo(4);
		GetResult last = getOwn().sort(target, SortOrder.DESCENDING).limit(2).sync();
		assertThat(names(last)).isEqualTo(reversed.subList(0, 2));
		assertThat(last.more()).isTrue();
	}

	@Test
	void valuesAreSortedAsUnsignedBytes() {
		this.kv.put(key("v/1"), bytes(0xFF)).sync();
		this.kv.put(key("v/2"), bytes(0x7F)).sync();
		this.kv.put(key("v/3"), bytes()).sync();
		this.kv.put(key("v/4"), bytes(0x7F, 0x00)).sync();
		assertThat(names(this.kv.get(KeyRange.prefix(key("v/"))).sort(SortTarget.VALUE, SortOrder.ASCENDING).sync()))
			.containsExactly("v/3", "v/2", "v/4", "v/1");
	}

	@Test
	void modRevisionsCanBeBounded() {
		// b: 2, a: 6, d: 9, c: 10
		assertThat(names(getOwn().minModRevision(this.start + 6).sync())).containsExactly("a", "c", "d");
		assertThat(names(getOwn().minModRevision(this.start + 7).sync())).containsExactly("c", "d");
		assertThat(names(getOwn().maxModRevision(this.start + 6).sync())).containsExactly("a", "b");
		assertThat(names(getOwn().maxModRevision(this.start + 5).sync())).containsExactly("b");
		assertThat(names(getOwn().minModRevision(this.start + 6).maxModRevision(this.start + 9).sync()))
			.containsExactly("a", "d");
		assertThat(names(getOwn().minModRevision(this.start + 11).sync())).isEmpty();
	}

	@Test
	void createRevisionsCanBeBounded() {
		// d: 1, b: 2, a: 3, c: 4
		assertThat(names(getOwn().minCreateRevision(this.start + 3).sync())).containsExactly("a", "c");
		assertThat(names(getOwn().maxCreateRevision(this.start + 2).sync())).containsExactly("b", "d");
		assertThat(names(getOwn().minCreateRevision(this.start + 2).maxCreateRevision(this.start + 3).sync()))
			.containsExactly("a", "b");
		assertThat(names(getOwn().minCreateRevision(this.start + 2).maxModRevision(this.start + 6).sync()))
			.containsExactly("a", "b");
	}

	@Test
	void countTakesNoNoticeOfBounds() {
		GetResult result = getOwn().minModRevision(this.start + 7).sync();
		assertThat(names(result)).containsExactly("c", "d");
		assertThat(result.count()).isEqualTo(4);
		assertThat(result.more()).isFalse();
	}

	@Test
	void limitCountsWhatIsLeftByTheBounds() {
		GetResult result = getOwn().minModRevision(this.start + 9).limit(1).sync();
		assertThat(names(result)).containsExactly("c");
		assertThat(result.more()).isTrue();
		assertThat(getOwn().minModRevision(this.start + 9).limit(2).sync().more()).isFalse();
	}

	@Test
	void optionsCanBeCombined() {
		GetResult result = getOwn().revision(this.start + 8)
			.minModRevision(this.start + 3)
			.sort(SortTarget.VERSION, SortOrder.DESCENDING)
			.limit(2)
			.keysOnly()
			.serializable()
			.timeout(SOON)
			.sync();
		assertThat(names(result)).isEqualTo(List.of("a", "d"));
		assertThat(values(result)).containsOnly("");
		assertThat(result.more()).isTrue();
		assertThat(result.count()).isEqualTo(4);
	}

	@Test
	void requestCanBeSentAgainAndChanged() {
		GetRequest request = getOwn().limit(1);
		assertThat(names(request.sync())).containsExactly("a");
		assertThat(names(request.limit(2).async().join())).containsExactly("a", "b");
		assertThat(names(request.sync())).containsExactly("a", "b");
	}

}
