/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.DeleteResult;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.OpResult;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;
import io.github.etcdspring.client.kv.TxnRequest;
import io.github.etcdspring.client.kv.TxnResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Transactions: branches, results, revisions.
 */
abstract class TxnConformance extends Conformance {

	private static final long NO_SUCH_LEASE = 0x7a11_0000_dead_beefL;

	@Test
	void firstBranchIsTakenIfAllComparisonsHold() {
		put("a", "1");
		TxnResult result = this.kv.txn()
			.when(Compare.exists(key("a")), Compare.missing(key("b")), Compare.value(key("a")).isEqualTo("1"))
			.then(Op.put(key("then"), "1"))
			.orElse(Op.put(key("else"), "1"))
			.sync();
		assertThat(result.succeeded()).isTrue();
		assertThat(names(this.kv.get(ownKeys()).sync())).containsExactly("a", "then");
	}

	@Test
	void secondBranchIsTakenIfOneDoesNot() {
		put("a", "1");
		TxnResult result = this.kv.txn()
			.when(Compare.exists(key("a")), Compare.exists(key("b")))
			.then(Op.put(key("then"), "1"))
			.orElse(Op.put(key("else"), "1"))
			.sync();
		assertThat(result.succeeded()).isFalse();
		assertThat(result.responses()).hasSize(1);
		assertThat(names(this.kv.get(ownKeys()).sync())).containsExactly("a", "else");
	}

	@Test
	void nothingComparedHolds() {
		assertThat(this.kv.txn().then(Op.put(key("a"), "1")).sync().succeeded()).isTrue();
		assertThat(this.kv.txn()
			.when(List.of())
			.then(List.of(Op.put(key("b"), "1")))
			.orElse(List.of(Op.put(key("c"), "1")))
			.sync()
			.succeeded()).isTrue();
		assertThat(names(this.kv.get(ownKeys()).sync())).containsExactly("a", "b");
	}

	@Test
	void missingBranchDoesNothing() {
		long before = put("a", "1");
		TxnResult failed = this.kv.txn().when(Compare.missing(key("a"))).then(Op.delete(key("a"))).sync();
		assertThat(failed.succeeded()).isFalse();
		assertThat(failed.responses()).isEmpty();
		TxnResult held = this.kv.txn().when(Compare.exists(key("a"))).orElse(Op.delete(key("a"))).sync();
		assertThat(held.succeeded()).isTrue();
		assertThat(held.responses()).isEmpty();
		TxnResult empty = this.kv.txn().sync();
		assertThat(empty.succeeded()).isTrue();
		assertThat(List.of(failed, held, empty)).extracting(TxnResult::revision).containsOnly(before);
		assertThat(revision()).isEqualTo(before);
	}

	@Test
	void responsesAreInTheOrderOfTheOperations() {
		put("old", "1");
		TxnResult result = this.kv.txn()
			.then(Op.get(key("old")), Op.put(key("old"), "2").withPrevious(), Op.get(key("old")),
					Op.delete(key("gone")), Op.txn(List.of(), List.of(Op.get(key("old"))), List.of()),
					Op.put(key("new"), "3"), Op.get(ownKeys()).sort(SortTarget.KEY, SortOrder.DESCENDING))
			.sync();
		assertThat(result.responses()).extracting((each) -> (Object) each.getClass())
			.containsExactly(GetResult.class, PutResult.class, GetResult.class, DeleteResult.class, TxnResult.class,
					PutResult.class, GetResult.class);
		assertThat(values(result.get(0))).containsExactly("1");
		assertThat(((PutResult) result.responses().get(1)).previous()).map(KeyValue::valueAsUtf8).contains("1");
		assertThat(values(result.get(2))).containsExactly("2");
		assertThat(((DeleteResult) result.responses().get(3)).deleted()).isZero();
		assertThat(values(((TxnResult) result.responses().get(4)).get(0))).containsExactly("2");
		assertThat(names(result.get(6))).containsExactly("old", "new");
	}

