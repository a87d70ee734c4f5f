/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Leadership;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.Fault;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.ForkedJvm;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Who holds a lock and leads, but is out of this world for longer than his lease lives,
 * knows that it is over before somebody else has both.
 */
@WithEtcd
@Timeout(120)
class LostHolderFaultTests {

	private static final Duration SOON = Duration.ofSeconds(60);

	private static void signal(String signal, ForkedJvm process) throws IOException, InterruptedException {
		assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
	}

	@Test
	void processThatWasPausedKnowsThatItHasLostEverythingBeforeItDoesAnything(EtcdServer server, EtcdClient client)
			throws Exception {
		try (ForkedJvm another = ForkedJvm.run(HolderOfAnotherJvm.class, Map.of(), "-Detcd=" + server.endpoint());
				Session session = client.session(SOON).sync()) {
			assertThat(another.awaitLine("held ")).isEqualTo("true");
			CompletableFuture<HeldLock> locking = session.lock(HolderOfAnotherJvm.LOCK).acquire().async();
			CompletableFuture<Leadership> leading = session.election(HolderOfAnotherJvm.ELECTION)
				.campaign("this")
				.async();
			signal("STOP", another);
			try {
				assertThat(locking).succeedsWithin(SOON).satisfies((lock) -> assertThat(lock.isHeld()).isTrue());
				assertThat(leading).succeedsWithin(SOON).satisfies((leader) -> assertThat(leader.isHeld()).isTrue());
				assertThat(client.kv()
					.txn()
					.when(locking.join().fence(), leading.join().fence())
					.then(Op.put(HolderOfAnotherJvm.GUARDED, "by the next"))
					.sync()
					.succeeded()).isTrue();
			}
			finally {
				signal("CONT", another);
			}
			assertThat(another.awaitLine("first ")).isEqualTo("false false LOST");
			assertThat(another.awaitLine("written ")).isEqualTo("false false");
			assertThat(another.awaitLine("told ")).isEqualTo("true EXPIRED");
			assertThat(client.kv().get(HolderOfAnotherJvm.GUARDED).sync().first()).map(KeyValue::valueAsUtf8)
				.hasValue("by the next");
			assertThat(locking.join().isHeld()).isTrue();
		}
	}

	@Test
	void holderBehindABlackHoleIsToldBeforeTheNextOneHasIt(EtcdServer server, EtcdClient client) {
		try (FaultProxy proxy = FaultProxy.to(server.endpoint());
				EtcdClient cutOff = EtcdClient.builder().endpoints(proxy.endpoint()).build();
				Session its = cutOff.session(Duration.ofSeconds(3)).sync();
				Session session = client.session(SOON).sync()) {
			HeldLock lock = its.lock("/lost/lock").acquire().sync();
			Leadership leader = its.election("/lost/leader").campaign("cut off").sync();
			AtomicInteger told = new AtomicInteger();
			lock.onLost((cause) -> told.incrementAndGet());
			leader.onLost((cause) -> told.incrementAndGet());
			// In the moment when the next one has it.
			CompletableFuture<Boolean> heldByBoth = session.lock("/lost/lock")
				.acquire()
				.async()
				.thenApply((next) -> lock.isHeld());
			CompletableFuture<Boolean> ledByBoth = session.election("/lost/leader")
				.campaign("next")
				.async()
				.thenApply((next) -> leader.isHeld());
			proxy.inflict(Fault.stall());
			assertThat(heldByBoth).succeedsWithin(SOON).isEqualTo(false);
			assertThat(ledByBoth).succeedsWithin(SOON).isEqualTo(false);
			await().untilAsserted(() -> assertThat(told).hasValue(2));
			assertThat(its.state().isLost()).isTrue();
			proxy.heal();
			assertThat(client.kv().txn().when(lock.fence()).then(Op.put("/lost/guarded", "")).sync().succeeded())
				.isFalse();
		}
	}

}
