/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.EndpointAddress;
import io.github.etcdspring.client.transport.EndpointStrategy;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.TlsOptions;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.TransportOptions;
import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.CompactionResponse;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.ResponseOp;
import io.github.etcdspring.proto.TxnResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Requests and answers of the key-value service against the generated messages, which the
 * client itself does not use for them.
 */
class KvWireTests {

	private static final Transport transport = Transport
		.open(new TransportOptions(EndpointAddress.parseAll(List.of("http://127.0.0.1:1"), false),
				EndpointStrategy.FAILOVER, Duration.ofSeconds(1), Duration.ofSeconds(1), 3, true, null, null, null,
				TlsOptions.SYSTEM, Integer.MAX_VALUE, Integer.MAX_VALUE, Duration.ZERO, Duration.ofSeconds(1), null,
				Duration.ZERO, null, false, (builder) -> {
				}, null));

	@AfterAll
	static void close() {
		transport.close();
	}

	static List<Namespace> namespaces() {
		return List.of(Namespace.NONE, Namespace.of("/team-a/"), Namespace.of(Bytes.copyOf(new byte[] { -1, 0 })));
	}

	private static KvCalls calls(Namespace namespace) {
		return new KvCalls(transport, namespace);
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void getsAreWrittenAsTheGeneratedMessage(Namespace namespace) throws IOException {
		KvSamples samples = new KvSamples(1, namespace);
		KvCalls calls = calls(namespace);
		for (int i = 0; i < 3_000; i++) {
			RangeRequest.Builder expected = RangeRequest.newBuilder();
			GetRequest request = new GetRequest(calls, samples.range());
			samples.options(request, expected);
			Rpc<?, GetResult> rpc = calls.get(request);
			assertThat(RangeRequest.parseFrom(encoded(rpc))).isEqualTo(expected.build());
			assertThat(rpc.requestSize()).isEqualTo(expected.build().getSerializedSize());
			assertThat(rpc.repeatable()).isTrue();
			assertThat(rpc.requiresLeader()).isEqualTo(!expected.getSerializable());
			assertThat(rpc.operation()).isEqualTo("get");
		}
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void putsAreWrittenAsTheGeneratedMessage(Namespace namespace) throws IOException {
		KvSamples samples = new KvSamples(2, namespace);
		KvCalls calls = calls(namespace);
		for (int i = 0; i < 3_000; i++) {
			io.github.etcdspring.proto.PutRequest.Builder expected = io.github.etcdspring.proto.PutRequest.newBuilder();
			Bytes key = samples.key();
			Bytes value = samples.value();
			PutRequest request = new PutRequest(calls, key, value);
			samples.options(request, key, value, expected);
			Rpc<?, PutResult> rpc = calls.put(request);
			assertThat(io.github.etcdspring.proto.PutRequest.parseFrom(encoded(rpc))).isEqualTo(expected.build());
			assertThat(rpc.requestSize()).isEqualTo(expected.build().getSerializedSize());
			assertThat(rpc.repeatable()).isFalse();
			assertThat(rpc.requiresLeader()).isTrue();
		}
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void deletesAreWrittenAsTheGeneratedMessage(Namespace namespace) throws IOException {
		KvSamples samples = new KvSamples(3, namespace);
		KvCalls calls = calls(namespace);
		for (int i = 0; i < 3_000; i++) {
			DeleteRangeRequest.Builder expected = DeleteRangeRequest.newBuilder();
			KeyRange range = samples.range();
			DeleteRequest request = new DeleteRequest(calls, range);
			samples.options(request, range, expected);
			Rpc<?, DeleteResult> rpc = calls.delete(request);
			assertThat(DeleteRangeRequest.parseFrom(encoded(rpc))).isEqualTo(expected.build());
			assertThat(rpc.repeatable()).isFalse();
		}
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void txnsAreWrittenAsTheGeneratedMessage(Namespace namespace) throws IOException {
		KvSamples samples = new KvSamples(4, namespace);
		KvCalls calls = calls(namespace);
		int readOnly = 0;
		for (int i = 0; i < 3_000; i++) {
			io.github.etcdspring.proto.TxnRequest.Builder expected = io.github.etcdspring.proto.TxnRequest.newBuilder();
			TxnOp request = samples.txn(expected, 0);
			Rpc<?, TxnResult> rpc = calls.txn(request);
			assertThat(io.github.etcdspring.proto.TxnRequest.parseFrom(encoded(rpc))).isEqualTo(expected.build());
			assertThat(rpc.requestSize()).isEqualTo(expected.build().getSerializedSize());
			assertThat(rpc.repeatable()).isEqualTo(isReadOnly(expected.build()));
			readOnly += rpc.repeatable() ? 1 : 0;
		}
		assertThat(readOnly).isBetween(100, 2_900);
	}

	private static boolean isReadOnly(io.github.etcdspring.proto.TxnRequest txn) {
		List<RequestOp> ops = new ArrayList<>(txn.getSuccessList());
		ops.addAll(txn.getFailureList());
		return ops.stream()
			.allMatch((op) -> op.hasRequestRange() || (op.hasRequestTxn() && isReadOnly(op.getRequestTxn())));
	}

	@Test
	void compactionsAreWrittenAsTheGeneratedMessage() throws IOException {
		for (long revision : KvSamples.EXTREMES) {
			for (boolean physical : new boolean[] { true, false }) {
				assertThat(CompactionRequest.parseFrom(encoded(calls(Namespace.NONE).compact(revision, physical))))
					.isEqualTo(CompactionRequest.newBuilder().setRevision(revision).setPhysical(physical).build());
			}
		}
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void answersOfGetsAreReadAsTheGeneratedMessage(Namespace namespace) {
		KvSamples samples = new KvSamples(5, namespace);
		for (int i = 0; i < 3_000; i++) {
			RangeResponse answer = samples.rangeResponse();
			GetResult result = parse(get(namespace), samples.withUnknownFields(answer));
			assertSame(result, answer, namespace);
		}
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void answersOfPutsAreReadAsTheGeneratedMessage(Namespace namespace) {
		KvSamples samples = new KvSamples(6, namespace);
		MethodDescriptor<?, PutResult> method = put(namespace);
		for (int i = 0; i < 3_000; i++) {
			PutResponse answer = samples.putResponse();
			assertSame(parse(method, samples.withUnknownFields(answer)), answer, namespace);
		}
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void answersOfDeletesAreReadAsTheGeneratedMessage(Namespace namespace) {
		KvSamples samples = new KvSamples(7, namespace);
		MethodDescriptor<?, DeleteResult> method = method(
				calls(namespace).delete(new DeleteRequest(calls(namespace), KeyRange.key("k"))));
		for (int i = 0; i < 3_000; i++) {
			DeleteRangeResponse answer = samples.deleteResponse();
			assertSame(parse(method, samples.withUnknownFields(answer)), answer, namespace);
		}
	}

	@ParameterizedTest
	@MethodSource("namespaces")
	void answersOfTxnsAreReadAsTheGeneratedMessage(Namespace namespace) {
		KvSamples samples = new KvSamples(8, namespace);
		MethodDescriptor<?, TxnResult> method = txn(namespace);
		for (int i = 0; i < 3_000; i++) {
			TxnResponse answer = samples.txnResponse(0);
			assertSame(parse(method, samples.withUnknownFields(answer)), answer, namespace);
		}
	}

	@Test
	void answersOfCompactionsAreReadAsTheGeneratedMessage() {
		KvSamples samples = new KvSamples(9, Namespace.NONE);
		MethodDescriptor<?, CompactResult> method = method(calls(Namespace.NONE).compact(1, false));
		for (int i = 0; i < 500; i++) {
			CompactionResponse answer = CompactionResponse.newBuilder().setHeader(samples.header()).build();
			assertSame(parse(method, samples.withUnknownFields(answer)).header(), answer.getHeader());
		}
	}

	@Test
	void answerWithoutAHeaderHasAnEmptyOne() {
		assertThat(parse(get(Namespace.NONE), new byte[0]))
			.isEqualTo(new GetResult(new Header(0, 0, 0, 0), List.of(), false, 0));
		assertThat(parse(put(Namespace.NONE), new byte[0]).previous()).isEmpty();
		assertThat(parse(txn(Namespace.NONE), new byte[0]).responses()).isEmpty();
	}

	@Test
	void keyOutsideTheNamespaceIsAnInternalError() {
		RangeResponse answer = RangeResponse.newBuilder()
			.addKvs(io.github.etcdspring.proto.KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("/x")))
			.build();
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> parse(get(Namespace.of("/team-a/")), answer.toByteArray()))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL))
			.withMessageContaining("namespace");
	}

	@Test
	void answerThatIsCutAnywhereIsReadOrRefused() {
		KvSamples samples = new KvSamples(10, Namespace.NONE);
		for (int i = 0; i < 30; i++) {
			byte[] range = samples.rangeResponse().toByteArray();
			byte[] nested = samples.txnResponse(0).toByteArray();
			for (int length = 0; length < range.length; length++) {
				readOrRefuse(get(Namespace.NONE), Arrays.copyOf(range, length));
			}
			for (int length = 0; length < nested.length; length++) {
				readOrRefuse(txn(Namespace.NONE), Arrays.copyOf(nested, length));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 11, 12, 13 })
	void answerWithWrongBytesIsReadOrRefused(long seed) {
		KvSamples samples = new KvSamples(seed, Namespace.NONE);
		Random random = new Random(seed);
		for (int i = 0; i < 5_000; i++) {
			byte[] message = samples.txnResponse(0).toByteArray();
			for (int flips = random.nextInt(4); flips >= 0 && message.length > 0; flips--) {
				message[random.nextInt(message.length)] = (byte) random.nextInt();
			}
			readOrRefuse(txn(Namespace.NONE), message);
			readOrRefuse(get(Namespace.NONE), message);
			readOrRefuse(put(Namespace.of("/team-a/")), message);
		}
	}

	private static void readOrRefuse(MethodDescriptor<?, ?> method, byte[] message) {
		try {
			assertThat((Object) parse(method, message)).isNotNull();
		}
		catch (StatusRuntimeException ex) {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
		}
	}

	private static MethodDescriptor<?, GetResult> get(Namespace namespace) {
		return method(calls(namespace).get(new GetRequest(calls(namespace), KeyRange.key("k"))));
	}

	private static MethodDescriptor<?, PutResult> put(Namespace namespace) {
		return method(calls(namespace).put(new PutRequest(calls(namespace), Bytes.utf8("k"), Bytes.EMPTY)));
	}

	private static MethodDescriptor<?, TxnResult> txn(Namespace namespace) {
		return method(calls(namespace).txn(new TxnOp(List.of(), List.of(), List.of())));
	}

	private static <R> MethodDescriptor<?, R> method(Rpc<?, R> rpc) {
		return rpc.method();
	}

	private static <R> R parse(MethodDescriptor<?, R> method, byte[] message) {
		return method.parseResponse(new ByteArrayInputStream(message));
	}

	private static <Q> byte[] encoded(Rpc<Q, ?> rpc) throws IOException {
		try (InputStream stream = rpc.method().streamRequest(rpc.request())) {
			return stream.readAllBytes();
		}
	}

	private static void assertSame(Header header, ResponseHeader expected) {
		assertThat(header).isEqualTo(new Header(expected.getClusterId(), expected.getMemberId(), expected.getRevision(),
				expected.getRaftTerm()));
	}

	private static void assertSame(GetResult result, RangeResponse expected, Namespace namespace) {
		assertSame(result.header(), expected.getHeader());
		assertThat(result.more()).isEqualTo(expected.getMore());
		assertThat(result.count()).isEqualTo(expected.getCount());
		assertThat(result.keyValues()).isEqualTo(keyValues(expected.getKvsList(), namespace));
	}

	private static void assertSame(PutResult result, PutResponse expected, Namespace namespace) {
		assertSame(result.header(), expected.getHeader());
		assertThat(result.previous().stream().toList())
			.isEqualTo(expected.hasPrevKv() ? keyValues(List.of(expected.getPrevKv()), namespace) : List.of());
	}

	private static void assertSame(DeleteResult result, DeleteRangeResponse expected, Namespace namespace) {
		assertSame(result.header(), expected.getHeader());
		assertThat(result.deleted()).isEqualTo(expected.getDeleted());
		assertThat(result.previous()).isEqualTo(keyValues(expected.getPrevKvsList(), namespace));
	}

	private static void assertSame(TxnResult result, TxnResponse expected, Namespace namespace) {
		assertSame(result.header(), expected.getHeader());
		assertThat(result.succeeded()).isEqualTo(expected.getSucceeded());
		assertThat(result.responses()).hasSize(expected.getResponsesCount());
		for (int i = 0; i < result.responses().size(); i++) {
			ResponseOp op = expected.getResponses(i);
			OpResult response = result.responses().get(i);
			if (response instanceof GetResult get) {
				assertSame(get, op.getResponseRange(), namespace);
			}
			else if (response instanceof PutResult put) {
				assertSame(put, op.getResponsePut(), namespace);
			}
			else if (response instanceof DeleteResult delete) {
				assertSame(delete, op.getResponseDeleteRange(), namespace);
			}
			else if (response instanceof TxnResult txn) {
				assertSame(txn, op.getResponseTxn(), namespace);
			}
		}
	}

	private static List<KeyValue> keyValues(List<io.github.etcdspring.proto.KeyValue> expected, Namespace namespace) {
		return expected.stream()
			.map((each) -> new KeyValue(
					Bytes.copyOf(each.getKey().toByteArray()).substring(namespace.prefix().length()),
					Bytes.copyOf(each.getValue().toByteArray()), each.getCreateRevision(), each.getModRevision(),
					each.getVersion(), each.getLease()))
			.toList();
	}

}
