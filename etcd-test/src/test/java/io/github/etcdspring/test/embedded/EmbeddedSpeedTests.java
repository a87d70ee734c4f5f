/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.test.EtcdBinaries;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How fast the embedded server is. Tells it in the report; nothing here fails because the
 * machine is slow.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EmbeddedSpeedTests {

	private static final boolean LONG = Boolean.getBoolean("etcd.fault.long");

	private static final int ROUNDS = 5;

	private static final int IN_FLIGHT = 64;

	/** Less than the time of a test, so that it can say what did not come. */
	private static final long PATIENCE_SECONDS = 120;

	@Test
	void startToFirstAnswer() {
		double[] millis = new double[ROUNDS];
		for (int i = -2; i < ROUNDS; i++) {
			long before = System.nanoTime();
			try (EmbeddedEtcd etcd = EmbeddedEtcd.start(); EtcdClient client = client(etcd.endpoint())) {
				assertThat(client.kv().put("a", "1").sync().revision()).isEqualTo(2);
				if (i >= 0) {
					millis[i] = (System.nanoTime() - before) / 1e6;
				}
			}
		}
		say("start to first answer, ms", millis);
	}

	@Test
	void callsBesideARealServer() throws InterruptedException {
		EtcdBinary binary = EtcdBinaries.all()
			.stream()
			.filter((each) -> each.version().isAtLeast("3.5.0"))
			.findFirst()
			.map((any) -> EtcdBinaries.newest())
			.orElse(null);
		Assumptions.assumeTrue(binary != null, "No etcd from 3.5 on to compare the embedded server with");
		int calls = LONG ? 20_000 : 1000;
		try (EtcdServer real = EtcdServer.builder().binary(binary).arguments("--unsafe-no-fsync").start();
				EmbeddedEtcd embedded = EmbeddedEtcd.start();
				EtcdClient toReal = client(real.endpoint());
				EtcdClient toEmbedded = client(embedded.endpoint())) {
			compare("puts, one after the other", calls, 1, toReal, toEmbedded, EmbeddedSpeedTests::put);
			compare("gets, one after the other", calls, 1, toReal, toEmbedded, EmbeddedSpeedTests::get);
			compare("puts, " + IN_FLIGHT + " at a time", calls, IN_FLIGHT, toReal, toEmbedded, EmbeddedSpeedTests::put);
			compare("gets, " + IN_FLIGHT + " at a time", calls, IN_FLIGHT, toReal, toEmbedded, EmbeddedSpeedTests::get);
			assertThat(toEmbedded.kv().get(KeyRange.prefix("k")).sync().keyValues())
				.hasSameSizeAs(toReal.kv().get(KeyRange.prefix("k")).sync().keyValues());
		}
	}

	@Test
	void manyKeysAndManyWatches() throws Exception {
		int keys = 100_000;
		int watches = 10_000;
		int perTxn = 100;
		try (EmbeddedEtcd etcd = EmbeddedEtcd.start(); EtcdClient client = client(etcd.endpoint())) {
			long start = System.nanoTime();
			for (int i = 0; i < keys; i += perTxn) {
				List<Op> puts = new ArrayList<>();
				for (int j = i; j < i + perTxn; j++) {
					puts.add(Op.put(key(j), "value"));
				}
				client.kv().txn().then(puts.toArray(Op[]::new)).sync();
			}
			long written = System.nanoTime();
			assertThat(client.kv().get(KeyRange.prefix("many/")).countOnly().sync().count()).isEqualTo(keys);
			long counted = System.nanoTime();
			Semaphore events = new Semaphore(0);
			List<Watch> open = new ArrayList<>();
			for (int i = 0; i < watches; i++) {
				open.add(client.watch(KeyRange.key(key(i))).open((batch) -> events.release(batch.events().size())));
			}
			CompletableFuture.allOf(open.stream().map(Watch::ready).toArray(CompletableFuture[]::new))
				.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
			long watching = System.nanoTime();
			List<CompletableFuture<?>> puts = new ArrayList<>();
			for (int i = 0; i < watches; i++) {
				puts.add(client.kv().put(key(i), "new").async());
			}
			CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
			assertThat(events.tryAcquire(watches, PATIENCE_SECONDS, TimeUnit.SECONDS)).as("all events came").isTrue();
			long told = System.nanoTime();
			assertThat(client.kv().put(key(keys - 1), "nobody watches").sync().revision()).isPositive();
			long one = System.nanoTime();
			say("%,d keys: written in %.0f ms, counted in %.1f ms".formatted(keys, (written - start) / 1e6,
					(counted - written) / 1e6));
			say("%,d watches: opened in %.0f ms; a put for each, and all events: %.0f ms; a put for none: %.2f ms"
				.formatted(watches, (watching - counted) / 1e6, (told - watching) / 1e6, (one - told) / 1e6));
		}
	}

	private static CompletableFuture<?> put(EtcdClient client, long i) {
		return client.kv().put("k" + i % 1000, "value").async();
	}

	private static CompletableFuture<?> get(EtcdClient client, long i) {
		return client.kv().get("k" + i % 1000).async();
	}

	private static void compare(String what, int calls, int inFlight, EtcdClient real, EtcdClient embedded, Call call)
			throws InterruptedException {
		double[] ofReal = new double[ROUNDS];
		double[] ofEmbedded = new double[ROUNDS];
		double[] ratio = new double[ROUNDS];
		for (int i = -1; i < ROUNDS; i++) {
			double first = rate(calls, inFlight, (n) -> call.send(real, n));
			double second = rate(calls, inFlight, (n) -> call.send(embedded, n));
			if (i >= 0) {
				ofReal[i] = first;
				ofEmbedded[i] = second;
				ratio[i] = second / first;
			}
		}
		say(what + ", real, per second", ofReal);
		say(what + ", embedded, per second", ofEmbedded);
		say(what + ", embedded / real", ratio);
	}

	private static double rate(int calls, int inFlight, LongFunction<CompletableFuture<?>> call)
			throws InterruptedException {
		Semaphore free = new Semaphore(inFlight);
		Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
		long before = System.nanoTime();
		for (int i = 0; i < calls; i++) {
			free.acquire();
			call.apply(i).whenComplete((result, ex) -> {
				if (ex != null) {
					failures.add(ex);
				}
				free.release();
			});
		}
		free.acquire(inFlight);
		double seconds = (System.nanoTime() - before) / 1e9;
		assertThat(failures).as("failures of calls").isEmpty();
		return calls / seconds;
	}

	private static EtcdClient client(String endpoint) {
		return EtcdClient.builder().endpoints(endpoint).build();
	}

	private static String key(int i) {
		return "many/" + i;
	}

	private static void say(String what, double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		say("%s: median %,.2f (%,.2f to %,.2f)".formatted(what, sorted[sorted.length / 2], sorted[0],
				sorted[sorted.length - 1]));
	}

	private static void say(String what) {
		System.out.println("EmbeddedSpeedTests: " + what);
	}

	@FunctionalInterface
	private interface Call {

		CompletableFuture<?> send(EtcdClient client, long i);

	}

}
