/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.watch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Finds the values whose key or range covers a key: single keys by hash, ranges in a
 * treap ordered by start and end in which each node knows the largest end below it. Not
 * safe for concurrent use.
 *
 * @param <T> the values
 */
final class RangeIndex<T> {

	private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();

	private final Map<ByteString, Set<T>> keys = new HashMap<>();

	private final SplittableRandom priorities = new SplittableRandom(1);

	private @Nullable Node<T> root;

	/**
	 * Add a value.
	 * @param range what it covers
	 * @param value the value
	 */
	void add(WatchRange range, T value) {
		if (range.isSingleKey()) {
			this.keys.computeIfAbsent(range.key(), (key) -> new LinkedHashSet<>(2)).add(value);
		}
		else {
			this.root = insert(this.root, range, value);
		}
	}

	/**
	 * Remove a value.
	 * @param range what it covers
	 * @param value the value
	 */
	void remove(WatchRange range, T value) {
		if (range.isSingleKey()) {
			this.keys.computeIfPresent(range.key(), (key, values) -> {
				values.remove(value);
				return (values.isEmpty()) ? null : values;
			});
		}
		else {
			this.root = delete(this.root, range, value);
		}
	}

	/**
	 * Visit the values that cover a key.
	 * @param key the key
	 * @param visitor told each value once
	 */
	void visit(ByteString key, Consumer<T> visitor) {
		Set<T> exact = this.keys.get(key);
		if (exact != null) {
			exact.forEach(visitor);
		}
		visit(this.root, key, visitor);
	}

	boolean isEmpty() {
		return this.keys.isEmpty() && this.root == null;
	}

	private static <T> void visit(@Nullable Node<T> node, ByteString key, Consumer<T> visitor) {
		if (node == null || !reaches(node.maxEnd, key)) {
			return;
		}
		visit(node.left, key, visitor);
		if (BYTES.compare(node.range.key(), key) <= 0) {
			if (reaches(node.range.end(), key)) {
				node.values.forEach(visitor);
			}
			visit(node.right, key, visitor);
		}
	}

	private Node<T> insert(@Nullable Node<T> node, WatchRange range, T value) {
		if (node == null) {
			Node<T> added = new Node<>(range, this.priorities.nextLong());
			added.values.add(value);
			return added;
		}
		int order = compare(range, node.range);
		if (order == 0) {
			node.values.add(value);
			return node;
		}
		if (order < 0) {
			node.left = insert(node.left, range, value);
			return (node.left.priority > node.priority) ? rotateRight(node, node.left) : node.update();
		}
		node.right = insert(node.right, range, value);
		return (node.right.priority > node.priority) ? rotateLeft(node, node.right) : node.update();
	}

	private @Nullable Node<T> delete(@Nullable Node<T> node, WatchRange range, T value) {
		if (node == null) {
			return null;
		}
		int order = compare(range, node.range);
		if (order < 0) {
			node.left = delete(node.left, range, value);
		}
		else if (order > 0) {
			node.right = delete(node.right, range, value);
		}
		else {
			node.values.remove(value);
			if (node.values.isEmpty()) {
				return merge(node.left, node.right);
			}
		}
		return node.update();
	}

	private static <T> @Nullable Node<T> merge(@Nullable Node<T> left, @Nullable Node<T> right) {
		if (left == null) {
			return right;
		}
		if (right == null) {
			return left;
		}
		if (left.priority > right.priority) {
			left.right = merge(left.right, right);
			return left.update();
		}
		right.left = merge(left, right.left);
		return right.update();
	}

	private static <T> Node<T> rotateRight(Node<T> node, Node<T> left) {
		node.left = left.right;
		left.right = node.update();
		return left.update();
	}

	private static <T> Node<T> rotateLeft(Node<T> node, Node<T> right) {
		node.right = right.left;
		right.left = node.update();
		return right.update();
	}

	private static int compare(WatchRange left, WatchRange right) {
		int order = BYTES.compare(left.key(), right.key());
		return (order != 0) ? order : compareEnds(left.end(), right.end());
	}

	// compare two ends, of which null is the open one
	private static int compareEnds(@Nullable ByteString left, @Nullable ByteString right) {
		if (left == null || right == null) {
			return Boolean.compare(left == null, right == null);
		}
		return BYTES.compare(left, right);
	}

	private static boolean reaches(@Nullable ByteString end, ByteString key) {
		return end == null || BYTES.compare(key, end) < 0;
	}

	private static final class Node<T> {

		private final WatchRange range;

		private final long priority;

		private final Set<T> values = new LinkedHashSet<>(2);

		private @Nullable Node<T> left;

		private @Nullable Node<T> right;

		private @Nullable ByteString maxEnd;

		Node(WatchRange range, long priority) {
			this.range = range;
			this.priority = priority;
			this.maxEnd = range.end();
		}

		Node<T> update() {
			ByteString max = this.range.end();
			if (this.left != null && compareEnds(this.left.maxEnd, max) > 0) {
				max = this.left.maxEnd;
			}
			if (this.right != null && compareEnds(this.right.maxEnd, max) > 0) {
				max = this.right.maxEnd;
			}
			this.maxEnd = max;
			return this;
		}

	}

}
