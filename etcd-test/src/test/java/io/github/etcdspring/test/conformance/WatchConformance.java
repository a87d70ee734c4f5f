/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchEvent;
import io.github.etcdspring.client.watch.WatchRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * What a watch sees.
 */
abstract class WatchConformance extends Conformance {

	@Test
	void fromNowSeesWhatComes() {
		put("a", "0");
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener)) {
			long start = watch.ready().join();
			long first = put("a", "1");
			assertThat(start).isEqualTo(first);
			put("b", "2");
			this.kv.delete(key("a")).sync();
			await().untilAsserted(() -> assertThat(listener.described(this.prefix)).containsExactly("PUT a=1",
					"PUT b=2", "DELETE a"));
			assertThat(listener.batches()).extracting(WatchBatch::revision)
				.containsExactly(first, first + 1, first + 2);
			assertThat(watch.nextRevision()).isEqualTo(first + 3);
			assertThat(listener.batches()).allSatisfy((batch) -> {
				assertThat(batch.header().memberId()).isNotZero();
				assertThat(batch.header().revision()).isGreaterThanOrEqualTo(batch.revision());
			});
		}
		assertThat(listener.closed()).succeedsWithin(SOON).satisfies((closed) -> assertThat(closed.cause()).isNull());
	}

	@Test
	void historyIsReplayedInOrder() {
		long first = put("a", "1");
		put("a", "2");
		put("a", "3");
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(KeyRange.key(key("a"))).fromRevision(first).open(listener)) {
			assertThat(watch.ready()).succeedsWithin(SOON).isEqualTo(first);
			put("a", "4");
			await().untilAsserted(() -> assertThat(listener.described(this.prefix)).containsExactly("PUT a=1",
					"PUT a=2", "PUT a=3", "PUT a=4"));
		}
	}

	@Test
	void transactionIsOneBatch() {
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).previousValues().open(listener)) {
			watch.ready().join();
			put("a", "0");
			this.kv.txn().then(Op.put(key("a"), "1"), Op.put(key("b"), "2"), Op.put(key("c"), "3")).sync();
			await().until(() -> listener.batches().size() == 2);
			List<WatchEvent> events = listener.batches().get(1).events();
			assertThat(events).hasSize(3);
			assertThat(events.get(0).previous()).isNotNull()
				.satisfies((kv) -> assertThat(kv.valueAsUtf8()).isEqualTo("0"));
			assertThat(events.get(1).previous()).isNull();
			assertThat(events.get(1).isCreate()).isTrue();
		}
	}

	@Test
	void eachKindOfRangeSeesItsOwnKeys() {
		record Case(KeyRange range, List<String> expected) {

			Case(KeyRange range, String... expected) {
				this(range, List.of(expected));
			}

		}
		List<Case> cases = List.of(new Case(KeyRange.key(key("b")), "b"),
				new Case(KeyRange.prefix(key("b")), "b", "ba"),
				new Case(KeyRange.between(key("b"), key("c")), "b", "ba"),
				new Case(KeyRange.from(key("ba")), "ba", "c"), new Case(ownKeys(), "a", "b", "ba", "c"),
				new Case(KeyRange.all(), "a", "b", "ba", "c"));
		List<RecordingListener> listeners = new ArrayList<>();
		List<Watch> watches = new ArrayList<>();
		try {
			for (Case each : cases) {
				listeners.add(new RecordingListener());
				watches.add(this.etcd.watch(each.range()).open(listeners.get(listeners.size() - 1)));
			}
			watches.forEach((watch) -> watch.ready().join());
			List.of("a", "b", "ba", "c").forEach((name) -> put(name, "1"));
			for (int i = 0; i < cases.size(); i++) {
				RecordingListener listener = listeners.get(i);
				List<String> expected = cases.get(i).expected();
				await().untilAsserted(() -> assertThat(ownNames(listener)).isEqualTo(expected));
			}
		}
		finally {
			watches.forEach(Watch::close);
		}
	}

	// A watch of all keys sees also those of tests that run beside this one.
	private List<String> ownNames(RecordingListener listener) {
		return listener.events()
			.stream()
			.map((event) -> event.keyValue().keyAsUtf8())
			.filter((name) -> name.startsWith(this.prefix))
			.map((name) -> name.substring(this.prefix.length()))
			.toList();
	}

	@Test
	void futureRevisionIsWaitedFor() {
		long now = put("a", "0");
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).fromRevision(now + 3).open(listener)) {
			assertThat(watch.ready()).succeedsWithin(SOON).isEqualTo(now + 3);
			long revision = now;
			for (int i = 1; revision < now + 5; i++) {
				revision = put("a", String.valueOf(i));
			}
			await().untilAsserted(() -> assertThat(listener.batches()).extracting(WatchBatch::revision)
				.containsExactly(now + 3, now + 4, now + 5));
		}
	}

	@Test
	void previousValuesAreToldOfPutsAndDeletions() {
		RecordingListener listener = new RecordingListener();
		RecordingListener plain = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).previousValues().open(listener);
				Watch other = this.etcd.watch(ownKeys()).open(plain)) {
			watch.ready().join();
			other.ready().join();
			put("a", "1");
			put("a", "2");
			this.kv.delete(key("a")).sync();
			put("a", "3");
			await().until(() -> listener.events().size() == 4 && plain.events().size() == 4);
			assertThat(listener.events()).extracting(WatchConformance::previousValue)
				.containsExactly(null, "1", "2", null);
			assertThat(listener.events()).extracting(WatchEvent::isCreate).containsExactly(true, false, false, true);
			assertThat(plain.events()).extracting(WatchEvent::previous).containsOnlyNulls();
		}
	}

	private static @Nullable String previousValue(WatchEvent event) {
		KeyValue previous = event.previous();
		return (previous != null) ? previous.valueAsUtf8() : null;
	}

	@Test
	void filtersLeaveOutWhatTheySay() {
		RecordingListener puts = new RecordingListener();
		RecordingListener deletes = new RecordingListener();
		try (Watch first = this.etcd.watch(ownKeys()).withoutDeletes().open(puts);
				Watch second = this.etcd.watch(ownKeys()).withoutPuts().open(deletes)) {
			first.ready().join();
			second.ready().join();
			put("a", "1");
			this.kv.delete(key("a")).sync();
			put("a", "2");
			this.kv.delete(key("a")).sync();
			await().untilAsserted(
					() -> assertThat(deletes.described(this.prefix)).containsExactly("DELETE a", "DELETE a"));
			await().untilAsserted(() -> assertThat(puts.described(this.prefix)).containsExactly("PUT a=1", "PUT a=2"));
		}
	}

	@Test
	void eventSaysWhatHappened() {
		long lease = this.etcd.leases().grant(LONG).sync().id();
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener)) {
			watch.ready().join();
			long created = this.kv.put(key("a"), "1").lease(lease).sync().revision();
			long changed = this.kv.put(key("a"), "2").lease(lease).sync().revision();
			this.kv.put(key("b"), "3").lease(lease).sync();
			this.etcd.leases().revoke(lease).sync();
			await().until(() -> listener.events().size() == 5);
			assertThat(listener.events().get(0)).satisfies((event) -> {
				assertThat(event.isCreate()).isTrue();
				assertThat(event.keyValue().lease()).isEqualTo(lease);
				assertThat(event.keyValue().createRevision()).isEqualTo(created);
			});
			assertThat(listener.events().get(1)).satisfies((event) -> {
				assertThat(event.isPut()).isTrue();
				assertThat(event.isCreate()).isFalse();
				assertThat(event.keyValue().modRevision()).isEqualTo(changed);
				assertThat(event.keyValue().createRevision()).isEqualTo(created);
				assertThat(event.keyValue().version()).isEqualTo(2);
			});
			assertThat(listener.batches()).hasSize(4);
			assertThat(listener.batches().get(3).events()).allSatisfy((event) -> {
				assertThat(event.isDelete()).isTrue();
				assertThat(event.isCreate()).isFalse();
				assertThat(event.keyValue().value().length()).isZero();
			});
		}
	}

	@Test
	void expiryOfALeaseIsADeletion() {
		long lease = this.etcd.leases().grant(Duration.ofSeconds(1)).sync().id();
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).previousValues().open(listener)) {
			watch.ready().join();
			this.kv.put(key("a"), "1").lease(lease).sync();
			await().atMost(SOON).until(() -> listener.events().size() == 2);
			assertThat(listener.described(this.prefix)).containsExactly("PUT a=1", "DELETE a");
			assertThat(listener.events().get(1)).extracting(WatchConformance::previousValue).isEqualTo("1");
		}
	}

	@Test
	void historyOfDeletedKeysIsToldToo() {
		long first = put("a", "1");
		this.kv.delete(key("a")).sync();
		put("b", "2");
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).fromRevision(first).previousValues().open(listener)) {
			await().untilAsserted(() -> assertThat(listener.described(this.prefix)).containsExactly("PUT a=1",
					"DELETE a", "PUT b=2"));
			assertThat(listener.events()).extracting(WatchConformance::previousValue).containsExactly(null, "1", null);
			assertThat(watch.nextRevision()).isEqualTo(first + 3);
		}
	}

	@Test
	void anotherWatchGoesOnWhereOneEnded() {
		RecordingListener first = new RecordingListener();
		Watch watch = this.etcd.watch(ownKeys()).open(first);
		watch.ready().join();
		put("a", "1");
		await().until(() -> first.batches().size() == 1);
		watch.close();
		put("a", "2");
		assertThat(first.closed()).succeedsWithin(SOON);
		RecordingListener second = new RecordingListener();
		try (Watch next = this.etcd.watch(ownKeys()).fromRevision(first.closed().join().nextRevision()).open(second)) {
			put("a", "3");
			await()
				.untilAsserted(() -> assertThat(second.described(this.prefix)).containsExactly("PUT a=2", "PUT a=3"));
			assertThat(next.nextRevision()).isPositive();
		}
		assertThat(first.described(this.prefix)).containsExactly("PUT a=1");
	}

	@Test
	void badArgumentsAreRefusedAtTheCall() {
		WatchRequest request = this.etcd.watch(ownKeys());
		assertThatIllegalArgumentException().isThrownBy(() -> this.etcd.watch(missing()))
			.withMessageContaining("range");
		assertThatIllegalArgumentException().isThrownBy(() -> request.fromRevision(0)).withMessageContaining("0");
		assertThatIllegalArgumentException().isThrownBy(() -> request.fromRevision(-3)).withMessageContaining("-3");
		assertThatIllegalArgumentException().isThrownBy(() -> request.maxRetries(-2)).withMessageContaining("-2");
		assertThatIllegalArgumentException().isThrownBy(() -> request.bufferBytes(1023)).withMessageContaining("1023");
		assertThatIllegalArgumentException().isThrownBy(() -> request.maxBatchBytes(0)).withMessageContaining("0");
		assertThatIllegalArgumentException().isThrownBy(() -> request.open(missing()))
			.withMessageContaining("listener");
		WatchRequest nothing = this.etcd.watch(ownKeys()).withoutPuts().withoutDeletes();
		assertThatIllegalArgumentException().isThrownBy(() -> nothing.open(new RecordingListener()))
			.withMessageContaining("withoutPuts");
		assertThatIllegalArgumentException().isThrownBy(nothing::iterate).withMessageContaining("withoutPuts");
		assertThatIllegalArgumentException().isThrownBy(nothing::publisher).withMessageContaining("withoutPuts");
	}

	@SuppressWarnings({ "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T missing() {
		return null;
	}

	@Test
	void namespaceIsAllThatIsSeen() {
		RecordingListener all = new RecordingListener();
		RecordingListener open = new RecordingListener();
		RecordingListener single = new RecordingListener();
		RecordingListener deletions = new RecordingListener();
		try (EtcdClient client = newClient().namespace(key("ns/")).build();
				Watch first = client.watch(KeyRange.all()).previousValues().open(all);
				Watch second = client.watch(KeyRange.from("b")).open(open);
				Watch third = client.watch(KeyRange.key("a")).open(single);
				Watch fourth = client.watch(KeyRange.prefix("")).withoutPuts().open(deletions)) {
			List.of(first, second, third, fourth).forEach((watch) -> watch.ready().join());
			put("ns", "before");
			put("ns0", "behind");
			client.kv().put("a", "1").sync();
			client.kv().put("b", "2").sync();
			client.kv().delete("a").sync();
			put("nt", "behind");
			await()
				.untilAsserted(() -> assertThat(all.described("")).containsExactly("PUT a=1", "PUT b=2", "DELETE a"));
			assertThat(all.events().get(2).previous()).isNotNull()
				.satisfies((previous) -> assertThat(previous.keyAsUtf8()).isEqualTo("a"));
			await().untilAsserted(() -> assertThat(open.described("")).containsExactly("PUT b=2"));
			await().untilAsserted(() -> assertThat(single.described("")).containsExactly("PUT a=1", "DELETE a"));
			await().untilAsserted(() -> assertThat(deletions.described("")).containsExactly("DELETE a"));
		}
	}

}
