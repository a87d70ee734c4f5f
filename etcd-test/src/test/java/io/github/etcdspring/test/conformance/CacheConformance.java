/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.client.cache.CacheEntry;
import io.github.etcdspring.client.cache.CacheListener;
import io.github.etcdspring.client.cache.CacheSnapshot;
import io.github.etcdspring.client.cache.CacheState;
import io.github.etcdspring.client.cache.CacheView;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.TxnResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Caches. Some tests compact the store, so this suite needs one that nobody else uses.
 */
abstract class CacheConformance extends Conformance {

	private RecordingCacheListener listener() {
		return new RecordingCacheListener(this.prefix);
	}

	Cache open(CacheListener... listeners) {
		return open(this.etcd, listeners);
	}

	private Cache open(EtcdClient client, CacheListener... listeners) {
		var request = client.cache(ownKeys());
		List.of(listeners).forEach(request::listener);
		Cache cache = request.open();
		assertThat(cache.ready()).succeedsWithin(SOON);
		return cache;
	}

	private @Nullable String value(CacheSnapshot snapshot, String name) {
		return snapshot.get(key(name)).map(KeyValue::valueAsUtf8).orElse(null);
	}

	private void elsewhere() {
		this.kv.put("/elsewhere" + this.prefix, "x").sync();
	}

	@Test
	void listsAndFollows() {
		put("b", "1");
		long listed = put("a", "1");
		RecordingCacheListener listener = listener();
		try (Cache cache = this.etcd.cache(ownKeys()).listener(listener).open()) {
			assertThat(cache.ready()).succeedsWithin(SOON).isEqualTo(listed);
			assertThat(cache.revision()).isEqualTo(listed);
			assertThat(cache.get(key("a"))).contains(find("a"));
			assertThat(cache.get(key("c"))).isEmpty();
			put("c", "1");
			put("a", "2");
			long last = this.kv.delete(key("b")).sync().revision();
			CacheSnapshot snapshot = cache.atLeast(last).sync();
			assertThat(snapshot.revision()).isEqualTo(last);
			assertThat(snapshot.keyValues()).isEqualTo(this.kv.get(ownKeys()).sync().keyValues());
			assertThat(cache.keyValues()).isEqualTo(snapshot.keyValues());
			assertThat(cache.size()).isEqualTo(2);
			await().untilAsserted(() -> assertThat(listener.told()).containsExactly("PUT a=1", "PUT b=1", "RESYNC",
					"PUT c=1", "PUT a=2 after 1", "DELETE b=1"));
			await().until(cache::isConnected);
		}
		assertThat(listener.closed()).succeedsWithin(SOON).isNull();
		assertThat(listener.told()).endsWith("CLOSED");
	}

	@Test
	void partsAreReadInKeyOrder() {
		for (String name : List.of("b/2", "c", "a", "b/1", "b")) {
			put(name, name);
		}
		try (Cache cache = open()) {
			assertThat(names(cache.keyValues())).containsExactly("a", "b", "b/1", "b/2", "c");
			assertThat(names(cache.keyValues(KeyRange.prefix(key("b/"))))).containsExactly("b/1", "b/2");
			assertThat(names(cache.keyValues(KeyRange.between(key("b"), key("b/2"))))).containsExactly("b", "b/1");
			assertThat(names(cache.keyValues(KeyRange.key(key("c"))))).containsExactly("c");
			assertThat(cache.keyValues(KeyRange.key(key("d")))).isEmpty();
		}
	}

