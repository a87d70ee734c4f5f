/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.lease.Leases;
import io.github.etcdspring.client.transport.SerialTasks;
import io.github.etcdspring.client.transport.Timer;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.watch.Watches;

/**
 * What sessions are built on.
 *
 * @param transport the client's engine
 * @param kv the key-value service
 * @param leases the lease service
 * @param watches the watch service
 */
record SessionServices(Transport transport, Kv kv, Leases leases, Watches watches) {

	/** How long the close of a lock, a leadership or a key waits. */
	static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	private static final Logger logger = LoggerFactory.getLogger(SessionServices.class);

	/**
	 * Run a task on the callback executor after a delay.
	 * @param nanos the delay in nanoseconds
	 * @param task the task
	 * @return what cancels it
	 */
	Timer.Timeout schedule(long nanos, Runnable task) {
		SerialTasks callbacks = this.transport.serialTasks();
		return this.transport.timer().schedule(nanos, () -> callbacks.execute(task));
	}

	/**
	 * Wait in a {@code close()}, which never throws and does not block the network.
	 * @param closing what is waited for; it goes on if it takes longer
	 * @param atMost how long to wait
	 * @param late what to log then
	 */
	static void awaitClosed(CompletableFuture<?> closing, Duration atMost, String late) {
		if (!Transport.mayWait()) {
			return;
		}
		try {
			closing.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (TimeoutException | ExecutionException ex) {
			logger.debug(late, ex);
		}
	}

	long nanoTime() {
		return this.transport.timer().nanoTime();
	}

	/**
	 * Find out whether a lease was revoked, as it seems: then its session need not wait
	 * until the next renewal to notice, and can have another one.
	 * @param lease the lease
	 */
	void lookAfter(SessionLease lease) {
		if (!lease.state().isLost()) {
			this.leases.keepAliveOnce(lease.id()).async().exceptionally((ex) -> {
				logger.debug("A lease of a session that seems to be gone", ex);
				return null;
			});
		}
	}

	/**
	 * Limit how long something is waited for.
	 * @param waiting what is waited for
	 * @param timeout how long, or {@code null} for any time
	 * @param failure makes the exception from a description
	 */
	void limit(CompletableFuture<?> waiting, @Nullable Duration timeout, Function<String, EtcdException> failure) {
		if (timeout != null) {
			Timer.Timeout limit = schedule(Timer.nanos(timeout), () -> waiting
				.completeExceptionally(failure.apply("not done within " + timeout.toMillis() + " ms")));
			waiting.whenComplete((result, ex) -> limit.cancel());
		}
	}

	/**
	 * Make the future that the application gets.
	 * @param <T> what is waited for
	 * @param <R> what the application gets
	 * @param waiting what is waited for; cancelled with the result
	 * @param result makes the result, or throws what the application gets
	 * @param unwanted what to do with a result that nobody wants any more
	 * @return the future
	 */
	<T, R> CompletableFuture<R> dependent(CompletableFuture<T> waiting, Function<T, R> result, Consumer<R> unwanted) {
		CompletableFuture<R> dependent = new CompletableFuture<>();
		// Also if the application completes it, for instance after a time of its own.
		dependent.whenComplete((done, ex) -> waiting.cancel(true));
		waiting.whenComplete((done, ex) -> later(() -> {
			if (ex != null) {
				dependent.completeExceptionally(Contender.cause(ex));
				return;
			}
			R made;
			try {
				made = result.apply(done);
			}
			catch (RuntimeException refused) {
				dependent.completeExceptionally(refused);
				return;
			}
			if (!dependent.complete(made)) {
				unwanted.accept(made);
			}
		}));
		return dependent;
	}

	/**
	 * Make a future that the application gets from one that others depend on, too.
	 * @param <T> the type of the result
	 * @param done what is waited for
	 * @return completes with the same, without holding up the others
	 */
	<T> CompletableFuture<T> told(CompletableFuture<T> done) {
		CompletableFuture<T> told = new CompletableFuture<>();
		done.whenComplete((result, ex) -> later(() -> {
			if (ex != null) {
				told.completeExceptionally(ex);
			}
			else {
				told.complete(result);
			}
		}));
		return told;
	}

	// What the application does when its future completes may block.
	private void later(Runnable completion) {
		this.transport.serialTasks().execute(completion);
	}

}
