/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.compat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
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
 * The embedded server with jetcd.
 */
@Timeout(60)
class JetcdTests {

	private final EtcdClock clock = EtcdClock.manual();

	private EmbeddedEtcd etcd;

	private Client client;

	@BeforeEach
	void start() {
		this.etcd = EmbeddedEtcd.builder().clock(this.clock).start();
		this.client = Client.builder().endpoints(this.etcd.endpoint()).build();
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
		GetResponse all = get(this.client.getKVClient()
			.get(bytes("a/"),
					GetOption.builder()
						.isPrefix(true)
						.withSortField(GetOption.SortTarget.KEY)
						.withSortOrder(GetOption.SortOrder.DESCEND)
						.build()));
		assertThat(all.getKvs()).extracting((each) -> text(each.getKey()) + "=" + text(each.getValue()))
			.containsExactly("a/2=y", "a/1=z");
		assertThat(all.getHeader().getRevision()).isEqualTo(revision);
		GetResponse before = get(
				this.client.getKVClient().get(bytes("a/1"), GetOption.builder().withRevision(revision - 1).build()));
		assertThat(text(before.getKvs().get(0).getValue())).isEqualTo("x");
		assertThat(get(this.client.getKVClient()
			.delete(bytes("a/"), DeleteOption.builder().isPrefix(true).withPrevKV(true).build())).getPrevKvs())
			.hasSize(2);
	}