	@Test
	void onlyAGetCanBeTakenAsOne() {
		TxnResult result = this.kv.txn().then(Op.put(key("a"), "1"), Op.get(key("a"))).sync();
		assertThat(values(result.get(1))).containsExactly("1");
		for (int index : List.of(-1, 0, 2)) {
			assertThatIllegalArgumentException().isThrownBy(() -> result.get(index))
				.withMessageContaining("'index'")
				.withMessageContaining(String.valueOf(index));
		}
	}

	@Test
	void allWritesHaveOneRevision() {
		long before = put("old", "1");
		TxnResult result = this.kv.txn()
			.then(Op.put(key("a"), "1"), Op.put(key("b"), "2"), Op.delete(key("old")),
					Op.txn(List.of(), List.of(Op.put(key("c"), "3")), List.of()))
			.sync();
		assertThat(result.revision()).isEqualTo(before + 1);
		assertThat(result.responses()).extracting(OpResult::header)
			.allSatisfy((header) -> assertThat(header.revision()).isIn(0L, before + 1));
		assertThat(this.kv.get(ownKeys()).sync().keyValues()).hasSize(3).allSatisfy((each) -> {
			assertThat(each.createRevision()).isEqualTo(before + 1);
			assertThat(each.modRevision()).isEqualTo(before + 1);
			assertThat(each.version()).isEqualTo(1);
		});
		assertThat(names(this.kv.get(ownKeys()).revision(before).sync())).containsExactly("old");
	}

	@Test
	void readingRaisesNoRevision() {
		long before = put("a", "1");
		TxnResult read = this.kv.txn().when(Compare.exists(key("a"))).then(Op.get(key("a")), Op.get(key("b"))).sync();
		assertThat(read.revision()).isEqualTo(before);
		assertThat(values(read.get(0))).containsExactly("1");
		assertThat(read.get(1).keyValues()).isEmpty();
		TxnResult nothingDeleted = this.kv.txn().then(Op.delete(key("b"))).sync();
		assertThat(nothingDeleted.revision()).isEqualTo(before);
		assertThat(revision()).isEqualTo(before);
	}

	@Test
	void operationsSeeThoseBeforeThem() {
		put("a", "1");
		TxnResult result = this.kv.txn()
			.then(Op.put(key("a"), "2"), Op.put(key("b"), "3"), Op.get(ownKeys()), Op.delete(key("c")),
					Op.get(KeyRange.between(key("a"), key("b"))))
			.sync();
		assertThat(values(result.get(2))).containsExactly("2", "3");
		assertThat(values(result.get(4))).containsExactly("2");
		TxnResult deleted = this.kv.txn().then(Op.delete(ownKeys()).withPrevious(), Op.get(ownKeys())).sync();
		assertThat(((DeleteResult) deleted.responses().get(0)).previous()).hasSize(2);
		assertThat(deleted.get(1).count()).isZero();
	}

	@Test
	void operationsHaveAllTheirOptions() {
		long lease = this.etcd.leases().grant(LONG).sync().id();
		long first = put("a", "1");
		put("b", "2");
		put("c", "3");
		TxnResult result = this.kv.txn()
			.then(Op.get(ownKeys()).limit(2), Op.get(ownKeys()).revision(first), Op.get(ownKeys()).countOnly(),
					Op.get(ownKeys()).keysOnly(),
					Op.get(ownKeys()).minModRevision(first + 1).maxModRevision(first + 1).serializable(),
					Op.get(ownKeys()).minCreateRevision(first + 2).maxCreateRevision(first + 2),
					Op.get(key("")).asPrefix().sort(SortTarget.VALUE, SortOrder.DESCENDING).limit(1),
					Op.put(key("a"), "").ignoreValue().lease(lease), Op.get(key("a")),
					Op.delete(key("b")).asPrefix().withPrevious())
			.sync();
		assertThat(names(result.get(0))).containsExactly("a", "b");
		assertThat(result.get(0).more()).isTrue();
		assertThat(result.get(0).count()).isEqualTo(3);
		assertThat(names(result.get(1))).containsExactly("a");
		assertThat(result.get(2).count()).isEqualTo(3);
		assertThat(result.get(2).keyValues()).isEmpty();
		assertThat(values(result.get(3))).containsExactly("", "", "");
		assertThat(names(result.get(4))).containsExactly("b");
		assertThat(names(result.get(5))).containsExactly("c");
		assertThat(names(result.get(6))).containsExactly("c");
		assertThat(result.get(8).first()).hasValueSatisfying((found) -> {
			assertThat(found.valueAsUtf8()).isEqualTo("1");
			assertThat(found.lease()).isEqualTo(lease);
		});
		assertThat(((DeleteResult) result.responses().get(9)).previous()).extracting(KeyValue::valueAsUtf8)
			.containsExactly("2");
		this.kv.txn().then(Op.put(key("a"), "4").ignoreLease()).sync();
		assertThat(find("a").lease()).isEqualTo(lease);
	}

