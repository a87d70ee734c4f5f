/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.ClientUses.Use;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.ReservedPort;
import io.github.etcdspring.client.transport.TcpRelay;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client as it is built by default, of which no endpoint can be reached: no call of any
 * kind waits for longer than the connect timeout, and each says what is wrong where.
 */
@Timeout(60)
class NobodyThereTests {

	@TempDir
	private Path folder;

	@Test
	void everyCallEndsWithTheConnectTimeout() {
		String refusing = ReservedPort.nobody();
		ExecutorService callers = Executors.newCachedThreadPool();
		try (TcpRelay silent = TcpRelay.blackHole();
				EtcdClient client = EtcdClient.builder().endpoints(refusing, silent.endpoint()).build()) {
			List<Use> uses = ClientUses.of(EtcdClient.class, client, refusing, this.folder)
				.stream()
				.filter((use) -> use.path().endsWith("sync()"))
				// Asks one member after the other, each for so long.
				.filter((use) -> !use.path().contains("moveLeader"))
				.toList();
			assertThat(uses).hasSizeGreaterThan(100);
			Map<Use, Future<Optional<Throwable>>> calls = new LinkedHashMap<>();
			uses.forEach((use) -> calls.put(use, callers.submit(() -> Optional.ofNullable(failure(use)))));
			List<String> problems = new ArrayList<>();
			calls.forEach((use, call) -> {
				Throwable failure = join(call);
				boolean named = failure != null && failure.getMessage() != null
						&& failure.getMessage().contains(refusing)
						&& failure.getMessage().contains("Connection refused");
				if (!(failure instanceof EtcdException ex) || ex.reason() != Reason.UNREACHABLE
						|| ex.outcome() != Outcome.NOT_APPLIED || !named) {
					problems.add(use + ": " + failure);
				}
			});
			assertThat(problems).isEmpty();
		}
		finally {
			callers.shutdownNow();
		}
	}

	private static @Nullable Throwable join(Future<Optional<Throwable>> call) {
		try {
			return call.get(30, TimeUnit.SECONDS).orElse(null);
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		catch (InterruptedException | TimeoutException ex) {
			return ex;
		}
	}

	private static @Nullable Throwable failure(Use use) throws InterruptedException {
		long begin = System.nanoTime();
		try {
			CompletableFuture<?> answer = use.action().run();
			answer.get(20, TimeUnit.SECONDS);
			return null;
		}
		catch (ExecutionException ex) {
			return inTime(begin, Objects.requireNonNull(ex.getCause()));
		}
		catch (EtcdException ex) {
			return inTime(begin, ex);
		}
		catch (TimeoutException ex) {
			return ex;
		}
	}

	private static Throwable inTime(long begin, Throwable failure) {
		Duration time = Duration.ofNanos(System.nanoTime() - begin);
		boolean right = time.compareTo(Duration.ofMillis(4_500)) > 0 && time.compareTo(Duration.ofSeconds(9)) < 0;
		return right ? failure : new IllegalStateException("after " + time, failure);
	}

}
