/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.transport.Request;

/**
 * Reads the keys of a range. Linearizable unless {@link #serializable()}: it sees every
 * write that was acknowledged before. A key that does not exist is no failure.
 *
 * @since 0.1.0
 */
public final class GetRequest extends GetOptions<GetRequest> implements Request<GetResult> {

	private final KvCalls calls;

	private @Nullable Duration timeout;

	GetRequest(KvCalls calls, KeyRange range) {
		super(range);
		this.calls = calls;
	}

	@Override
	GetRequest self() {
		return this;
	}

	@Override
	public GetRequest timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return this;
	}

	@Override
	public GetResult sync() {
		return this.calls.sync(this.calls.get(this), this.timeout);
	}

	@Override
	public CompletableFuture<GetResult> async() {
		return this.calls.async(this.calls.get(this), this.timeout);
	}

	/**
	 * Read the range page by page, all pages at one revision: that of the first page, or
	 * the one that was asked for. Only one page is in memory at a time. Between two pages
	 * the store may be compacted; then the next page fails with a
	 * {@link io.github.etcdspring.client.error.CompactedException CompactedException}.
	 * @param size the keys of a page, positive
	 * @return the pages; each iteration reads them anew, each page waits as
	 * {@link #sync()} does
	 * @throws IllegalArgumentException if the size is not positive, or the request has a
	 * limit, another order than by key, or wants only the count
	 */
	public Pages pages(int size) {
		return new Pages(this, size);
	}

	/**
	 * Read the range as a stream, all of it at one revision: the newest, or the one that
	 * was asked for. Only a part of it is in memory at a time.
	 * @param consumer receives each key, in order, on the client's callback executor; it
	 * may block, and what it throws ends the request
	 * @return the request
	 * @throws IllegalArgumentException if the request has a limit, another order than by
	 * key, or wants only the count
	 */
	public RangeStreamRequest stream(Consumer<? super KeyValue> consumer) {
		checkCanBeSplit("stream(...)");
		// A copy, because this one may be changed while the range is read.
		return new RangeStreamRequest(this.calls, page(range(), revision(), 0), consumer);
	}

	void checkCanBeSplit(String use) {
		refuse(limit() != 0, use, "limit(...)");
		refuse(isCountOnly(), use, "countOnly()");
		refuse(!isInKeyOrder(), use, "a sort order other than by key, ascending");
	}

	private static void refuse(boolean contradiction, String use, String option) {
		if (contradiction) {
			throw new IllegalArgumentException(use + " cannot be used with " + option + "; leave one of them out");
		}
	}

	GetRequest page(KeyRange range, long revision, int size) {
		GetRequest page = new GetRequest(this.calls, range);
		copyTo(page);
		page.timeout = this.timeout;
		return page.revision(revision).limit(size);
	}

}
