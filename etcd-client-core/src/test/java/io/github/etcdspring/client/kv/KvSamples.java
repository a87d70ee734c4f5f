/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.proto.Compare.CompareResult;
import io.github.etcdspring.proto.Compare.CompareTarget;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.ResponseOp;
import io.github.etcdspring.proto.TxnResponse;

/**
 * Random requests with the generated messages that they should become, and random
 * answers. The same for a seed each time.
 */
final class KvSamples {

	static final long[] EXTREMES = { 0, 1, -1, 127, 128, Long.MAX_VALUE, Long.MIN_VALUE };

	private final Random random;

	private final Namespace namespace;

	KvSamples(long seed, Namespace namespace) {
		this.random = new Random(seed);
		this.namespace = namespace;
	}

	boolean chance() {
		return this.random.nextBoolean();
	}

	long number() {
		return switch (this.random.nextInt(3)) {
			case 0 -> EXTREMES[this.random.nextInt(EXTREMES.length)];
			case 1 -> this.random.nextInt(1_000);
			default -> this.random.nextLong() >> this.random.nextInt(64);
		};
	}

	long notNegative() {
		return number() & Long.MAX_VALUE;
	}

	Bytes bytes(int least, int most) {
		byte[] bytes = new byte[least + this.random.nextInt(most - least + 1)];
		this.random.nextBytes(bytes);
		if (chance()) {
			// Where prefixes are hard.
			Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0xFF);
		}
		return Bytes.wrap(bytes);
	}

	Bytes key() {
		return bytes(1, 20);
	}

	Bytes value() {
		return (this.random.nextInt(20) == 0) ? bytes(0, 20_000) : bytes(0, 200);
	}

	KeyRange range() {
		Bytes first = key();
		Bytes second = key();
		return switch (this.random.nextInt(5)) {
			case 0 -> KeyRange.key(first);
			case 1 -> KeyRange.prefix(first);
			case 2 -> KeyRange.from(first);
			case 3 -> KeyRange.all();
			default -> (first.compareTo(second) < 0) ? KeyRange.between(first, second) : KeyRange.key(second);
		};
	}

	KeyRange absolute(KeyRange range) {
		return this.namespace.apply(range);
	}

	static ByteString string(Bytes bytes) {
		return ByteString.copyFrom(bytes.toByteArray());
	}

	void options(GetOptions<?> request, RangeRequest.Builder expected) {
		KeyRange range = absolute(request.range());
		expected.setKey(string(range.start())).setRangeEnd(string(range.end()));
		if (chance()) {
			long limit = notNegative();
			long revision = notNegative();
			request.limit(limit).revision(revision);
			expected.setLimit(limit).setRevision(revision);
		}
		if (chance()) {
			SortTarget target = SortTarget.values()[this.random.nextInt(SortTarget.values().length)];
			SortOrder order = SortOrder.values()[this.random.nextInt(SortOrder.values().length)];
			request.sort(target, order);
			if (target != SortTarget.KEY || order != SortOrder.ASCENDING) {
				expected.setSortTarget(generated(target));
				expected.setSortOrder((order == SortOrder.ASCENDING) ? RangeRequest.SortOrder.ASCEND
						: RangeRequest.SortOrder.DESCEND);
			}
		}
		if (chance()) {
			request.serializable();
			expected.setSerializable(true);
		}
		if (chance()) {
			request.keysOnly();
			expected.setKeysOnly(true);
		}
		else if (chance()) {
			request.countOnly();
			expected.setCountOnly(true);
		}
		if (chance()) {
			long low = notNegative() / 2;
			long high = low + notNegative() / 2;
			request.minModRevision(low).maxModRevision(high).minCreateRevision(low).maxCreateRevision(high);
			expected.setMinModRevision(low)
				.setMaxModRevision(high)
				.setMinCreateRevision(low)
				.setMaxCreateRevision(high);
		}
	}

	void options(PutOptions<?> request, Bytes key, Bytes value,
			io.github.etcdspring.proto.PutRequest.Builder expected) {
		expected.setKey(string(this.namespace.prefix().concat(key))).setValue(string(value));
		if (chance()) {
			long lease = number();
			request.lease(lease);
			expected.setLease(lease);
		}
		else if (chance()) {
			request.ignoreLease();
			expected.setIgnoreLease(true);
		}
		if (value.isEmpty() && chance()) {
			request.ignoreValue();
			expected.setIgnoreValue(true);
		}
		if (chance()) {
			request.withPrevious();
			expected.setPrevKv(true);
		}
	}

	void options(DeleteOptions<?> request, KeyRange range, DeleteRangeRequest.Builder expected) {
		KeyRange absolute = absolute(range);
		expected.setKey(string(absolute.start())).setRangeEnd(string(absolute.end()));
		if (chance()) {
			request.withPrevious();
			expected.setPrevKv(true);
		}
	}

	TxnOp txn(io.github.etcdspring.proto.TxnRequest.Builder expected, int depth) {
		List<Compare> when = new ArrayList<>();
		List<Op> then = new ArrayList<>();
		List<Op> orElse = new ArrayList<>();
		for (int i = this.random.nextInt(3); i > 0; i--) {
			when.add(compare(expected.addCompareBuilder()));
		}
		for (int i = this.random.nextInt(3); i > 0; i--) {
			then.add(op(expected.addSuccessBuilder(), depth));
		}
		for (int i = this.random.nextInt(2); i > 0; i--) {
			orElse.add(op(expected.addFailureBuilder(), depth));
		}
		return Op.txn(when, then, orElse);
	}

	private Op op(RequestOp.Builder expected, int depth) {
		// Many gets, so that there are transactions that only read.
		return switch (this.random.nextInt((depth < 3) ? 6 : 5)) {
			case 0 -> {
				Bytes key = key();
				Bytes value = value();
				PutOp put = Op.put(key, value);
				options(put, key, value, expected.getRequestPutBuilder());
				yield put;
			}
			case 1 -> {
				KeyRange range = range();
				DeleteOp delete = Op.delete(range);
				options(delete, range, expected.getRequestDeleteRangeBuilder());
				yield delete;
			}
			case 5 -> txn(expected.getRequestTxnBuilder(), depth + 1);
			default -> {
				GetOp get = Op.get(range());
				options(get, expected.getRequestRangeBuilder());
				yield get;
			}
		};
	}

	private Compare compare(io.github.etcdspring.proto.Compare.Builder expected) {
		KeyRange range = range();
		KeyRange absolute = absolute(range);
		expected.setKey(string(absolute.start())).setRangeEnd(string(absolute.end()));
		int operator = this.random.nextInt(4);
		expected.setResult(result(operator));
		long number = number();
		return switch (this.random.nextInt(5)) {
			case 0 -> {
				expected.setTarget(CompareTarget.VERSION).setVersion(number);
				yield number(Compare.version(range), operator, number);
			}
			case 1 -> {
				expected.setTarget(CompareTarget.CREATE).setCreateRevision(number);
				yield number(Compare.createRevision(range), operator, number);
			}
			case 2 -> {
				expected.setTarget(CompareTarget.MOD).setModRevision(number);
				yield number(Compare.modRevision(range), operator, number);
			}
			case 3 -> {
				expected.setTarget(CompareTarget.LEASE).setLease(number);
				yield number(Compare.lease(range), operator, number);
			}
			default -> {
				Bytes value = value();
				expected.setTarget(CompareTarget.VALUE).setValue(string(value));
				Compare.Value compare = Compare.value(range);
				yield switch (operator) {
					case 0 -> compare.isEqualTo(value);
					case 1 -> compare.isNotEqualTo(value);
					case 2 -> compare.isGreaterThan(value);
					default -> compare.isLessThan(value);
				};
			}
		};
	}

	private static RangeRequest.SortTarget generated(SortTarget target) {
		return switch (target) {
			case CREATE_REVISION -> RangeRequest.SortTarget.CREATE;
			case MOD_REVISION -> RangeRequest.SortTarget.MOD;
			default -> RangeRequest.SortTarget.valueOf(target.name());
		};
	}

	private static CompareResult result(int operator) {
		return switch (operator) {
			case 0 -> CompareResult.EQUAL;
			case 1 -> CompareResult.NOT_EQUAL;
			case 2 -> CompareResult.GREATER;
			default -> CompareResult.LESS;
		};
	}

	private static Compare number(Compare.Number compare, int operator, long number) {
		return switch (operator) {
			case 0 -> compare.isEqualTo(number);
			case 1 -> compare.isNotEqualTo(number);
			case 2 -> compare.isGreaterThan(number);
			default -> compare.isLessThan(number);
		};
	}

	ResponseHeader header() {
		return ResponseHeader.newBuilder()
			.setClusterId(number())
			.setMemberId(number())
			.setRevision(number())
			.setRaftTerm(number())
			.build();
	}

	io.github.etcdspring.proto.KeyValue keyValue() {
		return io.github.etcdspring.proto.KeyValue.newBuilder()
			.setKey(string(this.namespace.prefix().concat(bytes(0, 20))))
			.setValue(string(value()))
			.setCreateRevision(number())
			.setModRevision(number())
			.setVersion(number())
			.setLease(number())
			.build();
	}

	RangeResponse rangeResponse() {
		RangeResponse.Builder answer = RangeResponse.newBuilder().setMore(chance()).setCount(number());
		if (chance()) {
			answer.setHeader(header());
		}
		for (int i = this.random.nextInt(4); i > 0; i--) {
			answer.addKvs(keyValue());
		}
		return answer.build();
	}

	PutResponse putResponse() {
		PutResponse.Builder answer = PutResponse.newBuilder().setHeader(header());
		if (chance()) {
			answer.setPrevKv(keyValue());
		}
		return answer.build();
	}

	DeleteRangeResponse deleteResponse() {
		DeleteRangeResponse.Builder answer = DeleteRangeResponse.newBuilder().setHeader(header()).setDeleted(number());
		for (int i = this.random.nextInt(4); i > 0; i--) {
			answer.addPrevKvs(keyValue());
		}
		return answer.build();
	}

	TxnResponse txnResponse(int depth) {
		TxnResponse.Builder answer = TxnResponse.newBuilder().setHeader(header()).setSucceeded(chance());
		for (int i = this.random.nextInt(4); i > 0; i--) {
			ResponseOp.Builder op = answer.addResponsesBuilder();
			switch (this.random.nextInt((depth < 3) ? 4 : 3)) {
				case 0 -> op.setResponseRange(rangeResponse());
				case 1 -> op.setResponsePut(putResponse());
				case 2 -> op.setResponseDeleteRange(deleteResponse());
				default -> op.setResponseTxn(txnResponse(depth + 1));
			}
		}
		return answer.build();
	}

	/**
	 * Add what a later server may send, to a message and all messages within it.
	 * @param message the message
	 * @return the longer message
	 */
	byte[] withUnknownFields(Message message) {
		return chance() ? extended(message).toByteArray() : message.toByteArray();
	}

	private MessageLite extended(Message message) {
		Message.Builder builder = message.toBuilder();
		message.getAllFields().forEach((field, value) -> {
			if (value instanceof Message nested) {
				builder.setField(field, extended(nested));
			}
			else if (value instanceof List<?> list && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
				for (int i = 0; i < list.size(); i++) {
					builder.setRepeatedField(field, i, extended((Message) list.get(i)));
				}
			}
		});
		UnknownFieldSet.Field unknown = UnknownFieldSet.Field.newBuilder()
			.addVarint(number())
			.addFixed32(this.random.nextInt())
			.addFixed64(number())
			.addLengthDelimited(string(value()))
			.build();
		return builder
			.setUnknownFields(UnknownFieldSet.newBuilder().addField(15, unknown).addField(500, unknown).build())
			.build();
	}

}
