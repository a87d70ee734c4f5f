/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.RangeStreamResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Large ranges that are read without holding them.
 */
abstract class RangeStreamConformance extends Conformance {

	/** More than the pages, or the first chunks, of any reading. */
	static final int MANY = 5000;

	private static final int BATCH = 100;

	final List<KeyValue> found = Collections.synchronizedList(new ArrayList<>());

	/**
	 * Write many keys.
	 * @return the revision of the last one
	 */
	long putMany() {
		long revision = 0;
		for (int i = 0; i < MANY; i += BATCH) {
			Op[] ops = IntStream.range(i, i + BATCH)
				.mapToObj((number) -> Op.put(key(name(number)), "v" + number))
				.toArray(Op[]::new);
			revision = this.kv.txn().then(ops).sync().header().revision();
		}
		return revision;
	}

	private static String name(int number) {
		return String.format("k%05d", number);
	}

	private static List<String> allNames() {
		return IntStream.range(0, MANY).mapToObj(RangeStreamConformance::name).toList();
	}

	@Test
	void manyKeysAreReadInOrderAtOneRevisionWhileOthersWrite() {
		long revision = putMany();
		RangeStreamResult result = this.kv.get(ownKeys()).stream((each) -> {
			this.found.add(each);
			if (this.found.size() % 1000 == 1) {
				int next = Math.min(MANY - 1, this.found.size() + 1);
				put(name(next), "changed");
				put(name(next) + "x", "new");
				this.kv.delete(key(name(MANY - 1))).sync();
			}
		}).sync();
		assertThat(names(this.found)).isEqualTo(allNames());
		assertThat(this.found).allSatisfy((each) -> assertThat(each.valueAsUtf8())
			.isEqualTo("v" + Integer.parseInt(each.keyAsUtf8().substring(this.prefix.length() + 1))));
		assertThat(this.found).allMatch((each) -> each.modRevision() <= revision);
		assertThat(result.count()).isEqualTo(MANY);
		// Where a watch has to go on.
		assertThat(result.header().revision()).isEqualTo(revision);
		assertThat(result.header().memberId()).isNotZero();
	}

	@Test
	void compactionInTheMiddleIsReportedAfterTheKeysThatWereHandedOver() {
		putMany();
		assertThatExceptionOfType(CompactedException.class).isThrownBy(() -> this.kv.get(ownKeys()).stream((each) -> {
			this.found.add(each);
			if (this.found.size() == 1) {
				this.kv.compact(put("other", "1")).sync();
			}
		}).sync()).satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.COMPACTED));
		assertThat(names(this.found)).isNotEmpty()
			.hasSizeLessThan(MANY)
			.isEqualTo(allNames().subList(0, this.found.size()));
	}

	@Test
	void olderRevisionIsRead() {
		long revision = put("a", "old");
		put("a", "new");
		put("b", "new");
		RangeStreamResult result = this.kv.get(ownKeys()).revision(revision).stream(this.found::add).sync();
		assertThat(result.count()).isEqualTo(1);
		assertThat(this.found).extracting(KeyValue::valueAsUtf8).containsExactly("old");
	}

	@Test
	void emptyRangeIsNoFailure() {
		RangeStreamResult result = this.kv.get(ownKeys()).stream(this.found::add).sync();
		assertThat(result.count()).isZero();
		assertThat(result.header().revision()).isEqualTo(revision());
		assertThat(this.found).isEmpty();
	}

	@Test
	void keysAloneMayBeRead() {
		put("a", "1");
		put("b", "2");
		this.kv.get(ownKeys()).keysOnly().stream(this.found::add).sync();
		assertThat(names(this.found)).containsExactly("a", "b");
		assertThat(this.found).allMatch((each) -> each.value().isEmpty());
	}

	@Test
	void namespaceIsTakenOffTheKeys() {
		putMany();
		try (EtcdClient client = newClient().namespace(this.prefix).build()) {
			RangeStreamResult result = client.kv().get(KeyRange.all()).stream(this.found::add).sync();
			assertThat(result.count()).isEqualTo(MANY);
		}
		assertThat(this.found.stream().map(KeyValue::keyAsUtf8)).isEqualTo(allNames());
	}

	@Test
	void whatTheConsumerThrowsIsThrown() {
		putMany();
		IllegalStateException thrown = new IllegalStateException("thrown by the test's consumer");
		Consumer<KeyValue> consumer = (each) -> {
			this.found.add(each);
			if (this.found.size() == 1500) {
				throw thrown;
			}
		};
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.kv.get(ownKeys()).stream(consumer).sync())
			.isSameAs(thrown);
		assertThat(this.found).hasSize(1500);
	}

	@Test
	void cancelledRequestHandsNothingMoreOver() throws InterruptedException {
		putMany();
		CountDownLatch reached = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		CompletableFuture<RangeStreamResult> pending = this.kv.get(ownKeys()).stream((each) -> {
			this.found.add(each);
			if (this.found.size() == 500) {
				reached.countDown();
				try {
					assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
		}).async();
		assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
		pending.cancel(true);
		go.countDown();
		// Whatever was on its way has arrived once a later request is answered.
		this.kv.get(ownKeys()).stream((each) -> {
		}).sync();
		assertThat(this.found).hasSize(500);
	}

	@Test
	void timeoutLimitsTheWhole() {
		putMany();
		CompletableFuture<RangeStreamResult> pending = this.kv.get(ownKeys()).stream((each) -> {
			this.found.add(each);
			if (this.found.size() == 1) {
				long first = System.nanoTime();
				await().until(() -> System.nanoTime() - first > Duration.ofMillis(1100).toNanos());
			}
		}).timeout(Duration.ofSeconds(1)).async();
		assertThat(pending).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(EtcdTimeoutException.class);
		assertThat(this.found).isNotEmpty().hasSizeLessThan(MANY);
	}

	@Test
	@SuppressWarnings("NullAway") // that is the test
	void whatCannotBeReadSoIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.kv.get(ownKeys()).limit(5).stream(this.found::add))
			.withMessageContaining("limit(...)");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.kv.get(ownKeys()).countOnly().stream(this.found::add))
			.withMessageContaining("countOnly()");
		assertThatIllegalArgumentException().isThrownBy(() -> this.kv.get(ownKeys()).stream(null))
			.withMessageContaining("'consumer'");
	}

}
