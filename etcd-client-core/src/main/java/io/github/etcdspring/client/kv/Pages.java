/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;

/**
 * The pages of a large range, all read at one revision.
 *
 * @since 0.1.0
 * @see GetRequest#pages(int)
 */
public final class Pages implements Iterable<GetResult> {

	private static final Bytes ZERO = Bytes.copyOf(new byte[1]);

	private final GetRequest request;

	private final int size;

	Pages(GetRequest request, int size) {
		if (size <= 0) {
			throw new IllegalArgumentException("'size' must be positive but was " + size);
		}
		refuse(request.limit() != 0, "limit(...)");
		refuse(request.isCountOnly(), "countOnly()");
		refuse(!request.isInKeyOrder(), "a sort order other than by key, ascending");
		this.request = request;
		this.size = size;
	}

	private static void refuse(boolean contradiction, String option) {
		if (contradiction) {
			throw new IllegalArgumentException("pages(...) cannot be used with " + option + "; leave one of them out");
		}
	}

	/**
	 * Read the pages, each when it is asked for.
	 * @return the pages, at least one; for one thread
	 */
	@Override
	public Iterator<GetResult> iterator() {
		return new PageIterator();
	}

	/**
	 * Read the keys, page by page as they are asked for.
	 * @return the keys in order; need not be closed
	 */
	public Stream<KeyValue> stream() {
		Spliterator<GetResult> pages = Spliterators.spliteratorUnknownSize(iterator(),
				Spliterator.ORDERED | Spliterator.NONNULL);
		return StreamSupport.stream(pages, false).flatMap((page) -> page.keyValues().stream());
	}

	private final class PageIterator implements Iterator<GetResult> {

		private @Nullable KeyRange rest = Pages.this.request.range();

		private long revision = Pages.this.request.revision();

		/**
		 * Whether the key that equals the namespace was the last one: no range begins
		 * after it.
		 */
		private boolean afterEmptyKey;

		@Override
		public boolean hasNext() {
			return this.rest != null;
		}

		@Override
		public GetResult next() {
			KeyRange range = this.rest;
			if (range == null) {
				throw new NoSuchElementException();
			}
			GetResult page = read(range);
			if (this.revision == 0) {
				this.revision = page.storeRevision();
			}
			this.rest = page.more() ? after(page, range) : null;
			return page;
		}

		private GetResult read(KeyRange range) {
			if (!this.afterEmptyKey) {
				return Pages.this.request.page(range, this.revision, Pages.this.size).sync();
			}
			GetResult page = Pages.this.request.page(range, this.revision, Pages.this.size + 1).sync();
			return new GetResult(page.header(), page.keyValues().subList(1, page.keyValues().size()), page.more(),
					page.count());
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

}