	@Test
	void transactionsCompare() {
		put("a", "1");
		TxnResponse yes = get(this.client.getKVClient()
			.txn()
			.If(new Cmp(bytes("a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1"))))
			.Then(Op.put(bytes("a"), bytes("2"), PutOption.builder().withPrevKV().build()))
			.Else(Op.get(bytes("a"), GetOption.DEFAULT))
			.commit());
		assertThat(yes.isSucceeded()).isTrue();
		assertThat(text(yes.getPutResponses().get(0).getPrevKv().getValue())).isEqualTo("1");
		TxnResponse no = get(this.client.getKVClient()
			.txn()
			.If(new Cmp(bytes("a"), Cmp.Op.LESS, CmpTarget.version(2)))
			.Then(Op.delete(bytes("a"), DeleteOption.DEFAULT))
			.Else(Op.get(bytes("a"), GetOption.DEFAULT))
			.commit());
		assertThat(no.isSucceeded()).isFalse();
		assertThat(text(no.getGetResponses().get(0).getKvs().get(0).getValue())).isEqualTo("2");
	}

	@Test
	void compactedRevisionIsRefused() {
		put("a", "1");
		long revision = put("a", "2");
		get(this.client.getKVClient().compact(revision));
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> this.client.getKVClient()
				.get(bytes("a"), GetOption.builder().withRevision(revision - 1).build())
				.get(30, TimeUnit.SECONDS))
			.withMessageContaining("required revision has been compacted");
	}

	@Test
	void watchTellsThePastAndThePresent() {
		long first = put("a/1", "x");
		List<String> told = new CopyOnWriteArrayList<>();
		try (Watch.Watcher watcher = this.client.getWatchClient()
			.watch(bytes("a/"), WatchOption.builder().isPrefix(true).withRevision(first).withPrevKV(true).build(),
					(response) -> response.getEvents().forEach((event) -> told.add(text(event))))) {
			put("a/1", "y");
			get(this.client.getKVClient().delete(bytes("a/1")));
			await().untilAsserted(() -> assertThat(told).containsExactly("PUT a/1=x after ", "PUT a/1=y after x",
					"DELETE a/1= after y"));
		}
	}

	@Test
	void watchOfACompactedRevisionIsToldSo() {
		long first = put("a", "1");
		long revision = put("a", "2");
		get(this.client.getKVClient().compact(revision));
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		try (Watch.Watcher watcher = this.client.getWatchClient()
			.watch(bytes("a"), WatchOption.builder().withRevision(first).build(), Watch.listener((response) -> {
			}, failure::complete))) {
			assertThat(failure).succeedsWithin(Duration.ofSeconds(30))
				.isInstanceOfSatisfying(CompactedException.class,
						(ex) -> assertThat(ex.getCompactedRevision()).isEqualTo(revision));
		}
	}

	@Test
	void leaseEndsWithItsKeysUnlessItIsKeptAlive() {
		long lease = get(this.client.getLeaseClient().grant(60)).getID();
		get(this.client.getKVClient().put(bytes("a"), bytes("1"), PutOption.builder().withLeaseId(lease).build()));
		this.clock.advance(Duration.ofSeconds(50));
		assertThat(get(this.client.getLeaseClient().keepAliveOnce(lease)).getTTL()).isEqualTo(60);
		this.clock.advance(Duration.ofSeconds(50));
		assertThat(get(this.client.getLeaseClient().timeToLive(lease, LeaseOption.builder().withAttachedKeys().build()))
			.getKeys()).extracting(JetcdTests::text).containsExactly("a");
		this.clock.advance(Duration.ofSeconds(70));
		assertThat(get(this.client.getKVClient().get(bytes("a"))).getCount()).isZero();
	}

	@Test
	void leaseIsKeptAliveByAStream() {
		long lease = get(this.client.getLeaseClient().grant(5)).getID();
		CompletableFuture<Long> renewed = new CompletableFuture<>();
		try (CloseableClient keeper = this.client.getLeaseClient().keepAlive(lease, new FirstAnswer(renewed))) {
			assertThat(renewed).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(5L);
		}
		get(this.client.getLeaseClient().revoke(lease));
	}

	@Test
	void lockIsHandedOver() {
		long first = get(this.client.getLeaseClient().grant(60)).getID();
		long second = get(this.client.getLeaseClient().grant(60)).getID();
		LockResponse held = get(this.client.getLockClient().lock(bytes("lock"), first));
		assertThat(text(held.getKey())).isEqualTo("lock/" + Long.toHexString(first));
		CompletableFuture<LockResponse> waiting = this.client.getLockClient().lock(bytes("lock"), second);
		await().untilAsserted(() -> assertThat(
				get(this.client.getKVClient().get(bytes("lock/"), GetOption.builder().isPrefix(true).build()))
					.getCount())
			.isEqualTo(2));
		assertThat(waiting).isNotDone();
		get(this.client.getLockClient().unlock(held.getKey()));
		assertThat(text(get(waiting).getKey())).isEqualTo("lock/" + Long.toHexString(second));
	}

	@Test
	void leaderIsObservedAndReplaced() {
		long first = get(this.client.getLeaseClient().grant(60)).getID();
		long second = get(this.client.getLeaseClient().grant(60)).getID();
		Election election = this.client.getElectionClient();
		List<String> leaders = new CopyOnWriteArrayList<>();
		CampaignResponse won = get(election.campaign(bytes("e"), first, bytes("one")));
		election.observe(bytes("e"), new Leaders(leaders));
		CompletableFuture<CampaignResponse> waiting = election.campaign(bytes("e"), second, bytes("two"));
		await().untilAsserted(() -> assertThat(leaders).containsExactly("one"));
		get(election.proclaim(won.getLeader(), bytes("one again")));
		await().untilAsserted(() -> assertThat(leaders).containsExactly("one", "one again"));
		get(election.resign(won.getLeader()));
		get(waiting);
		assertThat(text(get(election.leader(bytes("e"))).getKv().getValue())).isEqualTo("two");
		await().untilAsserted(() -> assertThat(leaders).containsExactly("one", "one again", "two"));
	}

	@Test
	void usersNeedTheirPassword() {
		var auth = this.client.getAuthClient();
		get(auth.userAdd(bytes("root"), bytes("secret")));
		get(auth.roleAdd(bytes("root")));
		get(auth.userGrantRole(bytes("root"), bytes("root")));
		get(auth.authEnable());
		try (Client root = Client.builder()
			.endpoints(this.etcd.endpoint())
			.user(bytes("root"))
			.password(bytes("secret"))
			.build()) {
			get(root.getKVClient().put(bytes("a"), bytes("1")));
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> this.client.getKVClient().get(bytes("a")).get(30, TimeUnit.SECONDS))
				.withMessageContaining("user name is empty");
			get(root.getAuthClient().authDisable());
		}
	}

	@Test
	void memberAndItsStatusAreTold() {
		assertThat(get(this.client.getClusterClient().listMember()).getMembers()).hasSize(1);
		assertThat(get(this.client.getMaintenanceClient().statusMember(this.etcd.endpoint())).getVersion())
			.startsWith("3.5.");
	}

	private long put(String key, String value) {
		return get(this.client.getKVClient().put(bytes(key), bytes(value))).getHeader().getRevision();
	}

	private static <T> T get(CompletableFuture<T> answer) {
		try {
			return answer.get(30, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	private static ByteSequence bytes(String text) {
		return ByteSequence.from(text, StandardCharsets.UTF_8);
	}

	private static String text(ByteSequence bytes) {
		return bytes.toString(StandardCharsets.UTF_8);
	}

	private static String text(WatchEvent event) {
		return event.getEventType() + " " + text(event.getKeyValue().getKey()) + "="
				+ text(event.getKeyValue().getValue()) + " after " + text(event.getPrevKV().getValue());
	}

	private record FirstAnswer(CompletableFuture<Long> renewed) implements StreamObserver<LeaseKeepAliveResponse> {

		@Override
		public void onNext(LeaseKeepAliveResponse answer) {
			this.renewed.complete(answer.getTTL());
		}

		@Override
		public void onError(Throwable ex) {
			this.renewed.completeExceptionally(ex);
		}

		@Override
		public void onCompleted() {
		}

	}

	private record Leaders(List<String> names) implements Election.Listener {

		@Override
		public void onNext(LeaderResponse response) {
			this.names.add(text(response.getKv().getValue()));
		}

		@Override
		public void onError(Throwable ex) {
			this.names.add(ex.toString());
		}

		@Override
		public void onCompleted() {
		}

	}

}
