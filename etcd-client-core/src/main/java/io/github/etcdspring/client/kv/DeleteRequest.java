/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.transport.Request;

/**
 * Deletes the keys of a range. Applied at most once, as {@link PutRequest} is.
 *
 * @since 0.1.0
 */
public final class DeleteRequest extends DeleteOptions<DeleteRequest> implements Request<DeleteResult> {

	private final KvCalls calls;

	private @Nullable Duration timeout;

	DeleteRequest(KvCalls calls, KeyRange range) {
		super(range);
		this.calls = calls;
	}

	@Override
	DeleteRequest self() {
		return this;
	}

	@Override
	public DeleteRequest timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return this;
	}

	@Override
	public DeleteResult sync() {
		return this.calls.sync(this.calls.delete(this), this.timeout);
	}

	@Override
	public CompletableFuture<DeleteResult> async() {
		return this.calls.async(this.calls.delete(this), this.timeout);
	}

}
