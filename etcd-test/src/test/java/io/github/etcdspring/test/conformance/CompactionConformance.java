/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.CompactResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.transport.Request;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compaction. It concerns the whole store, so this suite needs one that nobody else uses.
 */
abstract class CompactionConformance extends Conformance {

	private long first;

	private long last;

	@BeforeEach
	void fill() {
		this.first = put("a", "1");
		put("a", "2");
		put("b", "1");
		put("a", "3");
		this.last = this.kv.delete(key("b")).sync().revision();
	}

	private void assertCompacted(Request<?> request) {
		CompactedException failure = (CompactedException) assertRefused(request, CompactedException.class,
				Reason.COMPACTED);
		assertThat(failure.compactedRevision()).isEmpty();
	}

	@Test
	void revisionsBeforeAreGone() {
		CompactResult result = this.kv.compact(this.first + 2).sync();
		assertThat(result.header().revision()).isEqualTo(this.last);
		assertThat(result.header().memberId()).isNotZero();
		assertCompacted(this.kv.get(key("a")).revision(this.first));
		assertCompacted(this.kv.get(ownKeys()).revision(this.first + 1).serializable());
		assertThat(values(this.kv.get(ownKeys()).revision(this.first + 2).sync())).containsExactly("2", "1");
		assertThat(values(this.kv.get(ownKeys()).revision(this.first + 3).sync())).containsExactly("3", "1");
		assertThat(values(this.kv.get(ownKeys()).sync())).containsExactly("3");
	}

	@Test
	void keysKeepTheirHistoryNumbers() {
		this.kv.compact(this.last).sync();
		assertThat(find("a").createRevision()).isEqualTo(this.first);
		assertThat(find("a").modRevision()).isEqualTo(this.first + 3);
		assertThat(find("a").version()).isEqualTo(3);
		assertThat(put("a", "4")).isEqualTo(this.last + 1);
		assertThat(find("a").version()).isEqualTo(4);
	}

	@Test
	void currentRevisionCanBeCompacted() {
		this.kv.compact(this.last).sync();
		assertThat(values(this.kv.get(ownKeys()).sync())).containsExactly("3");
		assertThat(values(this.kv.get(ownKeys()).serializable().sync())).containsExactly("3");
		assertThat(values(this.kv.get(ownKeys()).revision(this.last).sync())).containsExactly("3");
		assertCompacted(this.kv.get(ownKeys()).revision(this.last - 1));
	}

	@Test
	void compactingAgainIsRefused() {
		this.kv.compact(this.first + 2).sync();
		assertCompacted(this.kv.compact(this.first + 2));
		assertCompacted(this.kv.compact(this.first + 1));
		assertCompacted(this.kv.compact(this.first + 2).physical());
		this.kv.compact(this.first + 3).sync();
	}

	@Test
	void futureRevisionIsRefused() {
		assertRefused(this.kv.compact(this.last + 1), EtcdException.class, Reason.FUTURE_REVISION);
		assertRefused(this.kv.compact(Long.MAX_VALUE).physical(), EtcdException.class, Reason.FUTURE_REVISION);
		assertThat(this.kv.get(ownKeys()).revision(this.first).sync().count()).isEqualTo(1);
	}

	@Test
	void compactingRaisesNoRevision() {
		this.kv.compact(this.last).sync();
		assertThat(revision()).isEqualTo(this.last);
	}

	@Test
	void physicalWaitsForTheSpace() {
		CompactResult result = this.kv.compact(this.first + 3).physical().timeout(SOON).sync();
		assertThat(result.header().revision()).isEqualTo(this.last);
		assertCompacted(this.kv.get(key("a")).revision(this.first + 2));
		assertThat(values(this.kv.get(key("a")).revision(this.first + 3).sync())).containsExactly("3");
	}

	@Test
	void asyncCompactsToo() {
		assertThat(this.kv.compact(this.last).async()).succeedsWithin(SOON)
			.extracting((result) -> result.header().revision())
			.isEqualTo(this.last);
	}

	@Test
	void transactionThatReadsTooFarBackIsNotDoneAtAll() {
		this.kv.compact(this.last).sync();
		assertCompacted(this.kv.txn().then(Op.put(key("c"), "1"), Op.get(key("a")).revision(this.first)));
		assertCompacted(this.kv.txn().then(Op.get(key("a")).revision(this.first)));
		assertThat(revision()).isEqualTo(this.last);
		assertThat(this.kv.get(key("c")).sync().count()).isZero();
		assertThat(this.kv.txn().then(Op.get(key("a")).revision(this.last)).sync().get(0).count()).isEqualTo(1);
	}

}