	@Test
	void whatIsOutsideTheRangeIsRefused() {
		try (Cache cache = open()) {
			assertThatIllegalArgumentException().isThrownBy(() -> cache.get("/other"))
				.withMessageContaining("outside the range");
			assertThatIllegalArgumentException().isThrownBy(() -> cache.keyValues(KeyRange.all()));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.keyValues(KeyRange.from(key("a"))));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.keyValues(KeyRange.key("/other")));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.atLeast(0));
		}
	}

	@Test
	void singleKeyCanBeCached() {
		put("a", "1");
		put("ab", "1");
		try (Cache cache = this.etcd.cache(KeyRange.key(key("a"))).open()) {
			cache.ready().join();
			assertThat(names(cache.keyValues())).containsExactly("a");
			long revision = put("a", "2");
			assertThat(value(cache.atLeast(revision).sync(), "a")).isEqualTo("2");
			elsewhere();
			assertThat(value(cache.linearizable().sync(), "a")).isEqualTo("2");
		}
	}

	@Test
	void transactionsAreNeverTorn() throws Exception {
		this.kv.txn().then(Op.put(key("a"), "0"), Op.put(key("b"), "0"), Op.put(key("c0"), "0")).sync();
		try (Cache cache = open()) {
			AtomicBoolean over = new AtomicBoolean();
			List<CompletableFuture<Void>> readers = new ArrayList<>();
			CountDownLatch reading = new CountDownLatch(2);
			for (int i = 0; i < 2; i++) {
				readers.add(CompletableFuture.runAsync(() -> readUntil(over, cache, reading),
						(task) -> new Thread(task, "reader").start()));
			}
			assertThat(reading.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
			long last = 0;
			for (int i = 1; i <= 300; i++) {
				last = this.kv.txn()
					.then(Op.put(key("a"), "" + i), Op.put(key("b"), "" + i), Op.delete(key("c" + (i - 1))),
							Op.put(key("c" + i), "" + i))
					.sync()
					.header()
					.revision();
			}
			CacheSnapshot snapshot = cache.atLeast(last).sync();
			assertThat(names(snapshot.keyValues())).containsExactly("a", "b", "c300");
			over.set(true);
			for (CompletableFuture<Void> reader : readers) {
				reader.get();
			}
		}
	}

	private void readUntil(AtomicBoolean over, Cache cache, CountDownLatch reading) {
		long revision = 0;
		while (!over.get()) {
			List<KeyValue> found = cache.keyValues();
			assertThat(found).hasSize(3).extracting(KeyValue::value).containsOnly(found.get(0).value());
			assertThat(found.get(0).modRevision()).isGreaterThanOrEqualTo(revision);
			revision = found.get(0).modRevision();
			reading.countDown();
		}
	}

	@Test
	void leastRevisionIsWaitedFor() {
		try (Cache cache = open()) {
			for (int i = 0; i < 20; i++) {
				long revision = put("a", "" + i);
				assertThat(value(cache.atLeast(revision).sync(), "a")).isEqualTo("" + i);
			}
			elsewhere();
			long other = revision();
			assertThat(cache.atLeast(other).async()).succeedsWithin(SOON)
				.satisfies((snapshot) -> assertThat(snapshot.revision()).isGreaterThanOrEqualTo(other));
			assertThatExceptionOfType(EtcdTimeoutException.class)
				.isThrownBy(() -> cache.atLeast(other + 1000).timeout(Duration.ofMillis(300)).sync())
				.withMessageContaining("revision " + (other + 1000));
			CompletableFuture<CacheSnapshot> future = cache.atLeast(other + 1).async();
			put("a", "last");
			assertThat(future).succeedsWithin(SOON)
				.satisfies((snapshot) -> assertThat(value(snapshot, "a")).isEqualTo("last"));
		}
	}

	@Test
	void linearizableReadIsNeverStale() {
		put("a", "0");
		try (EtcdClient writer = newClient().build(); Cache cache = open()) {
			for (int i = 1; i <= 15; i++) {
				writer.kv().put(key("a"), "" + i).sync();
				assertThat(value(cache.linearizable().sync(), "a")).isEqualTo("" + i);
				writer.kv().txn().then(Op.put(key("b"), "" + i), Op.put(key("a"), "x" + i)).sync();
				elsewhere();
				CacheSnapshot snapshot = cache.linearizable().sync();
				assertThat(value(snapshot, "b")).isEqualTo("" + i);
				assertThat(value(snapshot, "a")).isEqualTo("x" + i);
				writer.kv().delete(key("b")).sync();
				long elsewhere = writer.kv().put("/elsewhere" + this.prefix, "y").sync().revision();
				snapshot = cache.linearizable().async().join();
				assertThat(value(snapshot, "b")).isNull();
				assertThat(snapshot.revision()).isGreaterThanOrEqualTo(elsewhere);
				assertThat(cache.revision()).isGreaterThanOrEqualTo(elsewhere);
			}
		}
	}

	@Test
	void linearizableReadsOfManyAtOnceAreNeverStale() throws Exception {
		try (EtcdClient writer = newClient().build(); Cache cache = open()) {
			AtomicInteger acknowledged = new AtomicInteger();
			CompletableFuture<Void> writes = CompletableFuture.runAsync(() -> {
				for (int i = 1; i <= 150; i++) {
					writer.kv().put(key("a"), "" + i).sync();
					acknowledged.set(i);
				}
			});
			int reads = 0;
			while (!writes.isDone()) {
				List<CompletableFuture<CacheSnapshot>> asked = new ArrayList<>();
				int least = acknowledged.get();
				for (int i = 0; i < 10; i++) {
					asked.add(cache.linearizable().async());
				}
				for (CompletableFuture<CacheSnapshot> each : asked) {
					String found = value(each.get(), "a");
					assertThat((found != null) ? Integer.parseInt(found) : 0).isGreaterThanOrEqualTo(least);
					reads++;
				}
			}
			writes.join();
			assertThat(reads).isPositive();
		}
	}

	@Test
	void compactionDuringAnOutageIsMetWithTheDifference() {
		put("kept", "1");
		put("changed", "1");
		put("deleted", "1");
		RecordingCacheListener listener = listener();
		try (Line line = new Line(this.etcd.endpoints().get(0));
				EtcdClient client = EtcdClient.builder().endpoints(line.endpoint()).build();
				Cache cache = open(client, listener)) {
			await().until(cache::isConnected);
			line.cut();
			await().until(() -> cache.state() == CacheState.DISCONNECTED);
			put("changed", "2");
			put("changed", "3");
			put("made", "1");
			long last = this.kv.delete(key("deleted")).sync().revision();
			this.kv.compact(last).sync();
			assertThat(value(cache.snapshot(), "changed")).isEqualTo("1");
			assertThat(cache.isConnected()).isFalse();
			line.mend();
			CacheSnapshot snapshot = cache.atLeast(last).timeout(SOON).sync();
			assertThat(snapshot.keyValues()).isEqualTo(this.kv.get(ownKeys()).sync().keyValues());
			await().atMost(SOON).until(cache::isConnected);
			// A server says that it watches before it says that the history is gone.
			await().untilAsserted(() -> assertThat(listener.told())
				.startsWith("PUT changed=1", "PUT deleted=1", "PUT kept=1", "RESYNC", "DISCONNECTED")
				.endsWith("DISCONNECTED", "PUT changed=3 after 1", "DELETE deleted=1", "PUT made=1", "RESYNC",
						"RESUMED")
				.hasSizeLessThanOrEqualTo(12));
			// Up to 100 ms later, or at once: then there was no time to resume in
			// between.
			if (listener.told().size() == 12) {
				assertThat(listener.disconnection()).isInstanceOf(CompactedException.class);
			}
			long after = put("kept", "2");
			assertThat(value(cache.atLeast(after).sync(), "kept")).isEqualTo("2");
		}
	}

	@Test
	void outageWithoutCompactionMissesNothing() {
		RecordingCacheListener listener = listener();
		try (Line line = new Line(this.etcd.endpoints().get(0));
				EtcdClient client = EtcdClient.builder().endpoints(line.endpoint()).build();
				Cache cache = open(client, listener)) {
			put("a", "1");
			await().until(() -> cache.size() == 1 && cache.isConnected());
			line.cut();
			await().until(() -> cache.state() == CacheState.DISCONNECTED);
			put("a", "2");
			put("a", "3");
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> cache.linearizable().timeout(Duration.ofMillis(500)).sync());
			assertThat(value(cache.snapshot(), "a")).isEqualTo("1");
			line.mend();
			assertThat(value(cache.linearizable().timeout(SOON).sync(), "a")).isEqualTo("3");
			await().untilAsserted(() -> assertThat(listener.told()).containsExactly("RESYNC", "PUT a=1", "DISCONNECTED",
					"RESUMED", "PUT a=2 after 1", "PUT a=3 after 2"));
			assertThat(listener.disconnection()).isNotNull();
		}
	}

	@Test
	void serverThatIsDownIsWaitedFor() {
		put("a", "1");
		RecordingCacheListener listener = listener();
		try (Line line = new Line(this.etcd.endpoints().get(0));
				EtcdClient client = EtcdClient.builder()
					.endpoints(line.endpoint())
					.connectTimeout(Duration.ofSeconds(1))
					.build()) {
			line.cut();
			try (Cache cache = client.cache(ownKeys()).listener(listener).open()) {
				await().untilAsserted(() -> assertThat(listener.told()).containsExactly("DISCONNECTED"));
				assertThat(cache.state()).isEqualTo(CacheState.LOADING);
				assertThatIllegalStateException().isThrownBy(() -> cache.get(key("a")))
					.withMessageContaining("ready()");
				CompletableFuture<CacheSnapshot> read = cache.linearizable().async();
				line.mend();
				assertThat(cache.ready()).succeedsWithin(SOON);
				await().untilAsserted(() -> assertThat(listener.told()).containsExactly("DISCONNECTED", "PUT a=1",
						"RESYNC", "RESUMED"));
				read.cancel(true);
			}
		}
	}

	@Test
	void leaseExpiryIsADeletion() {
		long lease = this.etcd.leases().grant(Duration.ofSeconds(2)).sync().id();
		RecordingCacheListener listener = listener();
		try (Cache cache = open(listener)) {
			this.kv.put(key("a"), "1").lease(lease).sync();
			await().atMost(SOON).until(() -> cache.size() == 1);
			assertThat(cache.get(key("a"))).map(KeyValue::lease).contains(lease);
			await().atMost(SOON).until(() -> cache.size() == 0);
			await().untilAsserted(() -> assertThat(listener.told()).containsExactly("RESYNC", "PUT a=1", "DELETE a=1"));
		}
	}

	@Test
	void twentyThousandKeysAreReadInPages() {
		List<CompletableFuture<TxnResult>> writes = new ArrayList<>();
		for (int i = 0; i < 20_000; i += 100) {
			List<Op> ops = new ArrayList<>();
			for (int k = i; k < i + 100; k++) {
				ops.add(Op.put(key("%05d".formatted(k)), "v" + k));
			}
			writes.add(this.kv.txn().then(ops).async());
		}
		writes.forEach(CompletableFuture::join);
		RecordingCacheListener listener = listener();
		try (Cache cache = this.etcd.cache(ownKeys()).pageSize(3000).listener(listener).open()) {
			assertThat(cache.ready()).succeedsWithin(SOON);
			List<KeyValue> found = cache.keyValues();
			assertThat(found).hasSize(20_000).isSortedAccordingTo((a, b) -> a.key().compareTo(b.key()));
			assertThat(cache.get(key("19999"))).map(KeyValue::valueAsUtf8).contains("v19999");
			assertThat(cache.keyValues(KeyRange.prefix(key("000")))).hasSize(100);
			long deleted = this.kv.delete(ownKeys()).sync().revision();
			CacheSnapshot snapshot = cache.atLeast(deleted).sync();
			assertThat(snapshot.size()).isZero();
			assertThat(found).hasSize(20_000);
			await().atMost(SOON).untilAsserted(() -> assertThat(listener.picture()).isEmpty());
			await().atMost(SOON).until(() -> listener.told().size() >= 40_001);
		}
	}

	@Test
	void rangeThatIsTooLargeIsAnError() {
		put("a", "x".repeat(3000));
		RecordingCacheListener listener = listener();
		try (Cache cache = this.etcd.cache(ownKeys()).maxBytes(2000).listener(listener).open()) {
			assertThat(cache.ready()).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(TooLargeException.class)
				.withMessageContaining("maxBytes(2000)");
			assertThat(listener.closed()).succeedsWithin(SOON).isInstanceOf(TooLargeException.class);
			assertThat(cache.state()).isEqualTo(CacheState.CLOSED);
		}
		assertThat(listener.told()).containsExactly("CLOSED");
	}

	@Test
	void rangeThatOutgrowsItsMemoryIsAnError() {
		put("a", "x".repeat(1000));
		RecordingCacheListener listener = listener();
		try (Cache cache = this.etcd.cache(ownKeys()).maxBytes(4000).listener(listener).open()) {
			cache.ready().join();
			long revision = put("a", "y".repeat(3000));
			assertThat(cache.atLeast(revision).sync().size()).isEqualTo(1);
			put("b", "z".repeat(1000));
			assertThat(listener.closed()).succeedsWithin(SOON).isInstanceOf(TooLargeException.class);
			assertThatExceptionOfType(TooLargeException.class).isThrownBy(() -> cache.get(key("a")))
				.withMessageNotContaining(this.prefix);
			assertThatExceptionOfType(TooLargeException.class).isThrownBy(() -> cache.linearizable().sync());
		}
	}

	@Test
	void viewDecodesOncePerChange() {
		put("a", "1");
		put("b", "not a number");
		AtomicInteger decodings = new AtomicInteger();
		try (Cache cache = open()) {
			CacheView<Integer> view = cache.view((keyValue) -> {
				decodings.incrementAndGet();
				return Integer.valueOf(keyValue.valueAsUtf8());
			});
			assertThat(view.get(key("a"))).contains(1);
			assertThat(view.get(key("a"))).contains(1);
			assertThat(view.get(key("c"))).isEmpty();
			assertThat(decodings).hasValue(1);
			assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> view.get(key("b")));
			assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> view.get(key("b")));
			assertThat(decodings).hasValue(2);
			List<CacheEntry<Integer>> entries = view.entries();
			assertThat(entries.get(0).value()).isEqualTo(1);
			assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> entries.get(1).value());
			assertThat(decodings).hasValue(2);
			cache.atLeast(put("b", "2")).sync();
			assertThat(view.entries()).extracting(CacheEntry::value).containsExactly(1, 2);
			assertThat(view.entries(KeyRange.key(key("b")))).singleElement()
				.satisfies((entry) -> assertThat(entry.keyValue()).isEqualTo(find("b")));
			assertThat(decodings).hasValue(3);
			cache.atLeast(this.kv.delete(key("a")).sync().revision()).sync();
			assertThat(view.get(key("a"))).isEmpty();
		}
	}

	@Test
	void listenerMayThrow() {
		put("a", "1");
		RecordingCacheListener listener = new RecordingCacheListener(this.prefix) {

			@Override
			public synchronized void onPut(KeyValue now, @Nullable KeyValue before) {
				super.onPut(now, before);
				throw new IllegalStateException("a listener of a test");
			}

		};
		try (Cache cache = open(listener)) {
			put("b", "1");
			await().untilAsserted(() -> assertThat(listener.told()).containsExactly("PUT a=1", "RESYNC", "PUT b=1"));
			assertThat(cache.size()).isEqualTo(2);
		}
		assertThat(listener.closed()).succeedsWithin(SOON);
	}

	@Test
	void listenerMayCloseTheCache() {
		CompletableFuture<Cache> opened = new CompletableFuture<>();
		RecordingCacheListener listener = new RecordingCacheListener(this.prefix) {

			@Override
			public void onPut(KeyValue now, @Nullable KeyValue before) {
				super.onPut(now, before);
				opened.join().close();
			}

		};
		put("a", "1");
		put("b", "1");
		try (Cache cache = this.etcd.cache(ownKeys()).listener(listener).open()) {
			opened.complete(cache);
			assertThat(listener.closed()).succeedsWithin(SOON).isNull();
			assertThat(listener.told()).containsExactly("PUT a=1", "CLOSED");
		}
	}

	@Test
	void listenerMayCloseTheClient() {
		EtcdClient client = newClient().build();
		RecordingCacheListener listener = new RecordingCacheListener(this.prefix) {

			@Override
			public void onPut(KeyValue now, @Nullable KeyValue before) {
				super.onPut(now, before);
				client.close();
			}

		};
		Cache cache = open(client, listener);
		put("a", "1");
		assertThat(listener.closed()).succeedsWithin(SOON).isInstanceOf(ClientClosedException.class);
		assertThat(listener.told()).containsExactly("RESYNC", "PUT a=1", "CLOSED");
		assertThatExceptionOfType(ClientClosedException.class).isThrownBy(cache::snapshot);
	}

	@Test
	void slowListenerDelaysNobodyAndGetsTheDifference() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		RecordingCacheListener slow = new RecordingCacheListener(this.prefix) {

			@Override
			public void onResync(long revision) {
				super.onResync(revision);
				try {
					gate.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}

		};
		put("gone", "1");
		RecordingCacheListener quick = listener();
		try (Cache other = open(quick);
				Cache cache = this.etcd.cache(ownKeys()).listenerBufferBytes(5000).listener(slow).open()) {
			await().untilAsserted(() -> assertThat(slow.told()).endsWith("RESYNC"));
			for (int i = 1; i <= 100; i++) {
				put("a", "" + i);
			}
			this.kv.delete(key("gone")).sync();
			long last = put("b", "1");
			assertThat(cache.atLeast(last).sync().size()).isEqualTo(2);
			await().untilAsserted(() -> assertThat(quick.told()).hasSize(104));
			assertThat(quick.told()).endsWith("DELETE gone=1", "PUT b=1");
			assertThat(slow.told()).containsExactly("PUT gone=1", "RESYNC");
			gate.countDown();
			await().untilAsserted(() -> assertThat(slow.told()).containsExactly("PUT gone=1", "RESYNC", "PUT a=100",
					"PUT b=1", "DELETE gone=1", "RESYNC"));
			put("a", "101");
			await().untilAsserted(() -> assertThat(slow.told()).endsWith("RESYNC", "PUT a=101 after 100"));
		}
	}

	@Test
	void laterListenerBeginsWithWhatIsThere() {
		put("a", "1");
		try (Cache cache = open()) {
			RecordingCacheListener late = listener();
			cache.addListener(late);
			put("b", "1");
			await().untilAsserted(() -> assertThat(late.told()).containsExactly("PUT a=1", "RESYNC", "PUT b=1"));
			cache.removeListener(late);
			cache.atLeast(put("c", "1")).sync();
			assertThat(late.told()).hasSize(3);
		}
	}

	@Test
	void closedCacheIsOfNoMoreUse() {
		Cache cache = open();
		CompletableFuture<CacheSnapshot> waiting = cache.atLeast(Long.MAX_VALUE).async();
		cache.close();
		cache.close();
		assertThat(waiting).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(ClientClosedException.class);
		assertThat(cache.state()).isEqualTo(CacheState.CLOSED);
		assertThatExceptionOfType(ClientClosedException.class).isThrownBy(cache::snapshot);
		assertThatExceptionOfType(ClientClosedException.class).isThrownBy(() -> cache.linearizable().sync());
		assertThat(cache.atLeast(1).async()).isCompletedExceptionally();
		RecordingCacheListener late = listener();
		cache.addListener(late);
		assertThat(late.closed()).succeedsWithin(SOON).isNull();
	}

	@Test
	void namespaceIsApplied() {
		RecordingCacheListener listener = new RecordingCacheListener("");
		try (EtcdClient inside = newClient().namespace(this.prefix).build();
				Cache cache = inside.cache(KeyRange.all()).listener(listener).pageSize(1).open()) {
			cache.ready().join();
			put("a", "1");
			put("b", "1");
			this.kv.put(this.prefix, "the namespace itself").sync();
			elsewhere();
			CacheSnapshot snapshot = cache.linearizable().sync();
			assertThat(snapshot.keyValues()).extracting(KeyValue::keyAsUtf8).containsExactly("", "a", "b");
			assertThat(snapshot.get("a")).map(KeyValue::valueAsUtf8).contains("1");
			await().untilAsserted(() -> assertThat(listener.told()).hasSize(4));
			try (Cache again = inside.cache(KeyRange.all()).pageSize(1).open()) {
				again.ready().join();
				assertThat(again.keyValues()).isEqualTo(snapshot.keyValues());
				elsewhere();
				assertThat(again.linearizable().sync().keyValues()).isEqualTo(snapshot.keyValues());
			}
		}
	}

}
