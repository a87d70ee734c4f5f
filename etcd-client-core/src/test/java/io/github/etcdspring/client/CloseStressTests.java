/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedServer.Exchange;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;
import io.github.etcdspring.proto.LeaseRevokeResponse;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.ResponseOp;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.TxnResponse;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that are closed while the answers to everything that they began come in.
 */
@Timeout(3600)
class CloseStressTests {

	/** A server remembers all calls. */
	private static final int ROUNDS_OF_A_SERVER = 250;

	private static final ResponseHeader HEADER = ResponseHeader.newBuilder()
		.setClusterId(1)
		.setMemberId(2)
		.setRevision(7)
		.build();

	private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

	private final ExecutorService application = Executors.newFixedThreadPool(2);

	private Thread.UncaughtExceptionHandler handlerBefore;

	@BeforeEach
	void catchAll() {
		this.handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
		Thread.setDefaultUncaughtExceptionHandler((thread, ex) -> this.uncaught.add(ex));
	}

	@AfterEach
	void restoreHandler() {
		Thread.setDefaultUncaughtExceptionHandler(this.handlerBefore);
		this.application.shutdownNow();
	}

	private static ScriptedServer server() {
		return ScriptedServer.start()
			.on(ScriptedServer.LEASE_GRANT, CloseStressTests::grant)
			.on("etcdserverpb.Lease/LeaseRevoke",
					ScriptedServer.reply(LeaseRevokeResponse.newBuilder().setHeader(HEADER).build()))
			.on(ScriptedServer.TXN, CloseStressTests::own)
			.onStream(ScriptedServer.KEEP_ALIVE, CloseStressTests::renew)
			.onStream(ScriptedServer.WATCH, CloseStressTests::watch);
	}

	private static void grant(Exchange exchange) {
		LeaseGrantRequest request = exchange.request(LeaseGrantRequest.parser());
		exchange.reply(LeaseGrantResponse.newBuilder().setHeader(HEADER).setID(request.getID()).setTTL(60).build());
	}

	private static void own(Exchange exchange) {
		TxnRequest request = exchange.request(TxnRequest.parser());
		TxnResponse.Builder answer = TxnResponse.newBuilder().setHeader(HEADER).setSucceeded(true);
		if (request.getSuccessCount() == 2) {
			PutRequest put = request.getSuccess(0).getRequestPut();
			KeyValue made = KeyValue.newBuilder()
				.setKey(put.getKey())
				.setLease(put.getLease())
				.setCreateRevision(7)
				.setModRevision(7)
				.setVersion(1)
				.build();
			answer.addResponses(ResponseOp.newBuilder().setResponsePut(PutResponse.newBuilder().setHeader(HEADER)))
				.addResponses(ResponseOp.newBuilder()
					.setResponseRange(RangeResponse.newBuilder().setHeader(HEADER).addKvs(made).setCount(1)));
		}
		exchange.reply(answer.build());
	}

	private static void renew(ScriptedStream stream) {
		try {
			for (int i = 1;; i++) {
				long id = stream.request(i, LeaseKeepAliveRequest.parser()).getID();
				stream.reply(LeaseKeepAliveResponse.newBuilder().setHeader(HEADER).setID(id).setTTL(60).build());
			}
		}
		catch (CancellationException ex) {
			// The stream is over.
		}
	}

	private static void watch(ScriptedStream stream) {
		try {
			for (int i = 1;; i++) {
				WatchRequest request = stream.request(i, WatchRequest.parser());
				if (request.hasCreateRequest()) {
					stream.reply(WatchResponse.newBuilder()
						.setHeader(HEADER)
						.setWatchId(request.getCreateRequest().getWatchId())
						.setCreated(true)
						.build());
				}
			}
		}
		catch (CancellationException ex) {
			// The stream is over.
		}
	}

	@Test
	void everythingEndsWhenTheClientIsClosedAmongTheAnswers() {
		int rounds = Boolean.getBoolean("etcd.fault.long") ? 10_000 : 500;
		for (int first = 0; first < rounds; first += ROUNDS_OF_A_SERVER) {
			try (ScriptedServer server = server()) {
				for (int round = first; round < Math.min(rounds, first + ROUNDS_OF_A_SERVER); round++) {
					closeAmongTheAnswers(server, round);
				}
				await().until(() -> server.openConnections() == 0);
			}
		}
		assertThat(this.uncaught).isEmpty();
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().matches("etcd-\\d+-.*")));
		assertThat(CompletableFuture.supplyAsync(() -> "usable", this.application))
			.succeedsWithin(Duration.ofSeconds(5));
	}

	private void closeAmongTheAnswers(ScriptedServer server, int round) {
		EtcdClient.Builder builder = EtcdClient.builder().endpoints(server.endpoint());
		switch (round % 3) {
			case 1 -> builder.callbackExecutor(this.application);
			case 2 -> builder.callbackExecutor(Runnable::run);
			default -> {
				// Its own threads.
			}
		}
		EtcdClient client = builder.build();
		if (round % 2 == 0) {
			// Otherwise everything waits for the connection.
			client.kv().get("warm").async().join();
		}
		Map<String, CompletableFuture<?>> ends = begin(client);
		if (round % 5 == 0) {
			Objects.requireNonNull(ends.get("get")).whenComplete((result, ex) -> client.close());
		}
		// From at once to after the last answer.
		LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos((round * 37L) % 4000));
		List<CompletableFuture<Void>> closers = new ArrayList<>();
		for (int i = 0; i < round % 4; i++) {
			closers.add(CompletableFuture.runAsync(client::close, (task) -> new Thread(task).start()));
		}
		client.close();
		ends.putAll(Map.of("closers", CompletableFuture.allOf(closers.toArray(CompletableFuture<?>[]::new))));
		ends.forEach((name, end) -> {
			Throwable failure = end.handle((result, ex) -> (ex instanceof CompletionException) ? ex.getCause() : ex)
				.orTimeout(5, TimeUnit.SECONDS)
				.join();
			if (failure != null) {
				assertThat(failure).as(name + " in round " + round).isInstanceOf(ClientClosedException.class);
			}
		});
	}

	private static Map<String, CompletableFuture<?>> begin(EtcdClient client) {
		CompletableFuture<WatchClosed> watch = new CompletableFuture<>();
		client.watch(KeyRange.all()).open(new WatchListener() {

			@Override
			public void onBatch(WatchBatch batch) {
				// There is none.
			}

			@Override
			public void onClosed(WatchClosed closed) {
				watch.complete(closed);
			}

		});
		CompletableFuture<Object> keepAlive = new CompletableFuture<>();
		client.leases().keepAlive(5).open(keepAlive::complete);
		CompletableFuture<?> lock = client.session(Duration.ofSeconds(60))
			.async()
			.thenCompose((session) -> session.lock("lock").acquire().async());
		Map<String, CompletableFuture<?>> ends = new HashMap<>(Map.of("watch", watch, "keepalive", keepAlive, "lock",
				lock, "get", client.kv().get("k").async(), "put", client.kv().put("k", "v").async()));
		client.kv().get("k").async().thenRun(() -> client.kv().put("k", "v").async());
		return ends;
	}

}
