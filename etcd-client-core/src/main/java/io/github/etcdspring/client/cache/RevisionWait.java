/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.transport.SerialTasks;
import io.github.etcdspring.client.transport.Timer;

/**
 * One reader that waits for a cache to reach a revision.
 */
final class RevisionWait implements Comparable<RevisionWait> {

	private final CompletableFuture<CacheSnapshot> future = new CompletableFuture<>();

	private final long timeoutNanos;

	/** Where the future completes, {@code null} for where it happens. */
	private final @Nullable SerialTasks callbacks;

	/** Written before the future completes. */
	private volatile @Nullable Failure failure;

	private long revision;

	private volatile Timer.@Nullable Timeout timeout;

	private volatile @Nullable CompletableFuture<GetResult> question;

	RevisionWait(long revision, long timeoutNanos, @Nullable SerialTasks callbacks) {
		this.revision = revision;
		this.timeoutNanos = timeoutNanos;
		this.callbacks = callbacks;
	}

	CompletableFuture<CacheSnapshot> future() {
		return this.future;
	}

	long timeoutNanos() {
		return this.timeoutNanos;
	}

	@Nullable Failure failure() {
		return this.failure;
	}

	long revision() {
		return this.revision;
	}

	void revision(long revision) {
		this.revision = revision;
	}

	void timeout(Timer.Timeout timeout) {
		this.timeout = timeout;
	}

	void question(CompletableFuture<GetResult> question) {
		this.question = question;
	}

	void succeed(CacheSnapshot snapshot) {
		release();
		complete(() -> this.future.complete(snapshot));
	}

	void fail(Failure failure) {
		release();
		if (this.failure == null) {
			this.failure = failure;
			complete(() -> this.future.completeExceptionally(failure.toException()));
		}
	}

	/** Nothing needs to be done for it any more. */
	void release() {
		Timer.Timeout timeout = this.timeout;
		if (timeout != null) {
			timeout.cancel();
		}
		CompletableFuture<GetResult> question = this.question;
		if (question != null) {
			question.cancel(false);
		}
	}

	private void complete(Runnable completion) {
		if (this.callbacks != null) {
			this.callbacks.execute(completion);
		}
		else {
			completion.run();
		}
	}

	@Override
	public int compareTo(RevisionWait other) {
		return Long.compare(this.revision, other.revision);
	}

}
