/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.lease.KeepAliveListener;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.Fault;
import io.github.etcdspring.test.FaultProxy;
import io.github.etcdspring.test.TestPrefix;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that are closed with everything under way: all of it ends within a second, and
 * nothing is left, neither here nor at the server.
 */
@WithEtcd(isolated = true)
@Timeout(120)
class ClosingFaultTests {

	private static final Duration BOUND = FaultSettings.within(Duration.ofSeconds(1));

	private static final Duration SOON = Duration.ofSeconds(20);

	/** Long before a lease ends by itself. */
	private static final Duration LATE = Duration.ofSeconds(30);

	private static final int SESSIONS = 500;

	private final Set<Thread> threadsBefore = ClientThreads.now();

	private final ExecutorService application = Executors.newSingleThreadExecutor();

	private EtcdServer server;

	private ServerMetrics metrics;

	private EtcdClient observer;

	private String prefix;

	@BeforeEach
	void connect(EtcdServer server, @TestPrefix String prefix) {
		this.server = server;
		this.metrics = new ServerMetrics(server);
		this.observer = EtcdClient.builder().endpoints(server.endpoint()).build();
		this.prefix = prefix;
	}

	@AfterEach
	void assertNothingIsLeft() throws Exception {
		assertThat(this.application.submit(() -> "usable").get(5, TimeUnit.SECONDS)).isEqualTo("usable");
		this.application.shutdownNow();
		this.observer.close();
		try (EtcdClient cleaner = client().build()) {
			cleaner.leases()
				.list()
				.sync()
				.ids()
				.forEach((lease) -> cleaner.leases().revoke(lease).async().exceptionally((ex) -> null).join());
		}
		await().atMost(LATE).untilAsserted(() -> {
			assertThat(this.metrics.callsInFlight()).isZero();
			assertThat(ClientThreads.now()).isSubsetOf(this.threadsBefore);
		});
	}

	private EtcdClient.Builder client() {
		return EtcdClient.builder().endpoints(this.server.endpoint());
	}

