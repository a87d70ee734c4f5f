/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.Compare.CompareResult;
import io.github.etcdspring.proto.Compare.CompareTarget;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.TestPrefix;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests as they go on the wire, read by the generated messages. Some fields, such as
 * "serializable", make no difference that a test could see on one healthy server. The
 * server is only there to take the requests, whatever it says to them.
 */
@WithEtcd
class KvWireTests {

	private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);

	private final CapturedRequests requests = new CapturedRequests();

	private EtcdClient client;

	private Kv kv;

	private String prefix;

	@BeforeEach
	void open(EtcdServer server, @TestPrefix String prefix) {
		this.client = EtcdClient.builder()
			.endpoints(server.endpoint())
			.namespace(prefix)
			.channelCustomizer((channel) -> channel.intercept(this.requests))
			.build();
		this.kv = this.client.kv();
		this.prefix = prefix;
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	private <M> M sent(Request<?> request, Parser<M> parser) throws InvalidProtocolBufferException {
		try {
			request.sync();
		}
		catch (EtcdException ex) {
			assertThat(ex.status()).as("%s", ex).isNotIn(StatusCode.UNIMPLEMENTED, StatusCode.INTERNAL);
		}
		return parser.parseFrom(this.requests.last());
	}

	private ByteString stored(String key) {
		return ByteString.copyFromUtf8(this.prefix + key);
	}

	private ByteString storeEnd() {
		return ByteString.copyFrom(Bytes.utf8(this.prefix).prefixEnd().toByteArray());
	}

	@Test
	void getWithoutOptionsIsOnlyTheKey() throws Exception {
		assertThat(sent(this.kv.get("a"), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder().setKey(stored("a")).build());
		assertThat(sent(this.kv.get("a").sort(SortTarget.KEY, SortOrder.ASCENDING), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder().setKey(stored("a")).build());
	}

	@Test
	void getWithEveryOption() throws Exception {
		assertThat(sent(this.kv.get(KeyRange.between("a", "b"))
			.limit(1)
			.revision(300)
			.sort(SortTarget.VALUE, SortOrder.DESCENDING)
			.serializable()
			.keysOnly()
			.minModRevision(4)
			.maxModRevision(1L << 40)
			.minCreateRevision(6)
			.maxCreateRevision(Long.MAX_VALUE), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder()
				.setKey(stored("a"))
				.setRangeEnd(stored("b"))
				.setLimit(1)
				.setRevision(300)
				.setSortTarget(RangeRequest.SortTarget.VALUE)
				.setSortOrder(RangeRequest.SortOrder.DESCEND)
				.setSerializable(true)
				.setKeysOnly(true)
				.setMinModRevision(4)
				.setMaxModRevision(1L << 40)
				.setMinCreateRevision(6)
				.setMaxCreateRevision(Long.MAX_VALUE)
				.build());
		assertThat(sent(this.kv.get("a").countOnly(), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder().setKey(stored("a")).setCountOnly(true).build());
	}

	@ParameterizedTest
	@CsvSource({ "KEY, KEY, NONE", "VERSION, VERSION, ASCEND", "CREATE_REVISION, CREATE, ASCEND",
			"MOD_REVISION, MOD, ASCEND", "VALUE, VALUE, ASCEND" })
	void sortTargetsAndOrders(SortTarget target, RangeRequest.SortTarget sent, RangeRequest.SortOrder ascending)
			throws Exception {
		assertThat(sent(this.kv.get("a").sort(target, SortOrder.DESCENDING), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder()
				.setKey(stored("a"))
				.setSortTarget(sent)
				.setSortOrder(RangeRequest.SortOrder.DESCEND)
				.build());
		assertThat(sent(this.kv.get("a").sort(target, SortOrder.ASCENDING), RangeRequest.parser())).isEqualTo(
				RangeRequest.newBuilder().setKey(stored("a")).setSortTarget(sent).setSortOrder(ascending).build());
	}

	@Test
	void rangesEndWithTheNamespace() throws Exception {
		assertThat(sent(this.kv.get(KeyRange.all()), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder().setKey(stored("")).setRangeEnd(storeEnd()).build());
		assertThat(sent(this.kv.get(KeyRange.from("x")), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder().setKey(stored("x")).setRangeEnd(storeEnd()).build());
		assertThat(sent(this.kv.get("x").asPrefix(), RangeRequest.parser()))
			.isEqualTo(RangeRequest.newBuilder().setKey(stored("x")).setRangeEnd(stored("y")).build());
	}

	@Test
	void rangesWithoutANamespaceAreOpen(EtcdServer server) throws Exception {
		try (EtcdClient plain = EtcdClient.builder()
			.endpoints(server.endpoint())
			.channelCustomizer((channel) -> channel.intercept(this.requests))
			.build()) {
			assertThat(sent(plain.kv().get(KeyRange.all()).countOnly(), RangeRequest.parser()))
				.isEqualTo(RangeRequest.newBuilder().setKey(OPEN).setRangeEnd(OPEN).setCountOnly(true).build());
			assertThat(sent(plain.kv().get(KeyRange.from("x")).countOnly(), RangeRequest.parser()))
				.isEqualTo(RangeRequest.newBuilder()
					.setKey(ByteString.copyFromUtf8("x"))
					.setRangeEnd(OPEN)
					.setCountOnly(true)
					.build());
		}
	}

	@Test
	void putWithEveryOption() throws Exception {
		assertThat(sent(this.kv.put("a", ""), PutRequest.parser()))
			.isEqualTo(PutRequest.newBuilder().setKey(stored("a")).build());
		assertThat(sent(this.kv.put("a", "v").lease(-7).withPrevious(), PutRequest.parser()))
			.isEqualTo(PutRequest.newBuilder()
				.setKey(stored("a"))
				.setValue(ByteString.copyFromUtf8("v"))
				.setLease(-7)
				.setPrevKv(true)
				.build());
		assertThat(sent(this.kv.put("a", "").ignoreValue().lease(Long.MAX_VALUE), PutRequest.parser())).isEqualTo(
				PutRequest.newBuilder().setKey(stored("a")).setIgnoreValue(true).setLease(Long.MAX_VALUE).build());
		assertThat(sent(this.kv.put("a", "v").ignoreLease(), PutRequest.parser())).isEqualTo(PutRequest.newBuilder()
			.setKey(stored("a"))
			.setValue(ByteString.copyFromUtf8("v"))
			.setIgnoreLease(true)
			.build());
	}

	@Test
	void deleteWithEveryOption() throws Exception {
		assertThat(sent(this.kv.delete("a"), DeleteRangeRequest.parser()))
			.isEqualTo(DeleteRangeRequest.newBuilder().setKey(stored("a")).build());
		assertThat(sent(this.kv.delete(KeyRange.all()).withPrevious(), DeleteRangeRequest.parser())).isEqualTo(
				DeleteRangeRequest.newBuilder().setKey(stored("")).setRangeEnd(storeEnd()).setPrevKv(true).build());
	}

	@Test
	void compactWithEveryOption() throws Exception {
		long future = 1L << 50;
		assertThat(sent(this.kv.compact(future), CompactionRequest.parser()))
			.isEqualTo(CompactionRequest.newBuilder().setRevision(future).build());
		assertThat(sent(this.kv.compact(future).physical(), CompactionRequest.parser()))
			.isEqualTo(CompactionRequest.newBuilder().setRevision(future).setPhysical(true).build());
	}

	@Test
	void txnWithEverything() throws Exception {
		assertThat(sent(this.kv.txn(), TxnRequest.parser())).isEqualTo(TxnRequest.getDefaultInstance());
		TxnRequest nested = TxnRequest.newBuilder()
			.addCompare(compare(CompareTarget.LEASE, CompareResult.LESS).setLease(-1))
			.addFailure(RequestOp.newBuilder().setRequestTxn(TxnRequest.getDefaultInstance()))
			.build();
		TxnRequest expected = TxnRequest.newBuilder()
			.addCompare(compare(CompareTarget.VERSION, CompareResult.EQUAL).setVersion(0))
			.addCompare(compare(CompareTarget.CREATE, CompareResult.GREATER).setCreateRevision(2))
			.addCompare(compare(CompareTarget.MOD, CompareResult.NOT_EQUAL).setModRevision(0).setRangeEnd(storeEnd()))
			.addCompare(compare(CompareTarget.VALUE, CompareResult.EQUAL).setValue(ByteString.EMPTY)
				.setRangeEnd(stored("k0")))
			.addSuccess(RequestOp.newBuilder()
				.setRequestRange(RangeRequest.newBuilder().setKey(stored("a")).setLimit(3).setSerializable(true)))
			.addSuccess(RequestOp.newBuilder()
				.setRequestPut(PutRequest.newBuilder()
					.setKey(stored("b"))
					.setValue(ByteString.copyFromUtf8("v"))
					.setLease(5)
					.setPrevKv(true)))
			.addSuccess(RequestOp.newBuilder()
				.setRequestPut(PutRequest.newBuilder().setKey(stored("c")).setIgnoreValue(true).setIgnoreLease(true)))
			.addFailure(RequestOp.newBuilder()
				.setRequestDeleteRange(
						DeleteRangeRequest.newBuilder().setKey(stored("d")).setRangeEnd(stored("e")).setPrevKv(true)))
			.addFailure(RequestOp.newBuilder().setRequestTxn(nested))
			.build();
		TxnRequest actual = sent(this.kv.txn()
			.when(Compare.version("k").isEqualTo(0), Compare.createRevision("k").isGreaterThan(2),
					Compare.modRevision(KeyRange.from("k")).isNotEqualTo(0),
					Compare.value(KeyRange.between("k", "k0")).isEqualTo(""))
			.then(Op.get("a").limit(3).serializable(), Op.put("b", "v").lease(5).withPrevious(),
					Op.put("c", "").ignoreValue().ignoreLease())
			.orElse(Op.delete("d").asPrefix().withPrevious(), Op.txn(List.of(Compare.lease("k").isLessThan(-1)),
					List.of(), List.of(Op.txn(List.of(), List.of(), List.of())))),
				TxnRequest.parser());
		assertThat(actual).isEqualTo(expected);
	}

	private io.github.etcdspring.proto.Compare.Builder compare(CompareTarget target, CompareResult result) {
		return io.github.etcdspring.proto.Compare.newBuilder().setTarget(target).setResult(result).setKey(stored("k"));
	}

	@Test
	void lengthsOfEverySize() throws Exception {
		for (int length : List.of(1, 126, 127, 128, 129, 16_000, 16_383, 16_384, 70_000)) {
			String key = "k".repeat(length);
			String value = "v".repeat(length);
			PutRequest expected = PutRequest.newBuilder()
				.setKey(stored(key))
				.setValue(ByteString.copyFromUtf8(value))
				.build();
			assertThat(sent(this.kv.put(key, value), PutRequest.parser())).as("length %s", length).isEqualTo(expected);
			Op nested = Op.txn(List.of(), List.of(Op.put(key, value)), List.of());
			TxnRequest sent = sent(this.kv.txn().then(nested, Op.get(key)), TxnRequest.parser());
			assertThat(sent.getSuccess(0).getRequestTxn().getSuccess(0).getRequestPut()).as("length %s", length)
				.isEqualTo(expected);
			assertThat(sent.getSuccess(1).getRequestRange().getKey()).isEqualTo(stored(key));
		}
	}

}
