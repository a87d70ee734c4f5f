/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.Pages;
import io.github.etcdspring.client.transport.CallObserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Reading a range page by page. One test compacts the store, so this suite needs one that
 * nobody else uses.
 */
abstract class PagingConformance extends Conformance {

	private static final int OPS_PER_TXN = 100;

	private static String number(int number) {
		return String.format("%05d", number);
	}

	private void fill(int keys) {
		List<CompletableFuture<?>> writes = new ArrayList<>();
		for (int begin = 0; begin < keys; begin += OPS_PER_TXN) {
			List<Op> puts = IntStream.range(begin, Math.min(keys, begin + OPS_PER_TXN))
				.mapToObj((i) -> (Op) Op.put(key(number(i)), "v" + i))
				.toList();
			writes.add(this.kv.txn().then(puts).async());
		}
		writes.forEach(CompletableFuture::join);
	}

	private List<List<String>> pages(KeyRange range, int size) {
		List<List<String>> pages = new ArrayList<>();
		this.kv.get(range).pages(size).forEach((page) -> pages.add(names(page)));
		return pages;
	}

	@Test
	void pagesOfFiveThousandKeysAreOfOneRevisionWhileTheyChange() {
		int keys = 5000;
		fill(keys);
		List<KeyValue> before = this.kv.get(ownKeys()).sync().keyValues();
		assertThat(before).hasSize(keys);
		AtomicBoolean stopped = new AtomicBoolean();
		AtomicInteger writes = new AtomicInteger();
		CompletableFuture<Void> writer = CompletableFuture.completedFuture(null);
		List<KeyValue> read = new ArrayList<>();
		try {
			for (GetResult page : this.kv.get(ownKeys()).pages(500)) {
				if (read.isEmpty()) {
					writer = CompletableFuture.runAsync(() -> change(keys, stopped, writes));
				}
				read.addAll(page.keyValues());
				int seen = writes.get();
				Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> writes.get() > seen + 2);
			}
		}
		finally {
			stopped.set(true);
		}
		assertThat(writer).succeedsWithin(SOON);
		assertThat(read).isEqualTo(before);
		assertThat(this.kv.get(ownKeys()).sync().keyValues()).isNotEqualTo(before);
	}

	// From the end, where the pages come last.
	private void change(int keys, AtomicBoolean stopped, AtomicInteger writes) {
		for (int i = keys - 1; !stopped.get(); i = (i > 3) ? i - 3 : keys - 1) {
			this.kv.put(key(number(i)), "changed").sync();
			this.kv.delete(key(number(i - 1))).sync();
			this.kv.put(key(number(i) + "/new"), "new").sync();
			writes.addAndGet(3);
		}
	}

	@Test
	void emptyRangeIsOneEmptyPage() {
		assertThat(pages(ownKeys(), 10)).containsExactly(List.of());
		assertThat(this.kv.get(ownKeys()).pages(10).stream()).isEmpty();
	}

	@Test
	void rangeThatFitsIsOnePage() {
		fill(3);
		assertThat(pages(ownKeys(), 10)).containsExactly(List.of("00000", "00001", "00002"));
		assertThat(pages(ownKeys(), 3)).containsExactly(List.of("00000", "00001", "00002"));
		assertThat(pages(KeyRange.key(key("00001")), 1)).containsExactly(List.of("00001"));
	}

	@Test
	void exactMultipleHasNoEmptyPage() {
		fill(6);
		assertThat(pages(ownKeys(), 3)).containsExactly(List.of("00000", "00001", "00002"),
				List.of("00003", "00004", "00005"));
		assertThat(pages(ownKeys(), 1)).hasSize(6);
	}

	@Test
	void lastPageMayBeShort() {
		fill(5);
		List<GetResult> pages = new ArrayList<>();
		this.kv.get(ownKeys()).pages(2).forEach(pages::add);
		assertThat(pages).extracting((page) -> page.keyValues().size()).containsExactly(2, 2, 1);
		assertThat(pages).extracting(GetResult::more).containsExactly(true, true, false);
	}

	@Test
	void rangesAreRespected() {
		fill(10);
		assertThat(pages(KeyRange.between(key("00003"), key("00006")), 2)).containsExactly(List.of("00003", "00004"),
				List.of("00005"));
		assertThat(pages(KeyRange.prefix(key("0000")), 4)).hasSize(3);
	}

	@Test
	void keysThatFollowCloselyAreNotLost() {
		for (Bytes name : List.of(bytes('a'), bytes('a', 0), bytes('a', 0, 0), bytes('a', 0, 1), bytes('a', 1))) {
			this.kv.put(key(name), Bytes.EMPTY).sync();
		}
		assertThat(this.kv.get(ownKeys()).pages(1).stream().map((each) -> each.key().substring(this.prefix.length())))
			.containsExactly(bytes('a'), bytes('a', 0), bytes('a', 0, 0), bytes('a', 0, 1), bytes('a', 1));
	}

	@Test
	void prefixMayEndInFf() {
		Bytes ff = key(bytes(0xFF));
		for (int i = 0; i < 5; i++) {
			this.kv.put(ff.concat(bytes(0xFF, i)), Bytes.EMPTY).sync();
		}
		this.kv.put(key(bytes(0xFE)), Bytes.EMPTY).sync();
		assertThat(this.kv.get(KeyRange.prefix(ff)).pages(2).stream()).hasSize(5);
		assertThat(this.kv.get(KeyRange.prefix(ff.concat(bytes(0xFF)))).pages(2)).hasSize(3);
	}

	@Test
	void olderRevisionCanBePaged() {
		fill(5);
		long old = revision();
		this.kv.delete(ownKeys()).sync();
		assertThat(this.kv.get(ownKeys()).revision(old).pages(2).stream()).hasSize(5);
		assertThat(this.kv.get(ownKeys()).pages(2).stream()).isEmpty();
	}

	@Test
	void optionsHoldForEveryPage() {
		fill(5);
		assertThat(this.kv.get(ownKeys()).keysOnly().serializable().timeout(SOON).pages(2).stream()).hasSize(5)
			.extracting(KeyValue::value)
			.containsOnly(Bytes.EMPTY);
	}

	@Test
	void eachIterationReadsAnew() {
		fill(3);
		Pages pages = this.kv.get(ownKeys()).pages(2);
		assertThat(pages.stream()).hasSize(3);
		put("zzz", "1");
		assertThat(pages.stream()).hasSize(4);
	}

	@Test
	void nothingComesAfterTheLastPage() {
		fill(2);
		Iterator<GetResult> pages = this.kv.get(ownKeys()).pages(2).iterator();
		pages.next();
		assertThat(pages.hasNext()).isFalse();
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(pages::next);
	}

	@Test
	void pagesAreReadWhenTheyAreAskedFor() {
		fill(10);
		AtomicInteger calls = new AtomicInteger();
		try (EtcdClient counted = newClient().callObserver(new CallObserver() {

			@Override
			public void callEnded(String operation, long nanos, @Nullable Failure failure) {
				calls.incrementAndGet();
			}

		}).build()) {
			Pages pages = counted.kv().get(ownKeys()).pages(2);
			assertThat(calls).hasValue(0);
			Iterator<KeyValue> keys = pages.stream().iterator();
			keys.next();
			assertThat(calls).hasValue(1);
			assertThat(pages.stream().limit(3)).hasSize(3);
			assertThat(calls).hasValueLessThan(5);
		}
	}

	@Test
	void compactionBetweenTwoPagesIsReported() {
		fill(6);
		Iterator<GetResult> pages = this.kv.get(ownKeys()).pages(2).iterator();
		pages.next();
		this.kv.compact(put("zzz", "1")).sync();
		assertThatExceptionOfType(CompactedException.class).isThrownBy(pages::next)
			.satisfies((failure) -> assertThat(failure.reason()).isEqualTo(Reason.COMPACTED));
		assertThatExceptionOfType(CompactedException.class).isThrownBy(pages::next);
		assertThat(this.kv.get(ownKeys()).pages(2).stream()).hasSize(7);
	}

}