	@Test
	void whatTheServerRefusesIsNotDoneAtAll() {
		long before = put("a", "1");
		Op harmless = Op.put(key("b"), "1");
		assertRefused(this.kv.txn().then(harmless, Op.put(key("c"), "").ignoreValue()), EtcdException.class,
				Reason.KEY_NOT_FOUND);
		assertRefused(this.kv.txn().then(harmless, Op.put(key("c"), "1").ignoreLease()), EtcdException.class,
				Reason.KEY_NOT_FOUND);
		assertRefused(this.kv.txn().then(harmless, Op.put(key("c"), "1").lease(NO_SUCH_LEASE)),
				LeaseNotFoundException.class, Reason.LEASE_NOT_FOUND);
		assertRefused(this.kv.txn().then(harmless, Op.get(key("a")).revision(before + 100)), EtcdException.class,
				Reason.FUTURE_REVISION);
		assertThat(revision()).isEqualTo(before);
		assertThat(names(this.kv.get(ownKeys()).sync())).containsExactly("a");
	}

	@Test
	void branchThatIsNotTakenMayBeImpossible() {
		Op impossible = Op.put(key("a"), "1").lease(NO_SUCH_LEASE);
		Op possible = Op.put(key("a"), "2");
		TxnResult first = this.kv.txn().then(possible).orElse(impossible).sync();
		assertThat(first.succeeded()).isTrue();
		TxnResult second = this.kv.txn().when(Compare.missing(key("a"))).then(impossible).orElse(possible).sync();
		assertThat(second.succeeded()).isFalse();
		assertThat(find("a").version()).isEqualTo(2);
	}

	@Test
	void sameKeyTwiceIsRefused() {
		Op put = Op.put(key("abc"), "1");
		Op delete = Op.delete(key("abc"));
		Op deleteInRange = Op.delete(KeyRange.between(key("a"), key("b")));
		Op nestedPut = Op.txn(List.of(), List.of(put), List.of());
		Op nestedPuts = Op.txn(List.of(), List.of(put), List.of(put));
		Op nestedDelete = Op.txn(List.of(), List.of(deleteInRange), List.of());
		Op nestedDeletes = Op.txn(List.of(), List.of(deleteInRange), List.of(deleteInRange));
		List<List<Op>> refused = List.of(List.of(put, put), List.of(put, delete), List.of(put, deleteInRange),
				List.of(delete, put), List.of(put, nestedDelete), List.of(deleteInRange, nestedPut),
				List.of(nestedPuts, put), List.of(nestedDeletes, put));
		long before = revision();
		for (List<Op> ops : refused) {
			assertRefused(this.kv.txn().then(ops), EtcdException.class, Reason.DUPLICATE_KEY);
			assertRefused(this.kv.txn().when(Compare.exists(key("abc"))).orElse(ops), EtcdException.class,
					Reason.DUPLICATE_KEY);
		}
		assertThat(revision()).isEqualTo(before);
	}

