/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;

/**
 * Where the reading of a large range has got to.
 */
final class PageCursor {

	private static final Bytes ZERO = Bytes.copyOf(new byte[1]);

	private final GetRequest request;

	private final int size;

	private @Nullable KeyRange rest;

	private long revision;

	/**
	 * Whether the key that equals the namespace was the last one: no range begins after
	 * it.
	 */
	private boolean afterEmptyKey;

	PageCursor(GetRequest request, int size) {
		this.request = request;
		this.size = size;
		this.rest = request.range();
		this.revision = request.revision();
	}

	boolean hasNext() {
		return this.rest != null;
	}

	/**
	 * Return what to read next.
	 * @return the request of the next page
	 * @throws NoSuchElementException if the last page was read
	 */
	GetRequest next() {
		KeyRange range = this.rest;
		if (range == null) {
			throw new NoSuchElementException();
		}
		return this.request.page(range, this.revision, this.afterEmptyKey ? this.size + 1 : this.size);
	}

	/**
	 * Go on after a page.
	 * @param answer what the request of the page was answered
	 * @return the page
	 */
	GetResult read(GetResult answer) {
		KeyRange range = this.rest;
		if (range == null) {
			throw new NoSuchElementException();
		}
		GetResult page = answer;
		if (this.afterEmptyKey) {
			page = new GetResult(answer.header(), answer.keyValues().subList(1, answer.keyValues().size()),
					answer.more(), answer.count());
		}
		if (this.revision == 0) {
			this.revision = page.storeRevision();
		}
		this.rest = page.more() ? after(page, range) : null;
		return page;
	}

	private KeyRange after(GetResult page, KeyRange range) {
		Bytes last = page.keyValues().get(page.keyValues().size() - 1).key();
		this.afterEmptyKey = last.isEmpty();
		if (this.afterEmptyKey) {
			return range;
		}
		Bytes next = last.concat(ZERO);
		return range.end().equals(ZERO) ? KeyRange.from(next) : KeyRange.between(next, range.end());
	}

}
