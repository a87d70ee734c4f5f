/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.compat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.ibm.etcd.api.DeleteRangeRequest;
import com.ibm.etcd.api.Event;
import com.ibm.etcd.api.LockResponse;
import com.ibm.etcd.api.PutRequest;
import com.ibm.etcd.api.RangeRequest;
import com.ibm.etcd.api.RangeResponse;
import com.ibm.etcd.api.TxnResponse;
import com.ibm.etcd.client.EtcdClient;
import com.ibm.etcd.client.kv.KvClient;
import com.ibm.etcd.client.kv.WatchUpdate;
import com.ibm.etcd.client.lease.PersistentLease;
import com.ibm.etcd.client.utils.EtcdLeaderElection;
import com.ibm.etcd.client.utils.RangeCache;
import com.ibm.etcd.client.watch.RevisionCompactedException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.time.EtcdClock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The embedded server with etcd-java.
 */
@Timeout(60)
class EtcdJavaTests {

	private final EtcdClock clock = EtcdClock.manual();

	private EmbeddedEtcd etcd;

	private EtcdClient client;

	@BeforeEach
	void start() {
		this.etcd = EmbeddedEtcd.builder().clock(this.clock).start();
		this.client = EtcdClient.forEndpoint("127.0.0.1", this.etcd.port()).withPlainText().build();
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.etcd.close();
		this.clock.close();
	}

	@Test
	void keysAreWrittenReadAndDeleted() {
		put("a/1", "x");
		put("a/2", "y");
		long revision = put("a/1", "z");
		RangeResponse all = kv().get(bytes("a/"))
			.asPrefix()
			.sorted(RangeRequest.SortTarget.KEY, RangeRequest.SortOrder.DESCEND)
			.sync();
		assertThat(all.getKvsList())
			.extracting((each) -> each.getKey().toStringUtf8() + "=" + each.getValue().toStringUtf8())
			.containsExactly("a/2=y", "a/1=z");
		assertThat(kv().get(bytes("a/1")).revision(revision - 1).sync().getKvs(0).getValue()).isEqualTo(bytes("x"));
		assertThat(kv().delete(bytes("a/")).asPrefix().sync().getDeleted()).isEqualTo(2);
	}

	@Test
	void transactionsCompare() {
		put("a", "1");
		TxnResponse yes = kv().txnIf()
			.cmpEqual(bytes("a"))
			.value(bytes("1"))
			.then()
			.put(PutRequest.newBuilder().setKey(bytes("a")).setValue(bytes("2")).setPrevKv(true))
			.elseDo()
			.get(RangeRequest.newBuilder().setKey(bytes("a")))
			.sync();
		assertThat(yes.getSucceeded()).isTrue();
		assertThat(yes.getResponses(0).getResponsePut().getPrevKv().getValue()).isEqualTo(bytes("1"));
		TxnResponse no = kv().txnIf()
			.notExists(bytes("a"))
			.then()
			.delete(DeleteRangeRequest.newBuilder().setKey(bytes("a")))
			.elseDo()
			.get(RangeRequest.newBuilder().setKey(bytes("a")))
			.sync();
		assertThat(no.getSucceeded()).isFalse();
		assertThat(no.getResponses(0).getResponseRange().getKvs(0).getValue()).isEqualTo(bytes("2"));
	}

