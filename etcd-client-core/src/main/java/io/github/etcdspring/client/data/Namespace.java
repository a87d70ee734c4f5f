/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.data;

/**
 * A prefix that is put before every key on the way to etcd and taken off on the way back,
 * so that an application sees only its own part of the store. Immutable.
 *
 * @since 0.1.0
 */
public final class Namespace {

	/**
	 * No prefix: every key is what it is.
	 */
	public static final Namespace NONE = new Namespace(Bytes.EMPTY);

	private final Bytes prefix;

	private final Bytes end;

	private Namespace(Bytes prefix) {
		this.prefix = prefix;
		this.end = prefix.prefixEnd();
	}

	/**
	 * The namespace of a prefix.
	 * @param prefix the prefix, taken literally: no separator is added; empty for
	 * {@link #NONE}
	 * @return the namespace
	 */
	public static Namespace of(String prefix) {
		return of(Bytes.utf8(prefix));
	}

	/**
	 * The namespace of a prefix.
	 * @param prefix the prefix, taken literally: no separator is added; empty for
	 * {@link #NONE}
	 * @return the namespace
	 */
	public static Namespace of(Bytes prefix) {
		Arguments.notNull(prefix, "prefix", "for no namespace use Namespace.NONE");
		return prefix.isEmpty() ? NONE : new Namespace(prefix);
	}

	/**
	 * The prefix.
	 * @return the prefix, empty for {@link #NONE}
	 */
	public Bytes prefix() {
		return this.prefix;
	}

	/**
	 * Whether this is {@link #NONE}.
	 * @return whether the prefix is empty
	 */
	public boolean isNone() {
		return this.prefix.isEmpty();
	}

	/**
	 * The key in the store for a key of this namespace.
	 * @param key the key as the application knows it, not empty
	 * @return the prefix, then the key
	 * @throws IllegalArgumentException if the key is empty
	 */
	public Bytes apply(Bytes key) {
		if (key.isEmpty()) {
			throw new IllegalArgumentException("key must not be empty, in a namespace neither: give it a name");
		}
		return this.prefix.concat(key);
	}

	/**
	 * The range in the store for a range of this namespace. It never reaches beyond the
	 * namespace: a range without an upper bound ends with the namespace.
	 * <p>
	 * {@link KeyRange#all()} is everything that begins with the prefix. That takes in the
	 * one key that equals the prefix, which only somebody outside the namespace can have
	 * written: here it is the empty key, and can be read or deleted by this range alone.
	 * @param range the range as the application knows it
	 * @return the range in the store
	 */
	public KeyRange apply(KeyRange range) {
		if (isNone()) {
			return range;
		}
		if (range.equals(KeyRange.all())) {
			return new KeyRange(this.prefix, this.end);
		}
		Bytes start = this.prefix.concat(range.start());
		if (range.isSingleKey()) {
			return new KeyRange(start, Bytes.EMPTY);
		}
		return new KeyRange(start, range.end().equals(Bytes.OPEN_END) ? this.end : this.prefix.concat(range.end()));
	}

	/**
	 * The key of this namespace for a key in the store; the opposite of
	 * {@link #apply(Bytes)}.
	 * @param key the key in the store
	 * @return what follows the prefix; empty for the key that equals the prefix
	 * @throws IllegalArgumentException if the key isn't part of this namespace
	 */
	public Bytes strip(Bytes key) {
		if (!key.startsWith(this.prefix)) {
			throw new IllegalArgumentException("key of " + key.length() + " bytes is not in " + this
					+ ": strip only keys that were found by a range of this namespace");
		}
		return key.substring(this.prefix.length());
	}

	@Override
	public boolean equals(Object other) {
		return this == other || (other instanceof Namespace that && this.prefix.equals(that.prefix));
	}

	@Override
	public int hashCode() {
		return this.prefix.hashCode();
	}

	/**
	 * The length of the prefix, never the prefix itself.
	 */
	@Override
	public String toString() {
		return "Namespace[prefix=" + this.prefix + "]";
	}

}
