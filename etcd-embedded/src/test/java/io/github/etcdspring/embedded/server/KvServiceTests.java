/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.List;
import java.util.stream.IntStream;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.Compare.CompareResult;
import io.github.etcdspring.proto.Compare.CompareTarget;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest.SortOrder;
import io.github.etcdspring.proto.RangeRequest.SortTarget;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.TxnResponse;

import static org.assertj.core.api.Assertions.assertThat;

class KvServiceTests {

	private EmbeddedEtcd etcd;

	private EtcdCalls calls;

	@BeforeEach
	void start() {
		this.etcd = EmbeddedEtcd.start();
		this.calls = new EtcdCalls(this.etcd.endpoint());
	}

	@AfterEach
	void stop() {
		this.calls.close();
		this.etcd.close();
	}

	@Test
	void putAnswersRevisionAndPreviousPair() {
		PutResponse first = this.calls.put("a", "1");
		assertThat(first.getHeader().getRevision()).isEqualTo(2);
		assertThat(first.getHeader().getRaftTerm()).isEqualTo(2);
		assertThat(first.getHeader().getClusterId()).isNotZero();
		assertThat(first.getHeader().getMemberId()).isNotZero();
		assertThat(first.hasPrevKv()).isFalse();
		PutResponse second = this.calls.kv().put(EtcdCalls.putOf("a", "2").setPrevKv(true).build());
		assertThat(second.getPrevKv().getValue()).isEqualTo(EtcdCalls.bytes("1"));
		assertThat(this.calls.kv().put(EtcdCalls.putOf("b", "2").setPrevKv(true).build()).hasPrevKv()).isFalse();
	}

	@Test
	void putIsRefusedForItsForm() {
		EtcdCalls.assertRefused(EtcdError.EMPTY_KEY, () -> this.calls.put("", "1"));
		EtcdCalls.assertRefused(EtcdError.VALUE_PROVIDED,
				() -> this.calls.kv().put(EtcdCalls.putOf("a", "1").setIgnoreValue(true).build()));
		EtcdCalls.assertRefused(EtcdError.LEASE_PROVIDED,
				() -> this.calls.kv().put(EtcdCalls.putOf("a", "1").setLease(1).setIgnoreLease(true).build()));
	}

	@Test
	void putIsRefusedForWhatIsMissing() {
		EtcdCalls.assertRefused(EtcdError.KEY_NOT_FOUND,
				() -> this.calls.kv().put(EtcdCalls.putOf("a", "").setIgnoreValue(true).build()));
		EtcdCalls.assertRefused(EtcdError.KEY_NOT_FOUND,
				() -> this.calls.kv().put(EtcdCalls.putOf("a", "").setIgnoreLease(true).build()));
		EtcdCalls.assertRefused(EtcdError.LEASE_NOT_FOUND,
				() -> this.calls.kv().put(EtcdCalls.putOf("a", "1").setLease(5).build()));
		EtcdCalls.assertRefused(EtcdError.LEASE_NOT_FOUND,
				() -> this.calls.kv().put(EtcdCalls.putOf("a", "").setLease(5).setIgnoreValue(true).build()));
		assertThat(this.calls.get(EtcdCalls.rangeOf("a")).getHeader().getRevision()).isEqualTo(1);
	}

