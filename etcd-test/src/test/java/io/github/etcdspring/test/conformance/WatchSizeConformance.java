/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Much at once: fragments, large revisions, and listeners that are slower than the
 * changes.
 */
abstract class WatchSizeConformance extends Conformance {

	private static final int KIB = 1024;

	/**
	 * Write a transaction of many keys.
	 * @param keys how many
	 * @param size the size of each value
	 * @return the revision
	 */
	private long putAtOnce(int keys, int size) {
		Op[] puts = IntStream.range(0, keys).mapToObj((i) -> Op.put(key("k" + i), "x".repeat(size))).toArray(Op[]::new);
		return this.kv.txn().then(puts).sync().revision();
	}

	@Test
	void largeHistoryComesInFragmentsAndIsWhole() {
		List<Long> revisions = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			revisions.add(put("a", i + "x".repeat(60 * KIB)));
		}
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).fromRevision(revisions.get(0)).open(listener)) {
			await().until(() -> listener.batches().size() >= 100);
			assertThat(listener.batches()).extracting(WatchBatch::revision).isEqualTo(revisions);
			assertThat(watch.nextRevision()).isEqualTo(revisions.get(99) + 1);
		}
	}

	@Test
	void revisionThatIsTornIntoFragmentsIsOneBatch() {
		putAtOnce(24, 60 * KIB);
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).previousValues().open(listener)) {
			watch.ready().join();
			long second = putAtOnce(24, 60 * KIB);
			long third = put("small", "1");
			await().until(() -> listener.batches().size() == 2);
			assertThat(listener.batches()).extracting(WatchBatch::revision).containsExactly(second, third);
			assertThat(listener.batches().get(0).events()).hasSize(24)
				.allSatisfy((event) -> assertThat(event.previous()).isNotNull());
		}
	}

	@Test
	void revisionThatIsLargerThanPermittedEndsTheWatch() {
		RecordingListener listener = new RecordingListener();
		RecordingListener other = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).maxBatchBytes(100 * KIB).open(listener);
				Watch unlimited = this.etcd.watch(ownKeys()).open(other)) {
			watch.ready().join();
			unlimited.ready().join();
			long small = put("a", "1");
			putAtOnce(3, 60 * KIB);
			assertThat(listener.closed()).succeedsWithin(SOON).satisfies((closed) -> {
				assertThat(closed.nextRevision()).isEqualTo(small + 1);
				assertThat(closed.cause()).isInstanceOf(TooLargeException.class);
			});
			assertThat(listener.batches()).hasSize(1);
			await().until(() -> other.batches().size() == 2);
		}
	}

	@Test
	void slowListenerMissesNothingAndSeesNothingTwice() {
		Semaphore permits = new Semaphore(0);
		RecordingListener slow = new RecordingListener() {
			@Override
			public void onBatch(WatchBatch batch) {
				permits.acquireUninterruptibly();
				super.onBatch(batch);
			}
		};
		RecordingListener other = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).bufferBytes(16 * KIB).open(slow);
				Watch second = this.etcd.watch(ownKeys()).open(other)) {
			watch.ready().join();
			second.ready().join();
			// The second half overflows for the third time, on a stream of its own.
			for (int round = 1; round <= 6; round++) {
				for (int i = 0; i < 50; i++) {
					put("a", "x".repeat(KIB));
				}
				int expected = 50 * round;
				await().until(() -> other.batches().size() == expected);
				permits.release(40);
				int handled = 40 * round;
				await().until(() -> slow.batches().size() == handled);
			}
			permits.release(10_000);
			await().until(() -> slow.batches().size() >= 300);
			assertThat(slow.events()).isEqualTo(other.events());
			assertThat(slow.batches()).extracting(WatchBatch::revision).doesNotHaveDuplicates().isSorted();
			assertThat(slow.disconnections()).isEmpty();
			put("a", "last");
			await().until(() -> slow.batches().size() == 301);
		}
		finally {
			permits.release(1_000_000);
		}
	}

	@Test
	void slowListenersOfLargeTransactionsGetThemWhole() {
		List<Long> revisions = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			revisions.add(putAtOnce(20, 60 * KIB));
		}
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(KeyRange.prefix(key("k")))
			.fromRevision(revisions.get(0))
			.previousValues()
			.bufferBytes(KIB)
			.open(listener)) {
			await().atMost(SOON).until(() -> listener.batches().size() >= 10);
			assertThat(listener.batches()).extracting(WatchBatch::revision).isEqualTo(revisions);
			assertThat(listener.batches()).allSatisfy((batch) -> assertThat(batch.events()).hasSize(20));
			assertThat(watch.nextRevision()).isEqualTo(revisions.get(9) + 1);
		}
	}

	@Test
	void transactionsOfManyKeysAreNeverTorn() {
		long first = revision() + 1;
		for (int i = 0; i < 20; i++) {
			putAtOnce(100, 10);
		}
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).fromRevision(first).open(listener)) {
			await().until(() -> listener.events().size() >= 2000);
			assertThat(listener.batches()).hasSize(20).allSatisfy((batch) -> assertThat(batch.events()).hasSize(100));
			assertThat(watch.ready()).succeedsWithin(SOON).isEqualTo(first);
		}
	}

}
