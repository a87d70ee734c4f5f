/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.github.etcdspring.client.data.KeyValue;

/**
 * The pages of a large range, all read at one revision.
 *
 * @since 0.1.0
 * @see GetRequest#pages(int)
 */
public final class Pages implements Iterable<GetResult> {

	private final GetRequest request;

	private final int size;

	Pages(GetRequest request, int size) {
		if (size <= 0) {
			throw new IllegalArgumentException("'size' must be positive but was " + size);
		}
		request.checkCanBeSplit("pages(...)");
		this.request = request;
		this.size = size;
	}

	/**
	 * Read the pages, each when it is asked for.
	 * @return the pages, at least one; for one thread
	 */
	@Override
	public Iterator<GetResult> iterator() {
		return new PageIterator(new PageCursor(this.request, this.size));
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

	private static final class PageIterator implements Iterator<GetResult> {

		private final PageCursor cursor;

		PageIterator(PageCursor cursor) {
			this.cursor = cursor;
		}

		@Override
		public boolean hasNext() {
			return this.cursor.hasNext();
		}

		@Override
		public GetResult next() {
			return this.cursor.read(this.cursor.next().sync());
		}

	}

}
