/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.OpResult;
import io.github.etcdspring.client.kv.TxnResult;
import io.github.etcdspring.client.transport.Request;

/**
 * An application that reads and writes, one request after the other.
 */
final class KvUser {

	static final String PREFIX = "k/";

	static final String PREFIX_END = "k0";

	private static final int KEYS = 4;

	private static final long MILLISECOND = 1_000_000;

	private final SimulatedClient client;

	private final Chance chance;

	private final History history;

	private int running;

	private boolean stopped;

	KvUser(SimulatedClient client, Chance chance, History history) {
		this.client = client;
		this.chance = chance;
		this.history = history;
	}

	/** Make requests one after the other from now on. */
	void start() {
		if (!this.stopped && !this.client.isClosed()) {
			step();
		}
	}

	/** Make no more requests. */
	void stop() {
		this.stopped = true;
	}

	/**
	 * Return how many requests have not ended.
	 * @return the number
	 */
	int running() {
		return this.running;
	}

	private void step() {
		String key = PREFIX + this.chance.below(KEYS);
		switch (this.chance.below(8)) {
			case 0, 1 -> read(key);
			case 2 -> compareAndSet(key);
			case 3 -> delete(this.chance.of(0.3) ? KeyRange.prefix(PREFIX) : KeyRange.key(key));
			case 4 -> putAll();
			default -> put(key, null);
		}
	}

	private void next() {
		this.client.time().after(this.chance.millis(10, 800), this::start);
	}

	/**
	 * Put a key.
	 * @param key the key
	 * @param timeout how long it may take, or {@code null} for something
	 * @return the write
	 */
	Write put(String key, @Nullable Duration timeout) {
		Write write = new Write(key, this.history.newValue(), now());
		this.history.writes().add(write);
		send(this.client.kv().put(key, String.valueOf(write.value())), timeout,
				(answer, ex) -> written(write, answer, ex));
		return write;
	}

	private void putAll() {
		List<Write> writes = new ArrayList<>();
		List<Op> puts = new ArrayList<>();
		for (int i = 0; i < KEYS; i++) {
			Write write = new Write(PREFIX + i, this.history.newValue(), now());
			writes.add(write);
			puts.add(Op.put(write.key(), String.valueOf(write.value())));
		}
		this.history.writes().addAll(writes);
		send(this.client.kv().txn().then(puts.toArray(Op[]::new)), null,
				(answer, ex) -> writes.forEach((write) -> written(write, answer, ex)));
	}

	private void delete(KeyRange range) {
		Write write = new Write(range.toString(), null, now());
		this.history.writes().add(write);
		send(this.client.kv().delete(range), null, (answer, ex) -> written(write, answer, ex));
	}

	private void compareAndSet(String key) {
		send(this.client.kv().get(key), null, (found, ex) -> {
			if (found == null || this.stopped || this.client.isClosed()) {
				return;
			}
			Write write = new Write(key, this.history.newValue(), now());
			this.history.writes().add(write);
			long expected = found.first().map((there) -> there.modRevision()).orElse(0L);
			send(this.client.kv()
				.txn()
				.when(Compare.modRevision(key).isEqualTo(expected))
				.then(Op.put(key, String.valueOf(write.value())))
				.orElse(Op.get(key)), null, (answer, failure) -> written(write, answer, failure));
		});
	}

	private void read(String key) {
		boolean whole = this.chance.of(0.3);
		boolean serializable = this.chance.of(0.2);
		GetRequest request = this.client.kv().get(whole ? KeyRange.prefix(PREFIX) : KeyRange.key(key));
		if (serializable) {
			request.serializable();
		}
		long before = this.history.acknowledged();
		send(request, null, (answer, ex) -> {
			if (answer != null) {
				GetResult got = answer;
				this.history.reads()
					.add(new Read(whole ? PREFIX : key, whole ? PREFIX_END : "", serializable, before,
							got.storeRevision(), got.keyValues()));
				if (!serializable) {
					this.history.acknowledge(got.storeRevision());
				}
			}
		});
	}

	private void written(Write write, @Nullable OpResult answer, @Nullable EtcdException ex) {
		if (answer != null) {
			boolean refused = answer instanceof TxnResult txn && !txn.succeeded();
			this.history.acknowledge(answer.header().revision());
			write.ended(refused ? Write.Result.REFUSED : Write.Result.APPLIED, answer.header().revision(), now());
		}
		else {
			boolean not = ex != null && ex.outcome() == Outcome.NOT_APPLIED;
			write.ended(not ? Write.Result.NOT_APPLIED : Write.Result.UNKNOWN, 0, now());
		}
		if (this.client.time().isNoting()) {
			this.client.time()
				.note("%s: %s %s", this.client, write, (ex != null) ? String.valueOf(ex.getMessage()) : "");
		}
	}

	private <R> void send(Request<R> request, @Nullable Duration timeout, Ended<R> ended) {
		Duration limit = (timeout != null) ? timeout : this.client.options().timeout();
		if (timeout == null && this.chance.of(0.2)) {
			limit = Duration.ofMillis(this.chance.between(1, 2500));
		}
		if (!limit.equals(this.client.options().timeout())) {
			request.timeout(limit);
		}
		long deadline = now() + limit.toNanos() + MILLISECOND;
		this.running++;
		CompletableFuture<R> future = request.async();
		future.whenComplete((answer, ex) -> {
			this.running--;
			long latest = deadline + this.client.longestCallback();
			if (now() > latest) {
				this.history.complain("a call of " + this.client + " ended " + (now() - latest) / MILLISECOND
						+ " ms after its deadline");
			}
			this.client.time().mix((ex != null) ? 7 : 3);
			ended.ended(answer, cause(ex));
			if (timeout == null && this.running == 0) {
				next();
			}
		});
		if (timeout == null && this.chance.of(0.03)) {
			this.client.time().after(this.chance.millis(0, 300), () -> future.cancel(true));
		}
	}

	private @Nullable EtcdException cause(@Nullable Throwable ex) {
		if (ex == null || ex instanceof CancellationException) {
			return null;
		}
		if (ex instanceof EtcdException cause) {
			return cause;
		}
		throw new IllegalStateException("no failure of a call", ex);
	}

	private long now() {
		return this.client.time().now();
	}

	/**
	 * Is told how a request ended.
	 *
	 * @param <R> the type of the answer
	 */
	private interface Ended<R> {

		void ended(@Nullable R answer, @Nullable EtcdException ex);

	}

}