	@Test
	void sameKeyInDifferentBranchesIsNot() {
		Op put = Op.put(key("abc"), "1");
		Op delete = Op.delete(key("abc"));
		Op deleteInRange = Op.delete(KeyRange.between(key("a"), key("b")));
		List<TxnRequest> accepted = List.of(this.kv.txn().then(Op.txn(List.of(), List.of(put), List.of(put))),
				this.kv.txn().then(put).orElse(put), this.kv.txn().then(delete, deleteInRange, delete, deleteInRange),
				this.kv.txn().then(put, Op.delete(KeyRange.between(key("abb"), key("abc")))),
				this.kv.txn().then(put, Op.get(key("abc"))));
		for (TxnRequest txn : accepted) {
			assertThat(txn.sync().succeeded()).isTrue();
		}
	}

	@Test
	void operationsAreLimited() {
		List<Op> most = IntStream.range(0, 128).mapToObj((i) -> (Op) Op.put(key("k" + i), "1")).toList();
		List<Op> tooMany = IntStream.range(0, 129).mapToObj((i) -> (Op) Op.put(key("k" + i), "1")).toList();
		List<Compare> compares = IntStream.range(0, 129).mapToObj((i) -> Compare.missing(key("c" + i))).toList();
		assertRefused(this.kv.txn().then(tooMany), EtcdException.class, Reason.TOO_MANY_OPERATIONS);
		assertRefused(this.kv.txn().orElse(tooMany), EtcdException.class, Reason.TOO_MANY_OPERATIONS);
		assertRefused(this.kv.txn().when(compares), EtcdException.class, Reason.TOO_MANY_OPERATIONS);
		Op nested = Op.txn(List.of(), most, List.of());
		assertRefused(this.kv.txn().then(nested), EtcdException.class, Reason.TOO_MANY_OPERATIONS);
		assertThat(this.kv.get(ownKeys()).sync().count()).isZero();
		TxnResult result = this.kv.txn().when(compares.subList(0, 128)).then(most).orElse(most).sync();
		assertThat(result.responses()).hasSize(128);
		assertThat(this.kv.get(ownKeys()).sync().count()).isEqualTo(128);
		Op fits = Op.txn(List.of(), most.subList(0, 127), List.of());
		assertThat(this.kv.txn().then(fits).sync().succeeded()).isTrue();
	}

	@Test
	void revisionIsThatOfTheComparison() {
		for (int version = 0; version < 20; version++) {
			CompletableFuture<PutResult> put = this.kv.put(key("a"), "1").async();
			TxnResult txn = this.kv.txn()
				.when(Compare.version(key("a")).isEqualTo(version))
				.then(Op.get(key("a")))
				.sync();
			// It holds exactly if the store did not have the put yet.
			assertThat(txn.succeeded()).isEqualTo(txn.revision() < put.join().revision());
		}
	}

	@Test
	void counterLosesNoIncrement() {
		put("counter", "0");
		List<CompletableFuture<Void>> writers = IntStream.range(0, 4)
			.mapToObj((i) -> CompletableFuture.runAsync(() -> increment(10)))
			.toList();
		assertThat(CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);
		assertThat(find("counter").valueAsUtf8()).isEqualTo("40");
		assertThat(find("counter").version()).isEqualTo(41);
	}

	private void increment(int times) {
		for (int done = 0; done < times;) {
			KeyValue seen = find("counter");
			String next = String.valueOf(Integer.parseInt(seen.valueAsUtf8()) + 1);
			TxnResult result = this.kv.txn()
				.when(Compare.modRevision(key("counter")).isEqualTo(seen.modRevision()))
				.then(Op.put(key("counter"), next))
				.sync();
			done += result.succeeded() ? 1 : 0;
		}
	}

	@Test
	void requestCanBeSentAgain() {
		TxnRequest txn = this.kv.txn()
			.when(Compare.missing(key("a")))
			.then(Op.put(key("a"), "1"))
			.orElse(Op.delete(key("a")))
			.timeout(SOON);
		assertThat(txn.sync().succeeded()).isTrue();
		assertThat(txn.async()).succeedsWithin(SOON).extracting(TxnResult::succeeded).isEqualTo(false);
		assertThat(txn.sync().succeeded()).isTrue();
	}

}
