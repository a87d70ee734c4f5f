/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.TxnRequest;
import io.github.etcdspring.client.transport.Request;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Large requests and answers. The limits are those of a server that was told no others:
 * 1.5 MiB for a request, 2 MiB for a message.
 */
abstract class SizeConformance extends Conformance {

	private static final int KIB = 1024;

	private static final int MIB = 1024 * KIB;

	@AfterEach
	void freeTheSpace() {
		this.kv.delete(ownKeys()).sync();
	}

	static Bytes ofSize(int size) {
		byte[] bytes = new byte[size];
		for (int i = 0; i < size; i++) {
			bytes[i] = (byte) (i * 31);
		}
		return Bytes.wrap(bytes);
	}

	private EtcdException assertTooLarge(Request<?> request, Reason reason, int attempts) {
		EtcdException failure = failureOf(request);
		assertThat(failure).isExactlyInstanceOf(TooLargeException.class);
		assertThat(failure.reason()).isEqualTo(reason);
		assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(failure.attempts()).isEqualTo(attempts);
		assertThat(failure.isRetryable()).isFalse();
		return failure;
	}

	@Test
	void valueJustBelowTheLimitIsStored() {
		Bytes value = ofSize(1536 * KIB - 4 * KIB);
		this.kv.put(key("a"), value).sync();
		assertThat(find("a").value()).isEqualTo(value);
	}

	@Test
	void valueAboveTheLimitOfTheServerIsRefused() {
		for (int size : List.of(1536 * KIB, 1600 * KIB, 2 * MIB - 4 * KIB)) {
			assertTooLarge(this.kv.put(key("a"), ofSize(size)), Reason.REQUEST_TOO_LARGE, 1);
		}
		assertThat(this.kv.get(key("a")).sync().count()).isZero();
	}

	@Test
	void transactionAboveTheLimitOfTheServerIsRefusedAsAWhole() {
		TxnRequest txn = this.kv.txn().then(Op.put(key("a"), ofSize(800 * KIB)), Op.put(key("b"), ofSize(800 * KIB)));
		assertTooLarge(txn, Reason.REQUEST_TOO_LARGE, 1);
		assertThat(this.kv.get(ownKeys()).sync().count()).isZero();
	}

	@Test
	void requestAboveTheLimitOfTheClientIsNotSent() {
		EtcdException failure = assertTooLarge(this.kv.put(key("a"), ofSize(2 * MIB)), Reason.MESSAGE_TOO_LARGE, 0);
		assertThat(failure.endpoint()).isNull();
		assertThat(failure.operation()).isEqualTo("put");
		TxnRequest txn = this.kv.txn().then(Op.put(key("a"), ofSize(MIB)), Op.put(key("b"), ofSize(MIB)));
		assertTooLarge(txn, Reason.MESSAGE_TOO_LARGE, 0);
		assertThat(this.kv.get(ownKeys()).sync().count()).isZero();
	}

	@Test
	void limitOfTheClientCanBeLowered() {
		try (EtcdClient small = newClient().maxOutboundSize(KIB).build()) {
			small.kv().put(key("a"), ofSize(500)).sync();
			assertTooLarge(small.kv().put(key("a"), ofSize(KIB)), Reason.MESSAGE_TOO_LARGE, 0);
			assertThat(find("a").version()).isEqualTo(1);
		}
	}

	@Test
	void messageAboveTheLimitOfTheServerIsRefused() {
		try (EtcdClient large = newClient().maxOutboundSize(8 * MIB).build()) {
			assertTooLarge(large.kv().put(key("a"), ofSize(3 * MIB)), Reason.MESSAGE_TOO_LARGE, 1);
			assertThat(this.kv.get(key("a")).sync().count()).isZero();
			large.kv().put(key("a"), "1").sync();
		}
	}

	@Test
	void largeRangeIsReadAtOnce() {
		Bytes value = ofSize(MIB);
		List<CompletableFuture<?>> puts = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			puts.add(this.kv.put(key("large/" + i), value).async());
		}
		puts.forEach(CompletableFuture::join);
		GetResult result = this.kv.get(ownKeys()).sync();
		assertThat(result.keyValues()).hasSize(10).extracting(KeyValue::value).containsOnly(value);
		assertThat(this.kv.get(ownKeys()).async()).succeedsWithin(SOON).isEqualTo(result);
	}

	@Test
	void answerAboveTheLimitOfTheClientIsRefused() {
		this.kv.put(key("a"), ofSize(MIB)).sync();
		try (EtcdClient small = newClient().maxInboundSize(512 * KIB).build()) {
			assertTooLarge(small.kv().get(key("a")), Reason.RESPONSE_TOO_LARGE, 1);
			assertThat(small.kv().get(key("a")).keysOnly().sync().count()).isEqualTo(1);
		}
	}

	@Test
	void writeWithTooLargeAnAnswerIsAppliedAndUnknown() {
		this.kv.put(key("a"), ofSize(MIB)).sync();
		try (EtcdClient small = newClient().maxInboundSize(512 * KIB).build()) {
			assertThat(small.kv().put(key("a"), ofSize(MIB)).withPrevious().async()).failsWithin(SOON)
				.withThrowableThat()
				.havingCause()
				.isInstanceOfSatisfying(TooLargeException.class, (failure) -> {
					assertThat(failure.reason()).isEqualTo(Reason.RESPONSE_TOO_LARGE);
					assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
					assertThat(failure.isRetryable()).isFalse();
				});
		}
		assertThat(find("a").version()).isEqualTo(2);
	}

}
