/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.Request;

/**
 * Forgets the history before a revision.
 *
 * @since 0.1.0
 */
public final class CompactRequest implements Request<CompactResult> {

	private final KvCalls calls;

	private final long revision;

	private final Duration physicalTimeout;

	private boolean physical;

	private @Nullable Duration timeout;

	CompactRequest(KvCalls calls, long revision, Duration physicalTimeout) {
		if (revision <= 0) {
			throw new IllegalArgumentException("'revision' must be positive but was " + revision);
		}
		this.calls = calls;
		this.revision = revision;
		this.physicalTimeout = physicalTimeout;
	}

	/**
	 * Wait until the space has been given back to the member's database. That can take
	 * long; the timeout is 10 minutes then, unless another one is set.
	 * @return this request
	 */
	public CompactRequest physical() {
		this.physical = true;
		return this;
	}

	@Override
	public CompactRequest timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return this;
	}

	@Override
	public CompactResult sync() {
		return this.calls.sync(this.calls.compact(this.revision, this.physical), effectiveTimeout());
	}

	@Override
	public CompletableFuture<CompactResult> async() {
		return this.calls.async(this.calls.compact(this.revision, this.physical), effectiveTimeout());
	}

	private @Nullable Duration effectiveTimeout() {
		return (this.timeout == null && this.physical) ? this.physicalTimeout : this.timeout;
	}

}
