/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.client.transport.SerialTasks;
import io.github.etcdspring.client.transport.Timer;
import io.github.etcdspring.client.transport.Transport;

/**
 * Reads a cache once it has reached a revision. Also waits for the first listing of the
 * cache. It fails with an {@link io.github.etcdspring.client.error.EtcdTimeoutException
 * EtcdTimeoutException} if that takes too long, and as the cache does if the cache ends.
 * <p>
 * The changes that it waits for come by the client's callback executor: {@link #sync()}
 * must not use up the threads of an executor of the application.
 *
 * @since 0.1.0
 */
public final class CacheRead implements Request<CacheSnapshot> {

	private final Follower follower;

	/** The least revision, or 0 for what the server has. */
	private final long revision;

	private @Nullable Duration timeout;

	CacheRead(Follower follower, long revision) {
		this.follower = follower;
		this.revision = revision;
	}

	@Override
	public CacheRead timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return this;
	}

	@Override
	public CacheSnapshot sync() {
		Transport.checkMayWait("sync() would block the network thread that tells the cache of changes");
		Failure end = this.follower.failure();
		if (end != null) {
			throw end.toException();
		}
		CacheSnapshot there = there();
		if (there != null) {
			return there;
		}
		RevisionWait wait = begin(null);
		try {
			return wait.future().get();
		}
		catch (InterruptedException ex) {
			wait.future().cancel(false);
			Thread.currentThread().interrupt();
			throw Failures.interrupted().toException();
		}
		catch (ExecutionException ex) {
			Failure failure = wait.failure();
			// Made anew, because the stack trace that helps is the caller's.
			throw (failure != null) ? failure.toException() : Failures.of(ex);
		}
	}

	@Override
	public CompletableFuture<CacheSnapshot> async() {
		Failure end = this.follower.failure();
		if (end != null) {
			return CompletableFuture.failedFuture(end.toException());
		}
		CacheSnapshot there = there();
		return (there != null) ? CompletableFuture.completedFuture(there)
				: begin(this.follower.transport().serialTasks()).future();
	}

	private @Nullable CacheSnapshot there() {
		CacheSnapshot published = this.follower.latest();
		return (this.revision != 0 && published != null && published.revision() >= this.revision) ? published : null;
	}

	private RevisionWait begin(@Nullable SerialTasks callbacks) {
		Duration limit = (this.timeout != null) ? this.timeout : this.follower.transport().timeout();
		RevisionWait wait = new RevisionWait(this.revision, Timer.nanos(limit), callbacks);
		this.follower.waits().begin(wait, this.revision == 0);
		return wait;
	}

}
