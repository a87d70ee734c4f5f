/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.proto.WatchRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/**
 * Changes for those who ask for them: publishers and iterators.
 */
class WatchPullTests extends ScriptedWatchTests {

	private Subscriber subscribe(Subscriber subscriber) {
		watches().watch(KeyRange.all()).fromRevision(5).publisher().subscribe(subscriber);
		return subscriber;
	}

	/**
	 * Begin the watch and send batches on the first stream.
	 * @param events the events
	 * @return the id
	 */
	private long send(String... events) {
		long id = WatchAnswers.accept(stream(1), 1, 100);
		for (String each : events) {
			stream(1).reply(WatchAnswers.events(id, each));
		}
		return id;
	}

	private void assertCancelled() {
		await().until(() -> stream(1).cancelled().isDone());
	}

	@Test
	void subscriberGetsNoMoreThanItAsksFor() {
		Subscriber subscriber = subscribe(new Subscriber());
		long id = send("5=a,6=b,7=c");
		await().until(() -> subscriber.subscription != null);
		assertThat(subscriber.all()).isEmpty();
		subscriber.subscription().request(1);
		subscriber.expect("5");
		subscriber.subscription().request(1);
		subscriber.expect("5", "6");
		subscriber.subscription().request(Long.MAX_VALUE);
		subscriber.subscription().request(Long.MAX_VALUE);
		stream(1).reply(WatchAnswers.events(id, "8=d"));
		subscriber.expect("5", "6", "7", "8");
	}

	@Test
	void subscriberThatAsksWithinItsCallsIsNotCalledInThem() {
		Subscriber subscriber = new Subscriber();
		subscriber.whenSubscribed = (subscription) -> subscription.request(1);
		subscriber.whenNext = (subscription) -> subscription.request(1);
		subscribe(subscriber);
		send("5=a,6=b,7=c", "8=d");
		subscriber.expect("5", "6", "7", "8");
	}

	@Test
	void subscriberMayCancelInEachCall() {
		Subscriber atOnce = new Subscriber();
		atOnce.whenSubscribed = Flow.Subscription::cancel;
		watches().watch(KeyRange.key("at once")).publisher().subscribe(atOnce);
		Subscriber later = new Subscriber();
		later.whenSubscribed = (subscription) -> subscription.request(10);
		later.whenNext = Flow.Subscription::cancel;
		Watches watches = watches();
		watches.watch(KeyRange.all()).fromRevision(5).publisher().subscribe(later);
		await().until(() -> this.server.streams(ScriptedServer.WATCH).stream().anyMatch(WatchPullTests::isAskedForAll));
		ScriptedStream stream = this.server.streams(ScriptedServer.WATCH)
			.stream()
			.filter(WatchPullTests::isAskedForAll)
			.findFirst()
			.orElseThrow();
		long id = WatchAnswers.accept(stream, 1, 100);
		stream.reply(WatchAnswers.events(id, "5=a,6=b"));
		stream.reply(WatchAnswers.compacted(id, 50));
		await().until(() -> stream.cancelled().isDone());
		later.expect("5");
		assertThat(atOnce.all()).isEmpty();
		later.subscription().request(0);
		later.subscription().request(1);
		later.subscription().cancel();
		later.drained();
		later.expect("5");
	}

	private static boolean isAskedForAll(ScriptedStream stream) {
		return stream.requests(WatchRequest.parser())
			.stream()
			.anyMatch((request) -> request.getCreateRequest().getKey().equals(ByteString.copyFrom(new byte[1])));
	}

	@Test
	void subscriberThatAsksForNothingIsToldSo() {
		Subscriber subscriber = new Subscriber();
		subscriber.whenSubscribed = (subscription) -> subscription.request(0);
		subscribe(subscriber);
		subscriber.expect("error IllegalArgumentException");
		subscriber.subscription().request(-1);
		subscriber.subscription().request(1);
		subscriber.drained();
		subscriber.expect("error IllegalArgumentException");
	}

	@Test
	void subscriberThatThrowsHasCancelled() {
		Subscriber subscriber = new Subscriber();
		subscriber.whenSubscribed = (subscription) -> subscription.request(10);
		subscriber.whenNext = (subscription) -> {
			throw new IllegalStateException("a test says so");
		};
		subscribe(subscriber);
		send("5=a,6=b");
		assertCancelled();
		subscriber.expect("5");
	}

	@Test
	void subscriberThatThrowsAtOnceHasCancelled() {
		Subscriber subscriber = new Subscriber();
		subscriber.whenSubscribed = (subscription) -> {
			stream(1);
			throw new IllegalStateException("a test says so");
		};
		subscribe(subscriber);
		stream(1);
		assertCancelled();
		assertThat(subscriber.all()).isEmpty();
	}

