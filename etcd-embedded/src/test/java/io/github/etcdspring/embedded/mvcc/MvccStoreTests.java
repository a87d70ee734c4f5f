/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class MvccStoreTests {

	private static final ByteString NONE = ByteString.EMPTY;

	private static final ByteString FROM_KEY = ByteString.copyFrom(new byte[1]);

	private final MvccStore store = new MvccStore();

	@Test
	void emptyStoreHasRevisionOneAndNoCompaction() {
		assertThat(this.store.revision()).isEqualTo(1);
		assertThat(this.store.compactedRevision()).isEqualTo(-1);
		assertThat(this.store.sizeBytes()).isZero();
	}

	@Test
	void putCountsVersionsAndDeleteBeginsAnew() {
		put("a", "1");
		put("a", "2");
		assertThat(get("a", 0)).isEqualTo(keyValue("a", "2", 2, 3, 2));
		delete("a");
		assertThat(get("a", 0)).isNull();
		put("a", "3");
		assertThat(get("a", 0)).isEqualTo(keyValue("a", "3", 5, 5, 1));
		assertThat(get("a", 3)).isEqualTo(keyValue("a", "2", 2, 3, 2));
		assertThat(get("a", 4)).isNull();
		assertThat(this.store.revision()).isEqualTo(5);
	}

	@Test
	void deleteOfNothingMakesNoRevision() {
		try (Change change = this.store.begin()) {
			assertThat(change.deleteRange(key("a"), NONE)).isEmpty();
			assertThat(change.commit()).isEmpty();
		}
		assertThat(this.store.revision()).isEqualTo(1);
	}

	@Test
	void changeSeesItselfAndOthersSeeItOnceCommitted() {
		put("a", "1");
		try (Change change = this.store.begin()) {
			change.put(key("b"), key("2"), 0, false, false);
			assertThat(change.revision()).isEqualTo(3);
			assertThat(change.range(key("a"), key("z"), 0, RangeOptions.ALL).keyValues()).hasSize(2);
			assertThat(change.range(key("b"), NONE, 2, RangeOptions.ALL).count()).isZero();
			change.commit();
		}
		assertThat(get("b", 0)).isEqualTo(keyValue("b", "2", 3, 3, 1));
	}

	@Test
	void changeWithoutCommitLeavesNoTrace() {
		put("a", "1");
		long size = this.store.sizeBytes();
		try (Change change = this.store.begin()) {
			change.put(key("a"), key("2"), 0, false, false);
			change.put(key("b"), key("2"), 0, false, false);
			change.deleteRange(key("a"), FROM_KEY);
		}
		assertThat(this.store.revision()).isEqualTo(2);
		assertThat(this.store.sizeBytes()).isEqualTo(size);
		assertThat(this.store.range(FROM_KEY, FROM_KEY, 0, RangeOptions.ALL).keyValues())
			.containsExactly(keyValue("a", "1", 2, 2, 1));
		put("a", "2");
		assertThat(get("a", 0)).isEqualTo(keyValue("a", "2", 2, 3, 2));
	}

	@Test
	void secondOpenChangeIsRefused() {
		try (Change change = this.store.begin()) {
			assertThat(change.revision()).isEqualTo(1);
			assertThatIllegalStateException().isThrownBy(this.store::begin);
		}
		this.store.begin().close();
	}

	@Test
	void deleteAndPutOfOneKeyInOneRevision() {
		put("a", "1");
		try (Change change = this.store.begin()) {
			change.deleteRange(key("a"), NONE);
			change.put(key("a"), key("2"), 0, false, false);
			change.commit();
		}
		assertThat(get("a", 0)).isEqualTo(keyValue("a", "2", 3, 3, 1));
		assertThat(this.store.history(3, 3, 10).get(0).events()).extracting((each) -> each.event().getType())
			.containsExactly(Event.EventType.DELETE, Event.EventType.PUT);
	}

	@Test
	void eventsTellWhatTheRevisionBeforeHad() {
		Leases leases = new Leases(7L);
		this.store.leases(leases);
		put("a", "1");
		try (Change change = this.store.begin()) {
			change.put(key("a"), key("2"), 7, false, false);
			change.put(key("b"), key("2"), 7, false, false);
			assertThat(change.deleteRange(key("a"), FROM_KEY)).extracting(KeyValue::getModRevision)
				.containsExactly(3L, 3L);
			change.commit();
		}
		assertThat(this.store.history(3, 3, 10).get(0).events()).extracting(Committed::previous)
			.containsExactly(keyValue("a", "1", 2, 2, 1), null, keyValue("a", "1", 2, 2, 1), null);
		assertThat(leases.calls).containsExactly("attach a 7", "attach b 7", "detach a 7", "detach b 7");
	}

	@Test
	void ignoreValueAndLeaseKeepWhatIsThere() {
		this.store.leases(new Leases(7L, 8L));
		try (Change change = this.store.begin()) {
			change.put(key("a"), key("1"), 7, false, false);
			change.commit();
		}
		try (Change change = this.store.begin()) {
			change.put(key("a"), NONE, 8, true, false);
			change.commit();
		}
		assertThat(get("a", 0)).returns(key("1"), KeyValue::getValue).returns(8L, KeyValue::getLease);
		try (Change change = this.store.begin()) {
			change.put(key("a"), key("2"), 0, false, true);
			change.commit();
		}
		assertThat(get("a", 0)).returns(key("2"), KeyValue::getValue).returns(8L, KeyValue::getLease);
		try (Change change = this.store.begin()) {
			expect(EtcdError.KEY_NOT_FOUND, () -> change.put(key("b"), NONE, 0, true, false));
			expect(EtcdError.LEASE_NOT_FOUND, () -> change.put(key("b"), NONE, 9, false, false));
		}
	}

	@Test
	void leasesHearOfKeysWhenTheChangeIsCommitted() {
		Leases leases = new Leases(7L, 8L);
		this.store.leases(leases);
		try (Change change = this.store.begin()) {
			change.put(key("a"), key("1"), 7, false, false);
			assertThat(leases.calls).isEmpty();
			change.commit();
		}
		try (Change change = this.store.begin()) {
			change.put(key("a"), key("1"), 7, false, false);
			change.put(key("a"), key("1"), 8, false, false);
			change.deleteRange(key("a"), NONE);
			change.commit();
		}
		assertThat(leases.calls).containsExactly("attach a 7", "detach a 7", "attach a 8", "detach a 8");
	}

	@Test
	void rangesAreHalfOpenAndOfUnsignedBytes() {
		for (String each : List.of("a", "a\0", "ab", "b", "\u00ff")) {
			put(each, "1");
		}
		assertThat(keys("a", "b")).containsExactly("a", "a\0", "ab");
		assertThat(keys("a", "")).containsExactly("a");
		assertThat(keys("ab", "\0")).containsExactly("ab", "b", "\u00ff");
		assertThat(keys("\0", "\0")).hasSize(5);
		assertThat(keys("b", "a")).isEmpty();
		assertThat(keys("a", "a")).isEmpty();
	}

	@Test
	void limitDoesNotLimitTheCount() {
		for (int i = 0; i < 5; i++) {
			put("k" + i, "1");
		}
		RangeResult found = this.store.range(key("k"), key("l"), 0, new RangeOptions(2, false));
		assertThat(found.keyValues()).hasSize(2);
		assertThat(found.count()).isEqualTo(5);
		assertThat(this.store.range(key("k"), key("l"), 0, RangeOptions.COUNT)).returns(5L, RangeResult::count)
			.returns(List.of(), RangeResult::keyValues);
	}

	@Test
	void compactionKeepsTheNewestVersionUnlessItIsATombstone() {
		put("a", "1");
		put("a", "2");
		put("b", "1");
		delete("b");
		put("c", "1");
		long before = this.store.sizeBytes();
		this.store.compact(6);
		assertThat(this.store.sizeBytes()).isLessThan(before);
		assertThat(this.store.compactedRevision()).isEqualTo(6);
		assertThat(get("a", 6)).isEqualTo(keyValue("a", "2", 2, 3, 2));
		assertThat(get("b", 6)).isNull();
		expect(EtcdError.COMPACTED, () -> get("a", 5));
		expect(EtcdError.FUTURE_REV, () -> get("a", 7));
		expect(EtcdError.COMPACTED, () -> this.store.compact(6));
		expect(EtcdError.FUTURE_REV, () -> this.store.compact(7));
		expect(EtcdError.COMPACTED, () -> this.store.history(5, 6, 10));
	}

	@Test
	void compactionOfAnEmptyStoreIsAcceptedOnce() {
		expect(EtcdError.COMPACTED, () -> this.store.compact(-1));
		this.store.compact(0);
		this.store.compact(1);
		expect(EtcdError.COMPACTED, () -> this.store.compact(1));
		put("a", "1");
		assertThat(this.store.history(2, 2, 1)).hasSize(1);
	}

	@Test
	void tombstoneOfTheCompactedRevisionStaysInTheHistory() {
		put("a", "1");
		delete("a");
		put("b", "1");
		this.store.compact(3);
		List<Revision> history = this.store.history(3, 4, 10);
		assertThat(history).extracting(Revision::revision).containsExactly(3L, 4L);
		assertThat(history.get(0).events().get(0).event().getType()).isEqualTo(Event.EventType.DELETE);
		assertThat(history.get(0).events().get(0).previous()).isNull();
		assertThat(get("a", 3)).isNull();
		this.store.compact(4);
		assertThat(this.store.find(Key.of(key("a")))).isNull();
	}

	@Test
	void everythingDeletedAndCompactedTakesNoSpace() {
		for (int i = 0; i < 100; i++) {
			put("k" + i, "value");
		}
		try (Change change = this.store.begin()) {
			change.deleteRange(key("k"), key("l"));
			change.commit();
		}
		put("x", "1");
		delete("x");
		this.store.compact(this.store.revision() - 1);
		this.store.compact(this.store.revision());
		put("y", "1");
		long one = this.store.sizeBytes();
		this.store.compact(this.store.revision());
		assertThat(this.store.sizeBytes()).isLessThanOrEqualTo(one).isLessThan(100);
	}

	@Test
	void historyEndsWithTheRevisionThatReachesTheNumberOfEvents() {
		try (Change change = this.store.begin()) {
			change.put(key("a"), key("1"), 0, false, false);
			change.put(key("b"), key("1"), 0, false, false);
			change.commit();
		}
		put("c", "1");
		assertThat(this.store.history(2, 3, 1)).hasSize(1);
		assertThat(this.store.history(2, 3, 3)).hasSize(2);
		assertThat(this.store.history(2, 99, 3)).hasSize(2);
		assertThat(this.store.history(4, 9, 3)).isEmpty();
	}

	@Test
	void listenersHearRevisionsWithPreviousPairs() {
		List<Revision> heard = new ArrayList<>();
		this.store.addListener(heard::add);
		put("a", "1");
		put("a", "2");
		delete("a");
		assertThat(heard).extracting(Revision::revision).containsExactly(2L, 3L, 4L);
		assertThat(heard.get(0).events().get(0).previous()).isNull();
		assertThat(heard.get(2).events().get(0).previous()).isEqualTo(keyValue("a", "2", 2, 3, 2));
		assertThat(heard.get(2).events().get(0).event().getKv())
			.isEqualTo(KeyValue.newBuilder().setKey(key("a")).setModRevision(4).build());
	}

	@Test
	void hashIsEqualForEqualContent() {
		MvccStore other = new MvccStore();
		for (MvccStore each : List.of(this.store, other)) {
			try (Change change = each.begin()) {
				change.put(key("a"), key("1"), 0, false, false);
				change.commit();
			}
		}
		assertThat(this.store.hash(0)).isEqualTo(other.hash(0));
		put("a", "2");
		assertThat(this.store.hash(0)).isNotEqualTo(other.hash(0));
		assertThat(this.store.hash(2)).isEqualTo(other.hash(2));
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void randomSequencesAnswerAsANaiveStore(long seed) {
		Random random = new Random(seed);
		NaiveStore naive = new NaiveStore();
		List<Revision> heard = new ArrayList<>();
		this.store.addListener(heard::add);
		for (int i = 0; i < 1500; i++) {
			boolean commit = random.nextInt(10) > 0;
			try (Change change = this.store.begin()) {
				NaiveStore.Draft draft = naive.begin();
				for (int op = random.nextInt(4); op >= 0; op--) {
					String key = name(random);
					if (random.nextInt(3) > 0) {
						String value = "v" + random.nextInt(1000);
						change.put(key(key), key(value), 0, false, false);
						draft.put(key, value);
					}
					else {
						String end = end(random);
						assertThat(change.deleteRange(key(key), key(end))).isEqualTo(draft.delete(key, end));
					}
				}
				if (commit) {
					change.commit();
					draft.commit();
				}
			}
			assertThat(this.store.revision()).isEqualTo(naive.revision());
			if (random.nextInt(50) == 0) {
				compact(random);
			}
			compareOneRead(random, naive);
		}
		compareHistory(naive, heard);
	}

	private void compact(Random random) {
		long oldest = Math.max(0, this.store.compactedRevision() + 1);
		if (oldest <= this.store.revision()) {
			this.store.compact(oldest + random.nextInt((int) (this.store.revision() - oldest + 1)));
		}
	}

	private void compareOneRead(Random random, NaiveStore naive) {
		String key = name(random);
		String end = end(random);
		long revision = 1 + random.nextInt((int) this.store.revision());
		if (revision < this.store.compactedRevision()) {
			expect(EtcdError.COMPACTED, () -> this.store.range(key(key), key(end), revision, RangeOptions.ALL));
			return;
		}
		List<KeyValue> expected = naive.range(key, end, revision);
		RangeResult found = this.store.range(key(key), key(end), revision, RangeOptions.ALL);
		assertThat(found.keyValues()).isEqualTo(expected);
		assertThat(found.count()).isEqualTo(expected.size());
	}

	/**
	 * Whoever reads at a revision and applies what follows has the newest content.
	 */
	private void compareHistory(NaiveStore naive, List<Revision> heard) {
		long from = Math.max(1, this.store.compactedRevision());
		TreeMap<String, KeyValue> content = new TreeMap<>();
		naive.range("\0", "\0", from).forEach((each) -> content.put(each.getKey().toStringUtf8(), each));
		List<Revision> history = this.store.history(from + 1, this.store.revision(), Integer.MAX_VALUE);
		assertThat(history).isEqualTo(heard.subList(heard.size() - history.size(), heard.size()));
		long next = from + 1;
		for (Revision revision : history) {
			assertThat(revision.revision()).isEqualTo(next++);
			TreeMap<String, KeyValue> before = new TreeMap<>(content);
			for (Committed each : revision.events()) {
				String key = each.event().getKv().getKey().toStringUtf8();
				boolean created = each.event().getKv().getCreateRevision() == revision.revision();
				assertThat(each.previous()).isEqualTo(created ? null : before.get(key));
				if (each.event().getType() == Event.EventType.PUT) {
					content.put(key, each.event().getKv());
				}
				else {
					content.remove(key);
				}
			}
		}
		assertThat(content.values()).containsExactlyElementsOf(naive.range("\0", "\0", naive.revision()));
	}

	private static String name(Random random) {
		return "k" + (char) ('a' + random.nextInt(12));
	}

	private static String end(Random random) {
		return switch (random.nextInt(4)) {
			case 0 -> "\0";
			case 1 -> name(random);
			default -> "";
		};
	}

	private void put(String key, String value) {
		try (Change change = this.store.begin()) {
			change.put(key(key), key(value), 0, false, false);
			change.commit();
		}
	}

	private void delete(String key) {
		try (Change change = this.store.begin()) {
			assertThat(change.deleteRange(key(key), NONE)).hasSize(1);
			change.commit();
		}
	}

	private @Nullable KeyValue get(String key, long revision) {
		List<KeyValue> found = this.store.range(key(key), NONE, revision, RangeOptions.ALL).keyValues();
		return found.isEmpty() ? null : found.get(0);
	}

	private List<String> keys(String key, String end) {
		return this.store.range(key(key), key(end), 0, RangeOptions.ALL)
			.keyValues()
			.stream()
			.map((each) -> each.getKey().toStringUtf8())
			.toList();
	}

	private static void expect(EtcdError error, Runnable action) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(action::run)
			.satisfies((ex) -> assertThat(ex.getStatus().getDescription()).isEqualTo(error.text()));
	}

	private static ByteString key(String text) {
		return ByteString.copyFromUtf8(text);
	}

	private static KeyValue keyValue(String key, String value, long created, long modified, long version) {
		return KeyValue.newBuilder()
			.setKey(key(key))
			.setValue(key(value))
			.setCreateRevision(created)
			.setModRevision(modified)
			.setVersion(version)
			.build();
	}

	/**
	 * Some leases, and what they heard.
	 */
	private static final class Leases implements LeaseKeys {

		private final List<Long> known;

		private final List<String> calls = new ArrayList<>();

		private Leases(Long... known) {
			this.known = List.of(known);
		}

		@Override
		public void attach(ByteString key, long lease) {
			this.calls.add("attach " + key.toStringUtf8() + " " + lease);
		}

		@Override
		public void detach(ByteString key, long lease) {
			this.calls.add("detach " + key.toStringUtf8() + " " + lease);
		}

		@Override
		public boolean exists(long lease) {
			return this.known.contains(lease);
		}

	}

}
