/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.PutResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Many requests at a time, and where and how they end.
 */
abstract class AsyncConformance extends Conformance {

	private static final int MANY = 50;

	private static <T> List<T> join(List<CompletableFuture<T>> futures) {
		assertThat(CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);
		return futures.stream().map(CompletableFuture::join).toList();
	}

	@Test
	void fiftyPutsAndGetsAtATime() {
		List<PutResult> puts = join(
				IntStream.range(0, MANY).mapToObj((i) -> this.kv.put(key("k" + i), "v" + i).async()).toList());
		assertThat(puts).extracting(PutResult::revision).doesNotHaveDuplicates();
		List<GetResult> gets = join(
				IntStream.range(0, MANY).mapToObj((i) -> this.kv.get(key("k" + i)).async()).toList());
		for (int i = 0; i < MANY; i++) {
			assertThat(values(gets.get(i))).containsExactly("v" + i);
			assertThat(gets.get(i).first()).map((found) -> found.modRevision()).contains(puts.get(i).revision());
		}
		assertThat(this.kv.get(ownKeys()).countOnly().sync().count()).isEqualTo(MANY);
	}

	@Test
	void putsOfOneKeyAtATimeAreOrderedByTheServer() {
		List<PutResult> puts = join(IntStream.range(0, MANY)
			.mapToObj((i) -> this.kv.put(key("a"), "v" + i).withPrevious().async())
			.toList());
		long last = puts.stream().mapToLong(PutResult::revision).max().orElseThrow();
		int winner = puts.indexOf(puts.stream().filter((put) -> put.revision() == last).findFirst().orElseThrow());
		assertThat(find("a").valueAsUtf8()).isEqualTo("v" + winner);
		assertThat(find("a").version()).isEqualTo(MANY);
		assertThat(puts.stream().filter((put) -> put.previous().isEmpty())).hasSize(1);
	}

	@Test
	void differentOperationsAtATime() {
		List<CompletableFuture<?>> all = new ArrayList<>();
		for (int i = 0; i < MANY; i++) {
			put("old" + i, "1");
		}
		for (int i = 0; i < MANY; i++) {
			all.add(this.kv.put(key("new" + i), "2").async());
			all.add(this.kv.get(key("old" + i)).async());
			all.add(this.kv.delete(key("old" + i)).async());
			all.add(this.kv.txn().then(Op.put(key("txn" + i), "3"), Op.get(key("txn" + i))).async());
		}
		assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);
		assertThat(values(this.kv.get(ownKeys()).sync())).hasSize(2 * MANY).containsOnly("2", "3");
	}

	@Test
	void severalThreadsShareAClient() {
		ExecutorService threads = Executors.newFixedThreadPool(8);
		try {
			List<CompletableFuture<String>> runs = IntStream.range(0, MANY)
				.mapToObj((i) -> CompletableFuture.supplyAsync(() -> {
					put("k" + i, "v" + i);
					return find("k" + i).valueAsUtf8();
				}, threads))
				.toList();
			assertThat(join(runs)).isEqualTo(IntStream.range(0, MANY).mapToObj((i) -> "v" + i).toList());
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void completionMayBlockAndCallBack() {
		AnswerGate gate = new AnswerGate();
		try (EtcdClient client = newClient().channelCustomizer((channel) -> channel.intercept(gate)).build()) {
			CompletableFuture<Thread> completed = new CompletableFuture<>();
			CompletableFuture<GetResult> inside = client.kv().put(key("a"), "1").async().thenApply((put) -> {
				completed.complete(Thread.currentThread());
				return client.kv().get(key("a")).sync();
			});
			gate.open();
			assertThat(inside).succeedsWithin(SOON).satisfies((get) -> assertThat(values(get)).containsExactly("1"));
			assertThat(completed.join()).isNotSameAs(Thread.currentThread());
			assertThat(gate.networkThreads()).isNotEmpty().doesNotContain(completed.join());
		}
	}

	@Test
	void completionRunsOnTheExecutorOfTheApplication() {
		AnswerGate gate = new AnswerGate();
		ExecutorService own = Executors.newSingleThreadExecutor((task) -> new Thread(task, "application"));
		try (EtcdClient client = newClient().callbackExecutor(own)
			.channelCustomizer((channel) -> channel.intercept(gate))
			.build()) {
			CompletableFuture<String> name = client.kv()
				.put(key("a"), "1")
				.async()
				.thenApply((put) -> Thread.currentThread().getName());
			gate.open();
			assertThat(name).succeedsWithin(SOON).isEqualTo("application");
		}
		finally {
			own.shutdownNow();
		}
	}

	@Test
	void waitingOnANetworkThreadIsRefused() {
		AnswerGate gate = new AnswerGate();
		try (EtcdClient client = newClient().callbackExecutor(Runnable::run)
			.channelCustomizer((channel) -> channel.intercept(gate))
			.build()) {
			CompletableFuture<GetResult> waiting = client.kv()
				.put(key("a"), "1")
				.async()
				.thenApply((put) -> client.kv().get(key("a")).sync());
			CompletableFuture<GetResult> chained = client.kv()
				.put(key("b"), "2")
				.async()
				.thenCompose((put) -> client.kv().get(key("b")).async());
			gate.open();
			assertThat(waiting).failsWithin(SOON)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(IllegalStateException.class)
				.withMessageContaining("async()");
			assertThat(chained).succeedsWithin(SOON).satisfies((get) -> assertThat(values(get)).containsExactly("2"));
		}
	}

	@Test
	void cancelledRequestLeavesTheClientUsable() {
		AnswerGate gate = new AnswerGate();
		try (EtcdClient client = newClient().channelCustomizer((channel) -> channel.intercept(gate)).build()) {
			List<CompletableFuture<GetResult>> gets = IntStream.range(0, MANY)
				.mapToObj((i) -> client.kv().get(key("a")).async())
				.toList();
			assertThat(gets).allMatch((get) -> get.cancel(true));
			gate.open();
			assertThat(gets)
				.allSatisfy((get) -> assertThatExceptionOfType(CancellationException.class).isThrownBy(get::join));
			assertThat(client.kv().get(key("a")).sync().count()).isZero();
		}
	}

	@Test
	void closingEndsRequestsThatAreUnderWay() {
		AnswerGate gate = new AnswerGate();
		EtcdClient client = newClient().channelCustomizer((channel) -> channel.intercept(gate)).build();
		List<CompletableFuture<GetResult>> gets = IntStream.range(0, MANY)
			.mapToObj((i) -> client.kv().get(key("a")).async())
			.toList();
		client.close();
		gate.open();
		assertThat(gets).allSatisfy((get) -> assertThatExceptionOfType(CompletionException.class).isThrownBy(get::join)
			.withCauseInstanceOf(ClientClosedException.class));
		assertThat(this.kv.get(key("a")).sync().count()).isZero();
	}

	@Test
	void closedClientRefusesEverything() {
		EtcdClient client = newClient().build();
		client.kv().put(key("a"), "1").sync();
		client.close();
		Kv closed = client.kv();
		assertThat(List.of(closed.put(key("a"), "2"), closed.get(key("a")), closed.delete(key("a")),
				closed.txn().then(Op.put(key("a"), "2")), closed.compact(1)))
			.allSatisfy((request) -> assertThat(failureOf(request)).isInstanceOfSatisfying(ClientClosedException.class,
					(failure) -> {
						assertThat(failure.reason()).isEqualTo(Reason.CLOSED);
						assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
						assertThat(failure.attempts()).isZero();
					}));
		assertThat(find("a").valueAsUtf8()).isEqualTo("1");
	}

}