	@Test
	void endIsAnErrorAfterWhatWasAskedFor() {
		Subscriber subscriber = subscribe(new Subscriber());
		long id = send("5=a,6=b");
		stream(1).reply(WatchAnswers.compacted(id, 50));
		assertCancelled();
		subscriber.drained();
		assertThat(subscriber.all()).isEmpty();
		subscriber.subscription().request(5);
		subscriber.expect("5", "6", "error CompactedException");
	}

	@Test
	void clientThatIsClosedIsAnErrorAtOnce() {
		Subscriber subscriber = subscribe(new Subscriber());
		send("5=a,6=b");
		await().until(() -> subscriber.subscription != null);
		closeClients();
		subscriber.expect("error ClientClosedException");
	}

	@Test
	void subscriberMustBeThere() {
		assertThatNullPointerException().isThrownBy(() -> watches().watch(KeyRange.all()).publisher().subscribe(null));
	}

	@Test
	void slowSubscriberHoldsTheServerBack() {
		Subscriber subscriber = new Subscriber();
		watches().watch(KeyRange.all()).fromRevision(10).bufferBytes(1024).publisher().subscribe(subscriber);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		int all = 3000;
		String filler = "k".repeat(10_000);
		for (int i = 10; i < all; i++) {
			stream(1).reply(WatchAnswers.events(id, i + "=" + filler));
		}
		await().until(() -> subscriber.subscription != null);
		for (int i = 10; i < all; i++) {
			subscriber.subscription().request(1);
		}
		await().until(() -> subscriber.all().size() == all - 10);
		for (int i = 10; i < all; i++) {
			assertThat(subscriber.all().get(i - 10)).isEqualTo(String.valueOf(i));
		}
	}

	@Test
	void iteratorGivesBatchesInOrder() {
		try (WatchIterator iterator = watches().watch(KeyRange.all()).fromRevision(5).iterate()) {
			send("5=a,6=b", "7=c");
			assertThat(iterator.ready().join()).isEqualTo(5);
			assertThat(iterator.next().revision()).isEqualTo(5);
			assertThat(iterator.nextRevision()).isEqualTo(6);
			assertThat(iterator.hasNext()).isTrue();
			assertThat(iterator.nextRevision()).as("not taken yet").isEqualTo(6);
			assertThat(iterator.hasNext()).isTrue();
			assertThat(iterator.next().revision()).isEqualTo(6);
			assertThat(iterator.nextRevision()).isEqualTo(7);
			assertThat(iterator.poll(Duration.ofSeconds(10)))
				.hasValueSatisfying((batch) -> assertThat(batch.revision()).isEqualTo(7));
			assertThat(iterator.nextRevision()).isEqualTo(8);
			assertThat(iterator.poll(Duration.ZERO)).isEmpty();
		}
	}

	@Test
	void iteratorThrowsAtTheEndButGivesWhatHadComeBefore() {
		try (WatchIterator iterator = watches().watch(KeyRange.all()).fromRevision(5).iterate()) {
			long id = send("5=a");
			stream(1).reply(WatchAnswers.compacted(id, 50));
			assertCancelled();
			assertThat(iterator.hasNext()).isTrue();
			assertThat(iterator.next().revision()).isEqualTo(5);
			assertThatExceptionOfType(CompactedException.class).isThrownBy(iterator::hasNext);
			assertThatExceptionOfType(CompactedException.class).isThrownBy(() -> iterator.poll(Duration.ZERO));
			assertThat(iterator.nextRevision()).isEqualTo(6);
		}
	}

	/** Remembers what it was told, in words. */
	private static final class Subscriber implements Flow.Subscriber<WatchBatch> {

		private final List<String> told = new ArrayList<>();

		private volatile Flow.@Nullable Subscription subscription;

		private Consumer<Flow.Subscription> whenSubscribed = (subscription) -> {
		};

		private Consumer<Flow.Subscription> whenNext = (subscription) -> {
		};

		private boolean inside;

		Flow.Subscription subscription() {
			return Objects.requireNonNull(this.subscription);
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			this.whenSubscribed.accept(subscription);
		}

		@Override
		public void onNext(WatchBatch batch) {
			assertThat(this.inside).isFalse();
			this.inside = true;
			add(String.valueOf(batch.revision()));
			this.whenNext.accept(subscription());
			this.inside = false;
		}

		@Override
		public void onError(Throwable cause) {
			add("error " + cause.getClass().getSimpleName());
		}

		@Override
		public void onComplete() {
			add("complete");
		}

		private synchronized void add(String text) {
			this.told.add(text);
		}

		synchronized List<String> all() {
			return List.copyOf(this.told);
		}

		void expect(String... expected) {
			await().untilAsserted(() -> assertThat(all()).containsExactly(expected));
		}

		/** Wait until the calls that were on their way have been made. */
		void drained() {
			await().during(Duration.ofMillis(100)).until(() -> true);
		}

	}

}
