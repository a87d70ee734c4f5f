/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.List;
import java.util.Random;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;

import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;

/**
 * Random requests of the KV service, good ones and bad ones, on few keys, so that they
 * have to do with each other.
 */
final class RandomKv {

	static final long[] LEASES = { 1, 2, 3, 0x7fff_ffff_ffff_fffL, -7 };

	private static final List<ByteString> KEYS = List.of(key("a"), key("a"), key("b"), key("b"), key("c"), key("ab"),
			key("a\0"), key("a/1"), key("a/2"), key("b/1"), bytes(0xff), bytes(0xff, 0xff), bytes(0), bytes('a', 0xff));

	private static final List<ByteString> ENDS = List.of(bytes(0), key("b"), key("c"), key("a0"), key("zz"), key("a"),
			bytes(0xff), bytes(0xff, 0xff), key("ab\0"));

	private static final int TOO_MANY = 129;

	private static final int TOO_LARGE = 1_600_000;

	private final Random random;

	/** The revision of the store when the sequence began. */
	private long first;

	private long revision;

	private long compacted;

	private boolean reversedRanges = true;

	RandomKv(Random random) {
		this.random = random;
	}

	/**
	 * Leaves out ranges that end before they begin. Whether these are permitted depends
	 * on the shape of a tree inside etcd.
	 */
	void withoutReversedRanges() {
		this.reversedRanges = false;
	}

	void begin(long revision) {
		this.first = revision;
		this.revision = revision;
	}

	void reached(long revision) {
		this.revision = Math.max(this.revision, revision);
	}

	Step next() {
		int kind = this.random.nextInt(100);
		if (kind < 30) {
			return step(KVGrpc.getPutMethod(), put());
		}
		if (kind < 55) {
			return step(KVGrpc.getRangeMethod(), range());
		}
		if (kind < 66) {
			return step(KVGrpc.getDeleteRangeMethod(), delete());
		}
		if (kind < 94) {
			return step(KVGrpc.getTxnMethod(), txn(0));
		}
		if (kind < 99) {
			return step(KVGrpc.getCompactMethod(), compaction());
		}
		return step(KVGrpc.getPutMethod(), put().toBuilder().setValue(large()).build());
	}

	private static Step step(MethodDescriptor<?, ?> method, Message request) {
		return new Step(method, request, null);
	}

	PutRequest put() {
		PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setValue(value());
		if (chance(5)) {
			put.setLease(chance(8) ? 99 : lease());
		}
		put.setPrevKv(chance(3));
		if (chance(8)) {
			put.setIgnoreLease(true);
			if (!chance(4)) {
				put.clearLease();
			}
		}
		if (chance(8)) {
			put.setIgnoreValue(true);
			if (!chance(4)) {
				put.clearValue();
			}
		}
		return put.build();
	}

