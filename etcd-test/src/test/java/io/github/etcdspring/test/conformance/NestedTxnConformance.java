/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.kv.TxnOp;
import io.github.etcdspring.client.kv.TxnResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Transactions within transactions.
 */
abstract class NestedTxnConformance extends Conformance {

	private static TxnResult nested(TxnResult result, int index) {
		return (TxnResult) result.responses().get(index);
	}

	@Test
	void eachLevelTakesItsOwnBranch() {
		put("a", "1");
		TxnOp held = Op.txn(List.of(Compare.exists(key("a"))), List.of(Op.put(key("then"), "1")),
				List.of(Op.put(key("else"), "1")));
		TxnOp failed = Op.txn(List.of(Compare.missing(key("a"))), List.of(Op.put(key("then2"), "1")),
				List.of(Op.get(key("a")), Op.put(key("else2"), "1")));
		TxnResult result = this.kv.txn()
			.when(Compare.exists(key("a")))
			.then(held, Op.get(key("a")), failed)
			.orElse(Op.delete(key("a")))
			.sync();
		assertThat(result.succeeded()).isTrue();
		assertThat(result.responses()).hasSize(3);
		assertThat(nested(result, 0).succeeded()).isTrue();
		assertThat(nested(result, 0).responses()).singleElement().isInstanceOf(PutResult.class);
		assertThat(values(result.get(1))).containsExactly("1");
		assertThat(nested(result, 2).succeeded()).isFalse();
		assertThat(nested(result, 2).responses()).hasSize(2);
		assertThat(values(nested(result, 2).get(0))).containsExactly("1");
		assertThat(names(this.kv.get(ownKeys()).sync())).containsExactly("a", "else2", "then");
	}

	@Test
	void secondBranchMayNestToo() {
		TxnOp nested = Op.txn(List.of(Compare.missing(key("a"))), List.of(Op.put(key("a"), "1")), List.of());
		TxnResult result = this.kv.txn().when(Compare.exists(key("a"))).then(Op.get(key("a"))).orElse(nested).sync();
		assertThat(result.succeeded()).isFalse();
		assertThat(nested(result, 0).succeeded()).isTrue();
		assertThat(find("a").valueAsUtf8()).isEqualTo("1");
	}

	@Test
	void comparisonsSeeTheStoreBeforeAnyWrite() {
		TxnOp nested = Op.txn(List.of(Compare.missing(key("a"))), List.of(Op.get(key("a"))), List.of());
		TxnResult result = this.kv.txn().then(Op.put(key("a"), "1"), nested).sync();
		assertThat(nested(result, 1).succeeded()).isTrue();
		assertThat(values(nested(result, 1).get(0))).containsExactly("1");
	}

	@Test
	void emptyOneHolds() {
		TxnResult result = this.kv.txn().then(Op.txn(List.of(), List.of(), List.of())).sync();
		assertThat(nested(result, 0).succeeded()).isTrue();
		assertThat(nested(result, 0).responses()).isEmpty();
	}

	@Test
	void resultsFollowAnyPath() {
		Compare holds = Compare.missing(key("a"));
		Compare fails = Compare.exists(key("a"));
		Random random = new Random(7);
		for (int round = 0; round < 20; round++) {
			List<Boolean> path = new ArrayList<>();
			Op op = Op.get(key("a"));
			for (int depth = 0; depth < 10; depth++) {
				boolean left = random.nextBoolean();
				op = left ? Op.txn(List.of(holds), List.of(op), List.of())
						: Op.txn(List.of(fails), List.of(), List.of(op));
				path.add(0, left);
			}
			TxnResult result = this.kv.txn().then(op).sync();
			for (boolean left : path) {
				result = nested(result, 0);
				assertThat(result.succeeded()).as("path %s", path).isEqualTo(left);
			}
			assertThat(result.get(0).count()).isZero();
		}
	}

	@Test
	void refusalDeepInsideUndoesAll() {
		long before = revision();
		TxnOp nested = Op.txn(List.of(), List.of(Op.put(key("b"), "").ignoreValue()), List.of());
		assertRefused(this.kv.txn().then(Op.put(key("a"), "1"), nested), EtcdException.class, Reason.KEY_NOT_FOUND);
		TxnOp future = Op.txn(List.of(), List.of(Op.get(key("b")).revision(before + 100)), List.of());
		assertRefused(this.kv.txn().then(Op.put(key("a"), "1"), future), EtcdException.class, Reason.FUTURE_REVISION);
		assertThat(revision()).isEqualTo(before);
	}

}