	@Test
	void compactedRevisionIsRefused() throws Exception {
		put("a", "1");
		long revision = put("a", "2");
		kv().compact(revision, true).get(30, TimeUnit.SECONDS);
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> kv().get(bytes("a")).revision(revision - 1).sync())
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE))
			.withMessageContaining("etcdserver: mvcc: required revision has been compacted");
	}

	@Test
	void watchTellsThePastAndThePresent() {
		long first = put("a/1", "x");
		Updates updates = new Updates();
		try (KvClient.Watch watch = kv().watch(bytes("a/")).asPrefix().prevKv().startRevision(first).start(updates)) {
			put("a/1", "y");
			kv().delete(bytes("a/1")).sync();
			await().untilAsserted(() -> assertThat(updates.told).containsExactly("PUT a/1=x after ",
					"PUT a/1=y after x", "DELETE a/1= after y"));
		}
	}

	@Test
	void watchOfACompactedRevisionIsToldSo() throws Exception {
		long first = put("a", "1");
		long revision = put("a", "2");
		kv().compact(revision, true).get(30, TimeUnit.SECONDS);
		Updates updates = new Updates();
		try (KvClient.Watch watch = kv().watch(bytes("a")).startRevision(first).start(updates)) {
			await().untilAsserted(() -> assertThat(updates.failures).hasSize(1));
			assertThat(updates.failures.get(0)).isInstanceOf(RevisionCompactedException.class);
		}
	}

	@Test
	void leaseEndsWithItsKeys() throws Exception {
		long lease = this.client.getLeaseClient().grant(60).sync().getID();
		kv().put(bytes("a"), bytes("1"), lease).sync();
		this.clock.advance(Duration.ofSeconds(50));
		assertThat(this.client.getLeaseClient().keepAliveOnce(lease).get(30, TimeUnit.SECONDS).getTTL()).isEqualTo(60);
		this.clock.advance(Duration.ofSeconds(50));
		assertThat(this.client.getLeaseClient().ttl(lease, true).get(30, TimeUnit.SECONDS).getKeysList())
			.containsExactly(bytes("a"));
		// etcd-java sends the renewal twice, and the second one comes whenever it comes
		this.clock.advance(Duration.ofMinutes(2));
		assertThat(kv().get(bytes("a")).sync().getCount()).isZero();
	}

	@Test
	void leaseIsMaintained() throws Exception {
		try (PersistentLease lease = this.client.getLeaseClient().maintain().minTtl(10).start()) {
			long id = lease.get(30, TimeUnit.SECONDS);
			await().untilAsserted(() -> assertThat(lease.getState()).isEqualTo(PersistentLease.LeaseState.ACTIVE));
			assertThat(this.client.getLeaseClient().list().get(30, TimeUnit.SECONDS).getLeasesList())
				.anySatisfy((each) -> assertThat(each.getID()).isEqualTo(id));
		}
	}

	@Test
	void lockIsHandedOver() throws Exception {
		long first = this.client.getLeaseClient().grant(60).sync().getID();
		long second = this.client.getLeaseClient().grant(60).sync().getID();
		LockResponse held = this.client.getLockClient().lock(bytes("lock")).withLease(first).sync();
		assertThat(held.getKey().toStringUtf8()).isEqualTo("lock/" + Long.toHexString(first));
		ListenableFuture<LockResponse> waiting = this.client.getLockClient()
			.lock(bytes("lock"))
			.withLease(second)
			.timeout(30_000)
			.async();
		await().untilAsserted(() -> assertThat(kv().get(bytes("lock/")).asPrefix().sync().getCount()).isEqualTo(2));
		assertThat(waiting.isDone()).isFalse();
		this.client.getLockClient().unlock(held.getKey()).sync();
		assertThat(waiting.get(30, TimeUnit.SECONDS).getKey().toStringUtf8())
			.isEqualTo("lock/" + Long.toHexString(second));
	}

	@Test
	void leaderIsElectedAndReplaced() {
		try (EtcdLeaderElection one = new EtcdLeaderElection(this.client, bytes("e/"), "one");
				EtcdClient other = EtcdClient.forEndpoint("127.0.0.1", this.etcd.port()).withPlainText().build();
				EtcdLeaderElection two = new EtcdLeaderElection(other, bytes("e/"), "two")) {
			one.start();
			await().until(one::isLeader);
			two.start();
			await().untilAsserted(() -> assertThat(two.getLeaderId()).isEqualTo("one"));
			assertThat(two.isLeader()).isFalse();
			one.close();
			await().until(two::isLeader);
		}
	}

	@Test
	void cacheOfARangeFollows() throws Exception {
		put("c/1", "x");
		try (RangeCache cache = new RangeCache(this.client, bytes("c/"), false)) {
			cache.start().get(30, TimeUnit.SECONDS);
			assertThat(cache.get(bytes("c/1")).getValue()).isEqualTo(bytes("x"));
			put("c/2", "y");
			await().untilAsserted(() -> assertThat(cache.get(bytes("c/2"))).isNotNull());
		}
	}

	private KvClient kv() {
		return this.client.getKvClient();
	}

	private long put(String key, String value) {
		return kv().put(bytes(key), bytes(value)).sync().getHeader().getRevision();
	}

	private static ByteString bytes(String text) {
		return ByteString.copyFromUtf8(text);
	}

	private static final class Updates implements StreamObserver<WatchUpdate> {

		private final List<String> told = new CopyOnWriteArrayList<>();

		private final List<Throwable> failures = new CopyOnWriteArrayList<>();

		@Override
		public void onNext(WatchUpdate update) {
			for (Event event : update.getEvents()) {
				this.told.add(event.getType() + " " + event.getKv().getKey().toStringUtf8() + "="
						+ event.getKv().getValue().toStringUtf8() + " after "
						+ event.getPrevKv().getValue().toStringUtf8());
			}
		}

		@Override
		public void onError(Throwable ex) {
			this.failures.add(ex);
		}

		@Override
		public void onCompleted() {
		}

	}

}
