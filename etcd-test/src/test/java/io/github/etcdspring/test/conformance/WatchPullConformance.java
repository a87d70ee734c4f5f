/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchIterator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Changes for those who ask for them: iterators and publishers.
 */
abstract class WatchPullConformance extends Conformance {

	private static final int KIB = 1024;

	@Test
	void loopSeesEveryChange() {
		try (WatchIterator changes = this.etcd.watch(ownKeys()).iterate()) {
			long start = changes.ready().join();
			for (int i = 0; i < 20; i++) {
				put("a", String.valueOf(i));
			}
			for (int i = 0; i < 20; i++) {
				assertThat(changes.hasNext()).isTrue();
				assertThat(changes.next().revision()).isEqualTo(start + i);
				assertThat(changes.nextRevision()).isEqualTo(start + i + 1);
			}
			assertThat(changes.poll(Duration.ofMillis(50))).isEmpty();
			assertThat(changes.poll(Duration.ZERO)).isEmpty();
			put("a", "last");
			assertThat(changes.poll(SOON)).hasValueSatisfying(
					(batch) -> assertThat(batch.events().get(0).keyValue().valueAsUtf8()).isEqualTo("last"));
			assertThatIllegalArgumentException().isThrownBy(() -> changes.poll(Duration.ofSeconds(-1)))
				.withMessageContaining("timeout");
		}
	}

	@Test
	void closingEndsALoopThatWaits() throws Exception {
		WatchIterator changes = this.etcd.watch(ownKeys()).iterate();
		changes.ready().join();
		CompletableFuture<Integer> loop = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			int count = 0;
			while (changes.hasNext()) {
				changes.next();
				count++;
			}
			loop.complete(count);
		});
		thread.start();
		put("a", "1");
		await()
			.until(() -> changes.nextRevision() > changes.ready().join() && thread.getState() != Thread.State.RUNNABLE);
		changes.close();
		assertThat(loop).succeedsWithin(SOON).isEqualTo(1);
		assertThat(changes.hasNext()).isFalse();
		assertThat(changes.poll(SOON)).isEmpty();
		thread.join();
	}

	@Test
	void interruptEndsTheWaitingAndNotTheWatch() throws Exception {
		try (WatchIterator changes = this.etcd.watch(ownKeys()).iterate()) {
			changes.ready().join();
			CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				EtcdException failure = catchThrowableOfType(EtcdException.class, changes::hasNext);
				interrupted.complete(failure != null && failure.reason() == Reason.INTERRUPTED
						&& Thread.currentThread().isInterrupted());
			});
			thread.start();
			await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
			thread.interrupt();
			assertThat(interrupted).succeedsWithin(SOON).isEqualTo(true);
			thread.join();
			put("a", "1");
			assertThat(changes.poll(SOON)).isPresent();
		}
	}

	@Test
	void closedClientEndsALoop() throws Exception {
		WatchIterator changes;
		try (EtcdClient client = newClient().build()) {
			changes = client.watch(ownKeys()).iterate();
			changes.ready().join();
		}
		assertThatExceptionOfType(EtcdException.class).isThrownBy(changes::hasNext)
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.CLOSED));
	}

	@Test
	void loopOnANetworkThreadIsRefused() {
		CompletableFuture<Throwable> refused = new CompletableFuture<>();
		try (EtcdClient client = newClient().callbackExecutor(Runnable::run).build();
				WatchIterator changes = client.watch(ownKeys()).iterate();
				Watch watch = client.watch(ownKeys())
					.open((batch) -> refused.complete(catchThrowable(changes::hasNext)))) {
			watch.ready().join();
			put("a", "1");
			assertThat(refused).succeedsWithin(SOON)
				.satisfies((ex) -> assertThat(ex).isInstanceOf(IllegalStateException.class));
		}
	}

	@Test
	void loopThatIsLateFindsEverything() {
		try (WatchIterator changes = this.etcd.watch(ownKeys()).bufferBytes(KIB).iterate()) {
			changes.ready().join();
			List<Long> written = new ArrayList<>();
			for (int i = 0; i < 300; i++) {
				written.add(put("a", "x".repeat(8 * KIB)));
			}
			List<Long> seen = new ArrayList<>();
			while (seen.size() < 300) {
				seen.add(changes.next().revision());
			}
			assertThat(seen).isEqualTo(written);
		}
	}

	@Test
	void subscriberGetsWhatItAsksFor() {
		Subscriber subscriber = new Subscriber();
		long first = revision() + 1;
		this.etcd.watch(ownKeys()).fromRevision(first).bufferBytes(KIB).publisher().subscribe(subscriber);
		List<Long> written = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			written.add(put("a", "x".repeat(8 * KIB)));
		}
		Flow.Subscription subscription = subscriber.subscription.orTimeout(20, TimeUnit.SECONDS).join();
		for (int i = 1; i <= 200; i++) {
			int expected = i;
			assertThat(subscriber.seen()).hasSize(i - 1);
			subscription.request(1);
			await().pollInterval(Duration.ofMillis(1)).until(() -> subscriber.seen().size() == expected);
		}
		assertThat(subscriber.seen()).isEqualTo(written);
		subscription.cancel();
		put("a", "unseen");
		subscription.request(10);
		assertThat(subscriber.seen()).hasSize(200);
		assertThat(subscriber.failure).isNotDone();
	}

	@Test
	void eachSubscriberHasItsOwnWatch() {
		Flow.Publisher<WatchBatch> publisher = this.etcd.watch(ownKeys()).fromRevision(revision() + 1).publisher();
		Subscriber first = new Subscriber();
		Subscriber second = new Subscriber();
		publisher.subscribe(first);
		publisher.subscribe(second);
		first.subscription.orTimeout(20, TimeUnit.SECONDS).join().request(5);
		put("a", "1");
		await().until(() -> first.seen().size() == 1);
		assertThat(second.seen()).isEmpty();
		first.subscription.join().cancel();
		second.subscription.orTimeout(20, TimeUnit.SECONDS).join().request(5);
		put("a", "2");
		await().until(() -> second.seen().size() == 2);
		second.subscription.join().cancel();
	}

	/** Remembers the revisions it was given. */
	private static final class Subscriber implements Flow.Subscriber<WatchBatch> {

		private final List<Long> seen = new ArrayList<>();

		private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

		private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription.complete(subscription);
		}

		@Override
		public synchronized void onNext(WatchBatch batch) {
			this.seen.add(batch.revision());
		}

		@Override
		public void onError(Throwable cause) {
			this.failure.complete(cause);
		}

		@Override
		public void onComplete() {
			this.failure.completeExceptionally(new AssertionError("A watch is never complete"));
		}

		synchronized List<Long> seen() {
			return List.copyOf(this.seen);
		}

	}

}
