/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Kv;

/**
 * Reads a range once, page by page, at one revision. Everything happens in the context of
 * its cache.
 */
final class Listing {

	private static final Bytes ZERO = Bytes.copyOf(new byte[1]);

	/** Before the size of the values is known. */
	private static final int FIRST_PAGE = 100;

	private static final long PAGE_BYTES = 1024 * 1024;

	private final Kv kv;

	private final CacheOptions options;

	/** What was known before; what did not change is not held twice. */
	private final KeyTree old;

	private final Executor context;

	private final Outcome outcome;

	private final List<KeyValue> found = new ArrayList<>();

	private KeyRange rest;

	private long revision;

	private int limit;

	private long bytes;

	private @Nullable Bytes last;

	private @Nullable CompletableFuture<GetResult> pending;

	private boolean cancelled;

	Listing(Kv kv, CacheOptions options, KeyTree old, Executor context, Outcome outcome) {
		this.kv = kv;
		this.options = options;
		this.old = old;
		this.context = context;
		this.outcome = outcome;
		this.rest = options.range();
		this.limit = Math.min(FIRST_PAGE, options.pageSize());
	}

	void start() {
		// The key that equals the namespace is empty here; no range begins after it.
		boolean again = this.last != null && this.last.isEmpty();
		GetRequest page = this.kv.get(this.rest).limit(again ? this.limit + 1 : this.limit).revision(this.revision);
		CompletableFuture<GetResult> answer = page.async();
		this.pending = answer;
		answer.whenComplete((result, ex) -> this.context.execute(() -> {
			if (this.cancelled) {
				return;
			}
			if (ex == null) {
				read(result);
			}
			else {
				failed(Failures.of(ex));
			}
		}));
	}

	void cancel() {
		this.cancelled = true;
		if (this.pending != null) {
			this.pending.cancel(false);
		}
	}

	private void failed(EtcdException ex) {
		if (ex.reason() == Reason.RESPONSE_TOO_LARGE && this.limit > 1) {
			this.limit = Math.max(1, this.limit / 4);
			start();
		}
		else {
			this.outcome.failed(ex);
		}
	}

	private void read(GetResult page) {
		if (this.revision == 0) {
			this.revision = page.storeRevision();
		}
		long before = this.bytes;
		for (KeyValue each : page.keyValues()) {
			if (this.last == null || each.key().compareTo(this.last) > 0) {
				KeyValue known = this.old.get(each.key());
				this.found.add(each.equals(known) ? known : each);
				this.bytes += KeyTree.bytesOf(each);
				this.last = each.key();
			}
		}
		if (this.bytes > this.options.maxBytes()) {
			this.outcome.failed(Failures.tooLarge(this.options.maxBytes()));
		}
		else if (page.more() && this.last != null) {
			long average = (this.bytes - before) / Math.max(1, page.keyValues().size());
			this.limit = (int) Math.max(1, Math.min(this.options.pageSize(), PAGE_BYTES / Math.max(1, average)));
			this.rest = after(this.last);
			start();
		}
		else {
			this.outcome.listed(KeyTree.ofSorted(this.found), this.revision);
		}
	}

	private KeyRange after(Bytes key) {
		KeyRange range = this.options.range();
		if (key.isEmpty()) {
			return range;
		}
		Bytes next = key.concat(ZERO);
		return range.end().equals(ZERO) ? KeyRange.from(next) : KeyRange.between(next, range.end());
	}

	/**
	 * Is told how it ended, unless it was cancelled.
	 */
	interface Outcome {

		void listed(KeyTree tree, long revision);

		void failed(EtcdException cause);

	}

}