	private static Duration since(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	/** The thread, or the threads, that close a client. */
	enum Closer {

		CALLER, TWICE, EIGHT_THREADS, INTERRUPTED, CALL, WATCH, KEEP_ALIVE, LOCK, LOSS;

		/** Close the client, and tell how long that took. */
		CompletableFuture<Duration> close(EtcdClient client, EtcdClient other, String prefix) {
			CompletableFuture<Duration> taken = new CompletableFuture<>();
			Runnable close = () -> {
				long begin = System.nanoTime();
				client.close();
				taken.complete(since(begin));
			};
			switch (this) {
				case CALLER -> close.run();
				case TWICE -> {
					close.run();
					client.close();
				}
				case EIGHT_THREADS -> closeTogether(client, close);
				case INTERRUPTED -> {
					Thread.currentThread().interrupt();
					close.run();
					assertThat(Thread.interrupted()).isTrue();
				}
				case CALL -> client.kv().get(prefix + "any").async().thenRun(close);
				case WATCH -> {
					client.watch(KeyRange.key(prefix + "closer")).open((batch) -> close.run()).ready().join();
					other.kv().put(prefix + "closer", "now").sync();
				}
				case KEEP_ALIVE -> client.leases()
					.keepAlive(client.leases().grant(Duration.ofSeconds(60)).sync().id())
					.open(new KeepAliveListener() {

						@Override
						public void onRenewed(Duration ttl) {
							close.run();
						}

						@Override
						public void onLost(LeaseLoss loss) {
							// The client is closed.
						}

					});
				case LOCK -> client.session(Duration.ofSeconds(60))
					.async()
					.thenCompose((session) -> session.lock(prefix + "closer").acquire().async())
					.thenRun(close);
				case LOSS -> {
					Session lost = client.session(Duration.ofSeconds(60)).sync();
					lost.onLost((loss) -> close.run());
					other.leases().revoke(lost.leaseId()).sync();
					client.leases().keepAliveOnce(lost.leaseId()).async();
				}
			}
			return taken;
		}

		private static void closeTogether(EtcdClient client, Runnable close) {
			CountDownLatch start = new CountDownLatch(1);
			List<CompletableFuture<Void>> closers = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				Runnable closer = (i == 0) ? close : client::close;
				closers.add(CompletableFuture.runAsync(() -> {
					awaitLatch(start);
					closer.run();
				}, (task) -> new Thread(task).start()));
			}
			start.countDown();
			closers.forEach(CompletableFuture::join);
		}

		private static void awaitLatch(CountDownLatch latch) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	/** Where a client runs callbacks. */
	enum Callbacks {

		OWN_THREADS, ONE_THREAD, ON_THE_SPOT;

		EtcdClient build(EtcdClient.Builder builder, ExecutorService application) {
			return switch (this) {
				case OWN_THREADS -> builder.build();
				case ONE_THREAD -> builder.callbackExecutor(application).build();
				case ON_THE_SPOT -> builder.callbackExecutor(Runnable::run).build();
			};
		}

	}

	static Stream<Arguments> closersAndCallbacks() {
		return Stream.of(Callbacks.values())
			.flatMap((callbacks) -> Stream.of(Closer.values()).map((closer) -> Arguments.of(closer, callbacks)));
	}

	@ParameterizedTest
	@MethodSource("closersAndCallbacks")
	void everythingEndsWithinASecondAndNothingIsLeft(Closer closer, Callbacks callbacks) {
		UnderWay.occupy(this.observer, this.prefix);
		List<Long> leases = this.observer.leases().list().sync().ids();
		long before = UnderWay.OCCUPYING_STREAMS;
		await().until(() -> this.metrics.callsInFlight() == before);
		EtcdClient client = callbacks.build(client(), this.application);
		UnderWay underWay = UnderWay.begin(client, this.prefix);
		await().untilAsserted(() -> assertThat(UnderWay.queues(this.prefix)
			.mapToLong((range) -> this.observer.kv().get(range).countOnly().sync().count()))
			.containsExactly(1L + UnderWay.CALLS, 2L, 2L));
		assertThat(this.metrics.callsInFlight()).isGreaterThan(before + UnderWay.CALLS);
		CompletableFuture<Duration> closing = closer.close(client, this.observer, this.prefix);
		assertThat(closing).succeedsWithin(SOON).satisfies((time) -> assertThat(time).isLessThan(BOUND));
		assertAllEndClosed(underWay.ends());
		underWay.ownLeases().forEach((lease) -> this.observer.leases().revoke(lease).async());
		await().atMost(LATE).untilAsserted(() -> {
			assertThat(this.metrics.callsInFlight()).isEqualTo(before);
			assertThat(this.observer.leases().timeToLive(underWay.session().leaseId()).sync().exists()).isFalse();
			assertThat(UnderWay.queues(this.prefix)
				.mapToLong((range) -> this.observer.kv().get(range).countOnly().sync().count())).containsOnly(1L);
			assertThat(UnderWay.ownKeys(this.prefix)
				.mapToLong((range) -> this.observer.kv().get(range).countOnly().sync().count())).containsOnly(0L);
		});
		// Without a thread for callbacks nobody hears of a lease that is granted
		// meanwhile.
		boolean unheard = closer == Closer.LOSS && callbacks == Callbacks.ONE_THREAD;
		if (closer != Closer.KEEP_ALIVE && !unheard) {
			await().atMost(LATE)
				.untilAsserted(() -> assertThat(this.observer.leases().list().sync().ids())
					.containsExactlyInAnyOrderElementsOf(leases));
		}
	}

	private static void assertAllEndClosed(List<CompletableFuture<?>> ends) {
		long begin = System.nanoTime();
		await().atMost(SOON).until(() -> ends.stream().allMatch(CompletableFuture::isDone));
		assertThat(since(begin)).isLessThan(BOUND);
		assertThat(ends).extracting((end) -> String.valueOf(end.handle((result, ex) -> ex).join()))
			.filteredOn((failure) -> !failure.contains(ClientClosedException.class.getName()))
			.isEmpty();
	}

	@Test
	void fiveHundredSessionsAreRevokedAtOnce() {
		List<Long> closing = new ArrayList<>();
		List<Long> revoked = new ArrayList<>();
		List<Integer> left = new ArrayList<>();
		int rounds = FaultSettings.rounds(2, 30);
		for (int round = 0; round < rounds; round++) {
			EtcdClient client = client().build();
			List<Session> sessions = Stream.generate(() -> client.session(Duration.ofSeconds(60)).async())
				.limit(SESSIONS)
				.toList()
				.stream()
				.map(CompletableFuture::join)
				.toList();
			sessions.stream()
				.map((session) -> session.register(this.prefix + session.leaseId(), "1").async())
				.toList()
				.forEach(CompletableFuture::join);
			assertThat(this.observer.leases().list().sync().ids()).hasSize(SESSIONS);
			long begin = System.nanoTime();
			client.close();
			closing.add(since(begin).toMillis());
			left.add(this.observer.leases().list().sync().ids().size());
			await().atMost(SOON)
				.pollInterval(Duration.ofMillis(10))
				.until(() -> this.observer.leases().list().sync().ids().isEmpty());
			revoked.add(since(begin).toMillis());
			assertThat(this.observer.kv().get(KeyRange.prefix(this.prefix)).countOnly().sync().count()).isZero();
		}
		FaultSettings.say(ClosingFaultTests.class, SESSIONS + " sessions were closed after ms " + closing
				+ " and revoked after " + revoked + ", left " + left);
		// A busy machine may be slow, but hardly each time.
		assertThat(revoked).anySatisfy((time) -> assertThat(time).isLessThan(2000));
		assertThat(left).anySatisfy((leases) -> assertThat(leases).isLessThan(SESSIONS / 10));
	}

	/** What keeps a client from its server. */
	enum Obstacle {

		KILLED, FROZEN, REFUSED, SILENT;

		void arise(EtcdServer server, List<FaultProxy> proxies) {
			switch (this) {
				case KILLED -> server.kill();
				case FROZEN -> server.freeze();
				case REFUSED -> proxies.forEach((proxy) -> {
					proxy.refuse();
					proxy.cut();
				});
				case SILENT -> proxies.forEach((proxy) -> proxy.inflict(Fault.stall()));
			}
		}

		void vanish(EtcdServer server, List<FaultProxy> proxies) {
			switch (this) {
				case KILLED -> server.start();
				case FROZEN -> server.thaw();
				default -> proxies.forEach(FaultProxy::heal);
			}
		}

	}

	static Stream<Arguments> obstacles() {
		return Stream.of(Obstacle.values())
			.flatMap((obstacle) -> Stream.of(1, 3).map((endpoints) -> Arguments.of(obstacle, endpoints)));
	}

	@ParameterizedTest
	@MethodSource("obstacles")
	void clientThatIsCutOffEndsEverythingWithinASecond(Obstacle obstacle, int endpoints) {
		UnderWay.occupy(this.observer, this.prefix);
		List<FaultProxy> proxies = Stream.generate(() -> FaultProxy.to(this.server.endpoint()))
			.limit(endpoints)
			.toList();
		try {
			EtcdClient client = EtcdClient.builder()
				.endpoints(proxies.stream().map(FaultProxy::endpoint).toArray(String[]::new))
				.build();
			UnderWay underWay = UnderWay.begin(client, this.prefix);
			obstacle.arise(this.server, proxies);
			List<CompletableFuture<?>> calls = Stream.generate(() -> client.kv().put(this.prefix + "late", "1").async())
				.<CompletableFuture<?>>map((put) -> put)
				.limit(20)
				.toList();
			long begin = System.nanoTime();
			client.close();
			assertThat(since(begin)).isLessThan(BOUND);
			List<CompletableFuture<?>> ends = Stream.concat(calls.stream(), underWay.ends().stream()).toList();
			if (obstacle == Obstacle.KILLED || obstacle == Obstacle.REFUSED) {
				// Some may have ended before, with the connection.
				ends.forEach((end) -> assertThat(end).failsWithin(BOUND));
			}
			else {
				assertAllEndClosed(ends);
			}
			obstacle.vanish(this.server, proxies);
		}
		finally {
			proxies.forEach(FaultProxy::close);
		}
	}

}
