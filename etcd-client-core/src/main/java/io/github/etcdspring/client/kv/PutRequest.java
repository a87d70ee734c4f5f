/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.transport.Request;

/**
 * Writes a key. Applied at most once: it is sent again only if the attempt before was
 * provably not applied.
 *
 * @since 0.1.0
 */
public final class PutRequest extends PutOptions<PutRequest> implements Request<PutResult> {

	private final KvCalls calls;

	private @Nullable Duration timeout;

	PutRequest(KvCalls calls, Bytes key, Bytes value) {
		super(key, value);
		this.calls = calls;
	}

	@Override
	PutRequest self() {
		return this;
	}

	@Override
	public PutRequest timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return this;
	}

	@Override
	public PutResult sync() {
		return this.calls.sync(this.calls.put(this), this.timeout);
	}

	@Override
	public CompletableFuture<PutResult> async() {
		return this.calls.async(this.calls.put(this), this.timeout);
	}

}
