/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchIterator;
import io.github.etcdspring.test.BeforeEtcd;
import io.github.etcdspring.test.SinceEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Watches of what is compacted, and progress, which keeps clear of it. Needs a server
 * that nobody else uses.
 */
abstract class WatchCompactionConformance extends Conformance {

	private long compact() {
		put("a", "1");
		put("a", "2");
		long revision = put("a", "3");
		put("a", "4");
		this.kv.compact(revision).sync();
		return revision;
	}

	private static void assertCompacted(WatchClosed closed, long start, long compacted) {
		assertThat(closed.nextRevision()).isEqualTo(start);
		assertThat(closed.cause()).isInstanceOfSatisfying(CompactedException.class,
				(cause) -> assertThat(cause.compactedRevision()).hasValue(compacted));
	}

	@Test
	void startThatIsCompactedIsReportedWithTheRevision() {
		long compacted = compact();
		RecordingListener listener = new RecordingListener();
		Watch watch = this.etcd.watch(ownKeys()).fromRevision(compacted - 1).open(listener);
		// The server says so only after it has begun to watch.
		Throwable failure = catchThrowable(() -> watch.ready().join());
		if (failure != null) {
			assertThat(failure).isInstanceOf(CompletionException.class).hasCauseInstanceOf(CompactedException.class);
		}
		assertThat(listener.closed()).succeedsWithin(SOON)
			.satisfies((closed) -> assertCompacted(closed, compacted - 1, compacted));
		assertThat(listener.batches()).isEmpty();
	}

	@Test
	void compactedRevisionItselfIsStillThere() {
		long compacted = compact();
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).fromRevision(compacted).open(listener)) {
			put("a", "5");
			await().untilAsserted(
					() -> assertThat(listener.described(this.prefix)).containsExactly("PUT a=3", "PUT a=4", "PUT a=5"));
			assertThat(watch.nextRevision()).isEqualTo(compacted + 3);
		}
	}

	@Test
	void compactionEndsNoWatchThatIsUpToDateAndNoOther() {
		RecordingListener listener = new RecordingListener();
		RecordingListener late = new RecordingListener();
		try (Watch watch = this.etcd.watch(ownKeys()).open(listener)) {
			watch.ready().join();
			compact();
			this.etcd.watch(ownKeys()).fromRevision(1).open(late);
			assertThat(late.closed()).succeedsWithin(SOON);
			put("a", "5");
			await().until(() -> listener.batches().size() == 5);
			assertThat(listener.closed()).isNotDone();
		}
	}

	@Test
	void iteratorAndPublisherReportItToo() {
		long compacted = compact();
		try (WatchIterator changes = this.etcd.watch(ownKeys()).fromRevision(1).iterate()) {
			assertThatExceptionOfType(CompactedException.class).isThrownBy(changes::hasNext)
				.satisfies((ex) -> assertThat(ex.compactedRevision()).hasValue(compacted));
			assertThatExceptionOfType(CompactedException.class).isThrownBy(changes::next);
		}
		AtomicReference<Throwable> failure = new AtomicReference<>();
		this.etcd.watch(ownKeys()).fromRevision(1).publisher().subscribe(new Flow.Subscriber<WatchBatch>() {
			@Override
			public void onSubscribe(Flow.Subscription subscription) {
				subscription.request(1);
			}

			@Override
			public void onNext(WatchBatch batch) {
			}

			@Override
			public void onError(Throwable cause) {
				failure.set(cause);
			}

			@Override
			public void onComplete() {
			}
		});
		await().untilAsserted(() -> assertThat(failure.get()).isInstanceOf(CompactedException.class));
	}

	@Test
	@SinceEtcd(value = "3.5.13", reason = "older ones, and 3.4 before 3.4.31, may be ahead of themselves")
	void progressIsToldAndRemembered() {
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(KeyRange.key(key("quiet"))).progress().open(listener)) {
			long start = watch.ready().join();
			put("other", "1");
			long revision = put("other", "2");
			await().atMost(SOON).until(() -> {
				watch.requestProgress();
				return listener.progress().contains(revision);
			});
			assertThat(listener.progress()).isSorted()
				.allSatisfy((each) -> assertThat(each).isBetween(start - 1, revision));
			assertThat(watch.nextRevision()).isEqualTo(revision + 1);
			put("quiet", "3");
			await().until(() -> listener.batches().size() == 1);
			assertThat(watch.nextRevision()).isEqualTo(revision + 2);
		}
		assertThat(listener.closed()).succeedsWithin(SOON);
	}

	@Test
	@BeforeEtcd(value = "3.5.13", reason = "they may be ahead of themselves")
	void progressThatMayBeWrongIsNotTold() {
		RecordingListener listener = new RecordingListener();
		try (Watch watch = this.etcd.watch(KeyRange.key(key("quiet"))).progress().open(listener)) {
			long start = watch.ready().join();
			put("other", "1");
			for (int i = 0; i < 5; i++) {
				watch.requestProgress();
				put("quiet", String.valueOf(i));
				int expected = i + 1;
				await().until(() -> listener.batches().size() == expected);
			}
			assertThat(watch.nextRevision()).isEqualTo(start + 6);
			assertThat(listener.progress()).isEmpty();
		}
	}

	@Test
	void watchOfProgressSeesChangesInOrder() {
		try (EtcdClient writer = newClient().build()) {
			RecordingListener listener = new RecordingListener();
			try (Watch watch = this.etcd.watch(ownKeys()).progress().open(listener)) {
				long start = watch.ready().join();
				List<CompletableFuture<?>> puts = new ArrayList<>();
				for (int i = 0; i < 100; i++) {
					puts.add(writer.kv().put(key("a"), String.valueOf(i)).async());
					watch.requestProgress();
				}
				puts.forEach((put) -> assertThat(put).succeedsWithin(SOON));
				await().atMost(Duration.ofSeconds(20)).until(() -> listener.batches().size() == 100);
				assertThat(listener.batches().get(0).revision()).isEqualTo(start);
				assertThat(listener.batches().get(99).revision()).isEqualTo(start + 99);
				assertThat(listener.progress()).isSorted();
			}
		}
	}

}