	RangeRequest range() {
		RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key()).setSerializable(chance(2));
		if (!chance(4)) {
			range.setRangeEnd(end(range.getKey()));
		}
		if (chance(3)) {
			range.setRevision(revision());
		}
		if (chance(4)) {
			range.setLimit(this.random.nextInt(4) - (chance(10) ? 3 : 0));
		}
		if (chance(3)) {
			range.setSortOrderValue(this.random.nextInt(3)).setSortTargetValue(this.random.nextInt(5));
		}
		if (chance(60)) {
			range.setSortOrderValue(7);
		}
		// not a sort target that etcd does not know: the process of 3.5 ends with it
		range.setKeysOnly(chance(8)).setCountOnly(chance(10));
		if (chance(8)) {
			range.setMinModRevision(revision()).setMaxModRevision(chance(2) ? 0 : revision());
		}
		if (chance(8)) {
			range.setMaxCreateRevision(revision()).setMinCreateRevision(chance(2) ? 0 : revision());
		}
		return range.build();
	}

	DeleteRangeRequest delete() {
		DeleteRangeRequest.Builder delete = DeleteRangeRequest.newBuilder().setKey(key()).setPrevKv(chance(2));
		if (chance(2)) {
			delete.setRangeEnd(end(delete.getKey()));
		}
		return delete.build();
	}

	CompactionRequest compaction() {
		long target = chance(4) ? revision() : this.revision - this.random.nextInt(6);
		if (target <= this.revision && target > this.compacted) {
			this.compacted = target;
		}
		return CompactionRequest.newBuilder().setRevision(target).setPhysical(chance(2)).build();
	}

	TxnRequest txn(int depth) {
		TxnRequest.Builder txn = TxnRequest.newBuilder();
		int compares = this.random.nextInt(3);
		for (int i = 0; i < compares; i++) {
			txn.addCompare(compare());
		}
		int most = (depth == 0 && chance(150)) ? TOO_MANY : 3;
		int successes = (most > 3) ? most : this.random.nextInt(most + 1);
		for (int i = 0; i < successes; i++) {
			txn.addSuccess(operation(depth));
		}
		int failures = this.random.nextInt(4);
		for (int i = 0; i < failures; i++) {
			txn.addFailure(operation(depth));
		}
		return txn.build();
	}

	private RequestOp operation(int depth) {
		RequestOp.Builder operation = RequestOp.newBuilder();
		int kind = this.random.nextInt(10);
		if (kind < 4) {
			return operation.setRequestPut(put()).build();
		}
		if (kind < 6) {
			return operation.setRequestRange(range()).build();
		}
		if (kind < 8) {
			return operation.setRequestDeleteRange(delete()).build();
		}
		if (depth < 2 && !chance(10)) {
			return operation.setRequestTxn(txn(depth + 1)).build();
		}
		return chance(4) ? operation.build() : operation.setRequestPut(put()).build();
	}

	private Compare compare() {
		Compare.Builder compare = Compare.newBuilder()
			.setKey(key())
			.setResultValue(this.random.nextInt(chance(30) ? 6 : 4));
		if (chance(4)) {
			compare.setRangeEnd(end(compare.getKey()));
		}
		switch (this.random.nextInt(6)) {
			case 0 -> compare.setTarget(Compare.CompareTarget.VERSION).setVersion(this.random.nextInt(3));
			case 1 -> compare.setTarget(Compare.CompareTarget.CREATE).setCreateRevision(chance(2) ? 0 : revision());
			case 2 -> compare.setTarget(Compare.CompareTarget.MOD).setModRevision(chance(2) ? 0 : revision());
			case 3 -> compare.setTarget(Compare.CompareTarget.VALUE).setValue(value());
			case 4 -> compare.setTarget(Compare.CompareTarget.LEASE).setLease(chance(2) ? 0 : lease());
			default -> {
				// the target without its value, or with that of another
				compare.setTargetValue(this.random.nextInt(6));
				if (chance(3)) {
					compare.setVersion(1);
				}
			}
		}
		return compare.build();
	}

	long lease() {
		return LEASES[this.random.nextInt(LEASES.length)];
	}

	ByteString key() {
		return chance(60) ? ByteString.EMPTY : KEYS.get(this.random.nextInt(KEYS.size()));
	}

	/**
	 * Returns the end of a range.
	 * @param key the first key
	 * @return the end, empty for the one key
	 */
	ByteString end(ByteString key) {
		ByteString end = ENDS.get(this.random.nextInt(ENDS.size()));
		boolean isReversed = !end.equals(ENDS.get(0))
				&& ByteString.unsignedLexicographicalComparator().compare(key, end) >= 0;
		return (isReversed && !this.reversedRanges) ? ByteString.EMPTY : end;
	}

	long revision() {
		return switch (this.random.nextInt(12)) {
			case 0 -> 0;
			case 1 -> this.revision + 1;
			case 2 -> chance(4) ? this.revision + 1000 : this.revision;
			case 3 -> chance(4) ? -1 : this.revision;
			case 4 -> this.compacted - 1;
			case 5 -> this.compacted;
			case 6 -> this.compacted + 1;
			case 7 -> Math.max(1, this.first - 3);
			default -> Math.max(1, this.revision - this.random.nextInt(10));
		};
	}

	boolean chance(int oneOf) {
		return this.random.nextInt(oneOf) == 0;
	}

	private ByteString value() {
		int length = chance(10) ? 0 : this.random.nextInt(3) + 1;
		byte[] value = new byte[length];
		this.random.nextBytes(value);
		return chance(2) ? ByteString.copyFromUtf8("v" + this.random.nextInt(3)) : ByteString.copyFrom(value);
	}

	private ByteString large() {
		return ByteString.copyFrom(new byte[chance(2) ? TOO_LARGE : 200_000]);
	}

	private static ByteString key(String key) {
		return ByteString.copyFromUtf8(key);
	}

	private static ByteString bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return ByteString.copyFrom(bytes);
	}

}
