/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyValue;

/**
 * Keys in their order. Immutable: a change makes a new tree that shares all but a path of
 * nodes with the old one, so that a snapshot costs nothing and a change little, however
 * many keys there are. A balanced (AVL) tree whose sides may differ by two levels.
 */
final class KeyTree implements Iterable<KeyValue> {

	static final KeyTree EMPTY = new KeyTree(null, 0, 0);

	/** What a key costs beside its bytes: record, two arrays, two Bytes, a node. */
	private static final int OVERHEAD = 200;

	private static final int SLACK = 2;

	private final @Nullable Node root;

	private final int size;

	private final long bytes;

	private KeyTree(@Nullable Node root, int size, long bytes) {
		this.root = root;
		this.size = size;
		this.bytes = bytes;
	}

	/**
	 * Make a tree of keys that are in order already.
	 * @param sorted the keys, ascending, each once
	 * @return the tree
	 */
	static KeyTree ofSorted(List<KeyValue> sorted) {
		long bytes = 0;
		for (KeyValue each : sorted) {
			bytes += bytesOf(each);
		}
		return new KeyTree(build(sorted, 0, sorted.size()), sorted.size(), bytes);
	}

	private static @Nullable Node build(List<KeyValue> sorted, int from, int to) {
		if (from == to) {
			return null;
		}
		int middle = (from + to) >>> 1;
		return node(build(sorted, from, middle), sorted.get(middle), build(sorted, middle + 1, to));
	}

	static long bytesOf(KeyValue keyValue) {
		return OVERHEAD + keyValue.key().length() + keyValue.value().length();
	}

	int size() {
		return this.size;
	}

	/**
	 * Return how much memory the keys take, estimated.
	 * @return the size in bytes
	 */
	long bytes() {
		return this.bytes;
	}

	@Nullable KeyValue get(Bytes key) {
		Node node = this.root;
		while (node != null) {
			int order = key.compareTo(node.keyValue.key());
			if (order == 0) {
				return node.keyValue;
			}
			node = (order < 0) ? node.left : node.right;
		}
		return null;
	}

	KeyTree with(KeyValue keyValue) {
		KeyValue before = get(keyValue.key());
		long rest = (before != null) ? this.bytes - bytesOf(before) : this.bytes;
		return new KeyTree(put(this.root, keyValue), (before != null) ? this.size : this.size + 1,
				rest + bytesOf(keyValue));
	}

	KeyTree without(Bytes key) {
		KeyValue before = get(key);
		return (before != null) ? new KeyTree(remove(this.root, key), this.size - 1, this.bytes - bytesOf(before))
				: this;
	}

	@Override
	public Iterator<KeyValue> iterator() {
		return from(Bytes.EMPTY);
	}

	/**
	 * Walk through the keys in their order.
	 * @param start the first key, which need not be there
	 * @return the keys from it on
	 */
	Iterator<KeyValue> from(Bytes start) {
		return new Walk(this.root, start);
	}

	private static Node put(@Nullable Node node, KeyValue keyValue) {
		if (node == null) {
			return new Node(null, keyValue, null, 1);
		}
		int order = keyValue.key().compareTo(node.keyValue.key());
		if (order == 0) {
			return new Node(node.left, keyValue, node.right, node.height);
		}
		return (order < 0) ? balanced(put(node.left, keyValue), node.keyValue, node.right)
				: balanced(node.left, node.keyValue, put(node.right, keyValue));
	}

	private static @Nullable Node remove(@Nullable Node node, Bytes key) {
		if (node == null) {
			return null;
		}
		int order = key.compareTo(node.keyValue.key());
		if (order < 0) {
			return balanced(remove(node.left, key), node.keyValue, node.right);
		}
		if (order > 0) {
			return balanced(node.left, node.keyValue, remove(node.right, key));
		}
		Node left = node.left;
		Node right = node.right;
		if (left == null || right == null) {
			return (left != null) ? left : right;
		}
		return balanced(left, first(right), withoutFirst(right));
	}

	private static KeyValue first(Node node) {
		Node first = node;
		for (Node left = first.left; left != null; left = first.left) {
			first = left;
		}
		return first.keyValue;
	}

	private static @Nullable Node withoutFirst(Node node) {
		Node left = node.left;
		return (left != null) ? balanced(withoutFirst(left), node.keyValue, node.right) : node.right;
	}

	private static Node balanced(@Nullable Node left, KeyValue keyValue, @Nullable Node right) {
		if (left != null && left.height > height(right) + SLACK) {
			Node inner = left.right;
			return (inner == null || height(left.left) >= inner.height)
					? node(left.left, left.keyValue, node(inner, keyValue, right))
					: node(node(left.left, left.keyValue, inner.left), inner.keyValue,
							node(inner.right, keyValue, right));
		}
		if (right != null && right.height > height(left) + SLACK) {
			Node inner = right.left;
			return (inner == null || height(right.right) >= inner.height)
					? node(node(left, keyValue, inner), right.keyValue, right.right)
					: node(node(left, keyValue, inner.left), inner.keyValue,
							node(inner.right, right.keyValue, right.right));
		}
		return node(left, keyValue, right);
	}

	private static Node node(@Nullable Node left, KeyValue keyValue, @Nullable Node right) {
		return new Node(left, keyValue, right, Math.max(height(left), height(right)) + 1);
	}

	private static int height(@Nullable Node node) {
		return (node != null) ? node.height : 0;
	}

	/**
	 * Return the number of levels.
	 * @return the height, 0 without keys
	 */
	int height() {
		return height(this.root);
	}

	private static final class Node {

		private final @Nullable Node left;

		private final KeyValue keyValue;

		private final @Nullable Node right;

		private final int height;

		Node(@Nullable Node left, KeyValue keyValue, @Nullable Node right, int height) {
			this.left = left;
			this.keyValue = keyValue;
			this.right = right;
			this.height = height;
		}

	}

	private static final class Walk implements Iterator<KeyValue> {

		/** Those that come after all to their left. */
		private final Deque<Node> path = new ArrayDeque<>();

		Walk(@Nullable Node root, Bytes start) {
			Node node = root;
			while (node != null) {
				if (start.compareTo(node.keyValue.key()) <= 0) {
					this.path.push(node);
					node = node.left;
				}
				else {
					node = node.right;
				}
			}
		}

		@Override
		public boolean hasNext() {
			return !this.path.isEmpty();
		}

		@Override
		public KeyValue next() {
			if (this.path.isEmpty()) {
				throw new NoSuchElementException();
			}
			Node next = this.path.pop();
			for (Node node = next.right; node != null; node = node.left) {
				this.path.push(node);
			}
			return next.keyValue;
		}

	}

}