	@Test
	void putWithIgnoreLeaseKeepsTheLease() {
		long lease = this.calls.leases().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()).getID();
		this.calls.kv().put(EtcdCalls.putOf("a", "1").setLease(lease).build());
		this.calls.kv().put(EtcdCalls.putOf("a", "2").setIgnoreLease(true).build());
		assertThat(this.calls.get(EtcdCalls.rangeOf("a")).getKvs(0)).returns(lease, KeyValue::getLease)
			.returns(EtcdCalls.bytes("2"), KeyValue::getValue)
			.returns(2L, KeyValue::getVersion);
	}

	@Test
	void deleteAnswersNumberAndPreviousPairs() {
		this.calls.put("a", "1");
		this.calls.put("b", "2");
		DeleteRangeResponse none = this.calls.kv().deleteRange(EtcdCalls.deleteOf("x").build());
		assertThat(none.getDeleted()).isZero();
		assertThat(none.getHeader().getRevision()).isEqualTo(3);
		DeleteRangeResponse all = this.calls.kv()
			.deleteRange(EtcdCalls.deleteOf("a").setRangeEnd(EtcdCalls.FROM_KEY).setPrevKv(true).build());
		assertThat(all.getDeleted()).isEqualTo(2);
		assertThat(all.getPrevKvsList()).extracting(KeyValue::getValue)
			.containsExactly(EtcdCalls.bytes("1"), EtcdCalls.bytes("2"));
		assertThat(all.getHeader().getRevision()).isEqualTo(4);
		EtcdCalls.assertRefused(EtcdError.EMPTY_KEY, () -> this.calls.kv().deleteRange(EtcdCalls.deleteOf("").build()));
	}

	@Test
	void rangeReadsThePast() {
		this.calls.put("a", "1");
		this.calls.put("a", "2");
		RangeResponse past = this.calls.get(EtcdCalls.rangeOf("a").setRevision(2));
		assertThat(past.getKvs(0).getValue()).isEqualTo(EtcdCalls.bytes("1"));
		assertThat(past.getHeader().getRevision()).isEqualTo(3);
		EtcdCalls.assertRefused(EtcdError.FUTURE_REV, () -> this.calls.get(EtcdCalls.rangeOf("a").setRevision(4)));
		compact(3);
		EtcdCalls.assertRefused(EtcdError.COMPACTED, () -> this.calls.get(EtcdCalls.rangeOf("a").setRevision(2)));
		assertThat(this.calls.get(EtcdCalls.rangeOf("a").setRevision(3)).getKvsCount()).isEqualTo(1);
		EtcdCalls.assertRefused(EtcdError.EMPTY_KEY, () -> this.calls.get(EtcdCalls.rangeOf("")));
	}

	@Test
	void limitSetsMoreAndLeavesTheCount() {
		putSome();
		RangeResponse two = this.calls.get(EtcdCalls.rangeOf("k", "l").setLimit(2));
		assertThat(keys(two)).containsExactly("k1", "k2");
		assertThat(two.getMore()).isTrue();
		assertThat(two.getCount()).isEqualTo(4);
		assertThat(this.calls.get(EtcdCalls.rangeOf("k", "l").setLimit(4)).getMore()).isFalse();
		RangeResponse count = this.calls.get(EtcdCalls.rangeOf("k", "l").setCountOnly(true).setLimit(2));
		assertThat(count.getCount()).isEqualTo(4);
		assertThat(count.getKvsCount()).isZero();
		assertThat(count.getMore()).isFalse();
		RangeResponse keysOnly = this.calls.get(EtcdCalls.rangeOf("k", "l").setKeysOnly(true));
		assertThat(keysOnly.getKvsList()).extracting(KeyValue::getValue).containsOnly(ByteString.EMPTY);
		assertThat(keysOnly.getKvs(0).getModRevision()).isEqualTo(6);
	}

	@Test
	void rangeIsSortedByEveryTarget() {
		putSome();
		assertThat(sorted(SortTarget.KEY, SortOrder.DESCEND)).containsExactly("k4", "k3", "k2", "k1");
		assertThat(sorted(SortTarget.VERSION, SortOrder.ASCEND)).containsExactly("k2", "k3", "k4", "k1");
		assertThat(sorted(SortTarget.VERSION, SortOrder.NONE)).containsExactly("k2", "k3", "k4", "k1");
		assertThat(sorted(SortTarget.CREATE, SortOrder.DESCEND)).containsExactly("k4", "k3", "k2", "k1");
		assertThat(sorted(SortTarget.MOD, SortOrder.ASCEND)).containsExactly("k2", "k3", "k4", "k1");
		assertThat(sorted(SortTarget.VALUE, SortOrder.ASCEND)).containsExactly("k3", "k1", "k2", "k4");
		assertThat(keys(this.calls.get(
				EtcdCalls.rangeOf("k", "l").setSortTarget(SortTarget.MOD).setSortOrder(SortOrder.DESCEND).setLimit(1))))
			.containsExactly("k1");
	}

	@Test
	void filtersLeaveTheCountAndApplyBeforeTheLimit() {
		putSome();
		RangeResponse modified = this.calls.get(EtcdCalls.rangeOf("k", "l").setMinModRevision(4).setMaxModRevision(5));
		assertThat(keys(modified)).containsExactly("k3", "k4");
		assertThat(modified.getCount()).isEqualTo(4);
		assertThat(modified.getMore()).isFalse();
		RangeResponse created = this.calls
			.get(EtcdCalls.rangeOf("k", "l").setMinCreateRevision(3).setMaxCreateRevision(5).setLimit(2));
		assertThat(keys(created)).containsExactly("k2", "k3");
		assertThat(created.getMore()).isTrue();
	}

	@Test
	void rangeStreamIsUnknown() {
		EtcdCalls.assertRefused(Status.Code.UNIMPLEMENTED, "unknown method RangeStream for service etcdserverpb.KV",
				() -> this.calls.kv().rangeStream(EtcdCalls.rangeOf("a").build()).next());
	}

	@Test
	void compactionIsRefusedTwiceAndForTheFuture() {
		this.calls.put("a", "1");
		assertThat(compact(2)).isEqualTo(2);
		EtcdCalls.assertRefused(EtcdError.COMPACTED, () -> compact(2));
		EtcdCalls.assertRefused(EtcdError.FUTURE_REV, () -> compact(3));
	}

	@Test
	void txnRunsTheChosenBranchInOneRevision() {
		TxnResponse created = this.calls.kv()
			.txn(TxnRequest.newBuilder()
				.addCompare(EtcdCalls.versionOf("a", 0))
				.addSuccess(EtcdCalls.put(EtcdCalls.putOf("a", "1")))
				.addSuccess(EtcdCalls.put(EtcdCalls.putOf("b", "2")))
				.addSuccess(EtcdCalls.range(EtcdCalls.rangeOf("a", "c")))
				.addFailure(EtcdCalls.range(EtcdCalls.rangeOf("a")))
				.build());
		assertThat(created.getSucceeded()).isTrue();
		assertThat(created.getHeader().getRevision()).isEqualTo(2);
		assertThat(created.getResponses(0).getResponsePut().getHeader().getRevision()).isEqualTo(2);
		assertThat(created.getResponses(0).getResponsePut().getHeader().getClusterId()).isZero();
		assertThat(created.getResponses(2).getResponseRange().getCount()).isEqualTo(2);
		TxnResponse failed = this.calls.kv()
			.txn(TxnRequest.newBuilder()
				.addCompare(EtcdCalls.versionOf("a", 0))
				.addSuccess(EtcdCalls.put(EtcdCalls.putOf("a", "1")))
				.addFailure(EtcdCalls.range(EtcdCalls.rangeOf("a")))
				.build());
		assertThat(failed.getSucceeded()).isFalse();
		assertThat(failed.getHeader().getRevision()).isEqualTo(2);
		assertThat(failed.getResponses(0).getResponseRange().getKvs(0).getModRevision()).isEqualTo(2);
	}

	@Test
	void comparesOfEveryTargetAndResult() {
		long lease = this.calls.leases().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).setID(7).build()).getID();
		this.calls.put("a", "m");
		this.calls.kv().put(EtcdCalls.putOf("a", "m").setLease(lease).build());
		for (CompareResult result : List.of(CompareResult.LESS, CompareResult.EQUAL, CompareResult.GREATER)) {
			long version = 2 - signum(result);
			assertThat(holds(compare(CompareTarget.VERSION, result).setVersion(version))).isTrue();
			assertThat(holds(compare(CompareTarget.CREATE, result).setCreateRevision(2 - signum(result)))).isTrue();
			assertThat(holds(compare(CompareTarget.MOD, result).setModRevision(3 - signum(result)))).isTrue();
			assertThat(holds(compare(CompareTarget.LEASE, result).setLease(7 - signum(result)))).isTrue();
			String value = List.of("l", "m", "n").get(1 - signum(result));
			assertThat(holds(compare(CompareTarget.VALUE, result).setValue(EtcdCalls.bytes(value)))).isTrue();
			assertThat(holds(compare(CompareTarget.VERSION, result).setVersion(2 + signum(result))))
				.isEqualTo(result == CompareResult.EQUAL);
		}
		assertThat(holds(compare(CompareTarget.VERSION, CompareResult.NOT_EQUAL).setVersion(1))).isTrue();
		assertThat(holds(compare(CompareTarget.VERSION, CompareResult.NOT_EQUAL).setVersion(2))).isFalse();
	}

	@Test
	void compareOfAMissingKey() {
		assertThat(holds(Compare.newBuilder().setKey(EtcdCalls.bytes("x")).setTarget(CompareTarget.VALUE))).isFalse();
		assertThat(holds(Compare.newBuilder()
			.setKey(EtcdCalls.bytes("x"))
			.setTarget(CompareTarget.VALUE)
			.setResult(CompareResult.NOT_EQUAL)
			.setValue(EtcdCalls.bytes("1")))).isFalse();
		assertThat(holds(Compare.newBuilder().setKey(EtcdCalls.bytes("x")).setTarget(CompareTarget.MOD))).isTrue();
	}

	@Test
	void compareOfARangeHoldsForAllKeys() {
		putSome();
		Compare.Builder compare = EtcdCalls.versionOf("k", 0)
			.setRangeEnd(EtcdCalls.bytes("l"))
			.setResult(CompareResult.GREATER);
		assertThat(holds(compare)).isTrue();
		assertThat(holds(compare.setVersion(1))).isFalse();
	}

	@Test
	void nestedTxnComparesTheStoreBeforeTheWholeTxn() {
		TxnResponse answer = this.calls.kv()
			.txn(TxnRequest.newBuilder()
				.addSuccess(EtcdCalls.put(EtcdCalls.putOf("a", "1")))
				.addSuccess(EtcdCalls.txn(TxnRequest.newBuilder()
					.addCompare(EtcdCalls.versionOf("a", 0))
					.addSuccess(EtcdCalls.put(EtcdCalls.putOf("b", "then")))
					.addFailure(EtcdCalls.put(EtcdCalls.putOf("b", "else")))))
				.build());
		assertThat(answer.getResponses(1).getResponseTxn().getSucceeded()).isTrue();
		assertThat(answer.getResponses(1).getResponseTxn().hasHeader()).isTrue();
		assertThat(answer.getResponses(1).getResponseTxn().getHeader().getRevision()).isZero();
		assertThat(this.calls.get(EtcdCalls.rangeOf("b")).getKvs(0))
			.returns(EtcdCalls.bytes("then"), KeyValue::getValue)
			.returns(2L, KeyValue::getModRevision);
	}

	@Test
	void txnThatCannotRunChangesNothing() {
		EtcdCalls.assertRefused(EtcdError.LEASE_NOT_FOUND, () -> txnOf(EtcdCalls.put(EtcdCalls.putOf("a", "1")),
				EtcdCalls.put(EtcdCalls.putOf("b", "1").setLease(9))));
		EtcdCalls.assertRefused(EtcdError.KEY_NOT_FOUND, () -> txnOf(EtcdCalls.put(EtcdCalls.putOf("a", "1")),
				EtcdCalls.put(EtcdCalls.putOf("b", "").setIgnoreValue(true))));
		EtcdCalls.assertRefused(EtcdError.FUTURE_REV, () -> txnOf(EtcdCalls.put(EtcdCalls.putOf("a", "1")),
				EtcdCalls.range(EtcdCalls.rangeOf("a").setRevision(2))));
		assertThat(this.calls.get(EtcdCalls.rangeOf("a")).getHeader().getRevision()).isEqualTo(1);
	}

	@Test
	void txnIsRefusedForKeysGivenTwice() {
		RequestOp one = EtcdCalls.put(EtcdCalls.putOf("a", "1"));
		EtcdCalls.assertRefused(EtcdError.DUPLICATE_KEY, () -> txnOf(one, EtcdCalls.put(EtcdCalls.putOf("a", "2"))));
		EtcdCalls.assertRefused(EtcdError.DUPLICATE_KEY, () -> txnOf(one, EtcdCalls.delete(EtcdCalls.deleteOf("a"))));
		EtcdCalls.assertRefused(EtcdError.DUPLICATE_KEY,
				() -> txnOf(EtcdCalls.delete(EtcdCalls.deleteOf("A").setRangeEnd(EtcdCalls.bytes("b"))), one));
		EtcdCalls.assertRefused(EtcdError.DUPLICATE_KEY,
				() -> txnOf(one, EtcdCalls.txn(TxnRequest.newBuilder().addFailure(one))));
		EtcdCalls.assertRefused(EtcdError.DUPLICATE_KEY,
				() -> txnOf(EtcdCalls.txn(TxnRequest.newBuilder().addSuccess(one)),
						EtcdCalls.txn(TxnRequest.newBuilder().addSuccess(one))));
		assertThat(txnOf(one, EtcdCalls.delete(EtcdCalls.deleteOf("b"))).getSucceeded()).isTrue();
		assertThat(txnOf(EtcdCalls.txn(TxnRequest.newBuilder().addSuccess(one).addFailure(one))).getSucceeded())
			.isTrue();
		assertThat(txnOf(EtcdCalls.delete(EtcdCalls.deleteOf("a")), EtcdCalls.delete(EtcdCalls.deleteOf("a")))
			.getSucceeded()).isTrue();
	}

	@Test
	void txnMayDeleteFromAKeyOnAndPutIt() {
		this.calls.put("a", "1");
		TxnResponse answer = txnOf(EtcdCalls.delete(EtcdCalls.deleteOf("a").setRangeEnd(EtcdCalls.FROM_KEY)),
				EtcdCalls.put(EtcdCalls.putOf("a", "2")));
		assertThat(answer.getResponses(0).getResponseDeleteRange().getDeleted()).isEqualTo(1);
		assertThat(this.calls.get(EtcdCalls.rangeOf("a")).getKvs(0)).returns(3L, KeyValue::getCreateRevision)
			.returns(1L, KeyValue::getVersion);
	}

	@Test
	void txnIsRefusedForItsForm() {
		EtcdCalls.assertRefused(EtcdError.EMPTY_KEY, () -> txnOf(EtcdCalls.put(EtcdCalls.putOf("", "1"))));
		EtcdCalls.assertRefused(EtcdError.EMPTY_KEY, () -> txnOf(EtcdCalls.range(EtcdCalls.rangeOf(""))));
		EtcdCalls.assertRefused(EtcdError.EMPTY_KEY, () -> txnOf(EtcdCalls.delete(EtcdCalls.deleteOf(""))));
		EtcdCalls.assertRefused(EtcdError.EMPTY_KEY,
				() -> this.calls.kv().txn(TxnRequest.newBuilder().addCompare(EtcdCalls.versionOf("", 1)).build()));
		EtcdCalls.assertRefused(EtcdError.KEY_NOT_FOUND, () -> txnOf(RequestOp.getDefaultInstance()));
		RequestOp[] many = IntStream.range(0, 129)
			.mapToObj((i) -> EtcdCalls.put(EtcdCalls.putOf("k" + i, "")))
			.toArray(RequestOp[]::new);
		EtcdCalls.assertRefused(EtcdError.TOO_MANY_OPS, () -> txnOf(many));
		RequestOp[] most = IntStream.range(0, 128)
			.mapToObj((i) -> EtcdCalls.put(EtcdCalls.putOf("k" + i, "")))
			.toArray(RequestOp[]::new);
		assertThat(txnOf(most).getResponsesCount()).isEqualTo(128);
		most[0] = EtcdCalls.txn(TxnRequest.newBuilder().addSuccess(EtcdCalls.range(EtcdCalls.rangeOf("a"))));
		EtcdCalls.assertRefused(EtcdError.TOO_MANY_OPS, () -> txnOf(most));
	}

	@Test
	void emptyTxnSucceedsWithoutRevision() {
		TxnResponse answer = txnOf();
		assertThat(answer.getSucceeded()).isTrue();
		assertThat(answer.getHeader().getRevision()).isEqualTo(1);
	}

	@Test
	void largeRequestsAreRefused() {
		ByteString fits = ByteString.copyFrom(new byte[1536 * 1024 - 100]);
		PutRequest.Builder request = PutRequest.newBuilder().setKey(EtcdCalls.bytes("a"));
		assertThat(this.calls.kv().put(request.setValue(fits).build()).getHeader().getRevision()).isEqualTo(2);
		ByteString large = ByteString.copyFrom(new byte[1536 * 1024]);
		EtcdCalls.assertRefused(EtcdError.REQUEST_TOO_LARGE,
				() -> this.calls.kv().put(request.setValue(large).build()));
		PutRequest tooLarge = request.setValue(ByteString.copyFrom(new byte[2 * 1024 * 1024])).build();
		EtcdCalls.assertRefused(Status.Code.RESOURCE_EXHAUSTED,
				"grpc: received message larger than max (%d vs. 2097152)".formatted(tooLarge.getSerializedSize()),
				() -> this.calls.kv().put(tooLarge));
		assertThat(this.calls.put("b", "1").getHeader().getRevision()).isEqualTo(3);
	}

	private TxnResponse txnOf(RequestOp... operations) {
		return this.calls.kv().txn(TxnRequest.newBuilder().addAllSuccess(List.of(operations)).build());
	}

	private boolean holds(Compare.Builder compare) {
		return this.calls.kv().txn(TxnRequest.newBuilder().addCompare(compare).build()).getSucceeded();
	}

	private static Compare.Builder compare(CompareTarget target, CompareResult result) {
		return Compare.newBuilder().setKey(EtcdCalls.bytes("a")).setTarget(target).setResult(result);
	}

	private static int signum(CompareResult result) {
		return switch (result) {
			case LESS -> -1;
			case GREATER -> 1;
			default -> 0;
		};
	}

	/**
	 * Four keys, the first of which is put twice.
	 */
	private void putSome() {
		this.calls.put("k1", "z");
		this.calls.put("k2", "y");
		this.calls.put("k3", "b");
		this.calls.put("k4", "z");
		this.calls.put("k1", "x");
	}

	private List<String> sorted(SortTarget target, SortOrder order) {
		return keys(this.calls.get(EtcdCalls.rangeOf("k", "l").setSortTarget(target).setSortOrder(order)));
	}

	private static List<String> keys(RangeResponse response) {
		return response.getKvsList().stream().map((each) -> each.getKey().toStringUtf8()).toList();
	}

	private long compact(long revision) {
		CompactionRequest request = CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build();
		return this.calls.kv().compact(request).getHeader().getRevision();
	}

}
