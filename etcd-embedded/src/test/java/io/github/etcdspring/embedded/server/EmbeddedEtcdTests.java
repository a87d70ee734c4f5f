/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmRequest.AlarmAction;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchGrpc;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class EmbeddedEtcdTests {

	@Test
	void clientCanCallAtOnceAndServersShareNothing() {
		try (EmbeddedEtcd one = EmbeddedEtcd.start();
				EmbeddedEtcd other = EmbeddedEtcd.start();
				EtcdCalls calls = new EtcdCalls(one.endpoint());
				EtcdCalls otherCalls = new EtcdCalls(other.endpoint())) {
			calls.put("a", "1");
			assertThat(otherCalls.get(EtcdCalls.rangeOf("a")).getCount()).isZero();
			assertThat(one).hasToString("EmbeddedEtcd[http://127.0.0.1:" + one.port() + "]");
		}
	}

	@Test
	void portInUseIsSaid() {
		try (EmbeddedEtcd etcd = EmbeddedEtcd.start()) {
			EmbeddedEtcd.Builder second = EmbeddedEtcd.builder().port(etcd.port());
			assertThatIllegalStateException().isThrownBy(second::start)
				.withMessage("Embedded etcd cannot listen on 127.0.0.1:%d: is the port in use? Choose another, or 0 for"
						+ " any free one", etcd.port());
		}
	}

	@Test
	void closedPortCanBeUsedAgain() {
		EmbeddedEtcd first = EmbeddedEtcd.start();
		int port = first.port();
		first.close();
		first.close();
		try (EmbeddedEtcd second = EmbeddedEtcd.builder().port(port).start()) {
			assertThat(second.port()).isEqualTo(port);
		}
	}

	@Test
	void badSettingsAreRefusedWithTheirFix() {
		EmbeddedEtcd.Builder builder = EmbeddedEtcd.builder();
		assertThatIllegalArgumentException().isThrownBy(() -> builder.port(65536))
			.withMessage("port is 65536: use 1 to 65535, or 0 for any free port");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.port(-1)).withMessageStartingWith("port is -1: ");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.quotaBytes(0))
			.withMessage("quotaBytes is 0: use a positive number of bytes");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.maxRequestBytes(0))
			.withMessage("maxRequestBytes is 0: use 1 to 33554432 bytes");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.maxTxnOps(0))
			.withMessage("maxTxnOps is 0: use a positive number of operations");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.tokenTtl(Duration.ZERO))
			.withMessage("tokenTtl is PT0S: use a positive duration");
	}

	@Test
	void closeEndsStreamsAndThreads() {
		EmbeddedEtcd etcd = EmbeddedEtcd.start();
		try (EtcdCalls calls = new EtcdCalls(etcd.endpoint())) {
			// so that the server has something to say a moment later
			calls.put("a", "1");
			etcd.faults().compact();
			CompletableFuture<Void> created = new CompletableFuture<>();
			CompletableFuture<Status> ended = new CompletableFuture<>();
			StreamObserver<WatchRequest> watch = WatchGrpc.newStub(calls.channel).watch(new StreamObserver<>() {

				@Override
				public void onNext(WatchResponse response) {
					created.complete(null);
				}

				@Override
				public void onError(Throwable ex) {
					ended.complete(Status.fromThrowable(ex));
				}

				@Override
				public void onCompleted() {
					ended.complete(Status.OK);
				}

			});
			watch.onNext(WatchRequest.newBuilder()
				.setCreateRequest(WatchCreateRequest.newBuilder().setKey(EtcdCalls.bytes("a")).setStartRevision(1))
				.build());
			assertThat(created).succeedsWithin(10, TimeUnit.SECONDS);
			etcd.close();
			assertThat(ended).succeedsWithin(10, TimeUnit.SECONDS)
				.satisfies((status) -> assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE));
		}
		Awaitility.await().untilAsserted(() -> assertThat(threads()).isEmpty());
	}

	@Test
	void fullStoreRaisesTheAlarm() {
		try (EmbeddedEtcd etcd = EmbeddedEtcd.builder().quotaBytes(4096).start();
				EtcdCalls calls = new EtcdCalls(etcd.endpoint())) {
			calls.put("a", "1");
			EtcdCalls.assertRefused(EtcdError.NO_SPACE, () -> calls.put("b", "x".repeat(4096)));
			EtcdCalls.assertRefused(EtcdError.NO_SPACE, () -> calls.put("b", "1"));
			EtcdCalls.assertRefused(EtcdError.NO_SPACE, () -> calls.kv()
				.txn(TxnRequest.newBuilder().addSuccess(EtcdCalls.put(EtcdCalls.putOf("b", "1"))).build()));
			AlarmRequest.Builder alarm = AlarmRequest.newBuilder();
			assertThat(calls.maintenance().alarm(alarm.build()).getAlarms(0).getAlarm()).isEqualTo(AlarmType.NOSPACE);
			assertThat(calls.kv().deleteRange(EtcdCalls.deleteOf("a").build()).getDeleted()).isEqualTo(1);
			alarm.setAction(AlarmAction.DEACTIVATE)
				.setAlarm(AlarmType.NOSPACE)
				.setMemberID(calls.get(EtcdCalls.rangeOf("a")).getHeader().getMemberId());
			assertThat(calls.maintenance().alarm(alarm.build()).getAlarmsCount()).isEqualTo(1);
			assertThat(calls.put("b", "1").getHeader().getRevision()).isEqualTo(4);
		}
	}

	@Test
	void limitsCanBeSet() {
		try (EmbeddedEtcd etcd = EmbeddedEtcd.builder().maxRequestBytes(1000).maxTxnOps(1).start();
				EtcdCalls calls = new EtcdCalls(etcd.endpoint())) {
			EtcdCalls.assertRefused(EtcdError.REQUEST_TOO_LARGE, () -> calls.put("a", "x".repeat(1000)));
			TxnRequest two = TxnRequest.newBuilder()
				.addSuccess(EtcdCalls.put(EtcdCalls.putOf("a", "1")))
				.addSuccess(EtcdCalls.put(EtcdCalls.putOf("b", "1")))
				.build();
			EtcdCalls.assertRefused(EtcdError.TOO_MANY_OPS, () -> calls.kv().txn(two));
		}
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter(Thread::isAlive)
			.map(Thread::getName)
			.filter((name) -> name.startsWith("etcd-embedded"))
			.toList();
	}

}
