/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import org.springframework.util.Assert;

/**
 * A key with its value, as it was read.
 *
 * @param <T> the type of the value
 * @param key the key
 * @param value the value
 * @param revision the revision of the store that wrote the key last: what
 * {@link EtcdOperations#compareAndSet compareAndSet} expects
 * @param version how often the key was written since it was created, 1 for the first time
 * @param lease the id of the lease that the key ends with, 0 for none
 * @since 0.1.0
 */
public record EtcdEntry<T>(String key, T value, long revision, long version, long lease) {

	public EtcdEntry {
		Assert.notNull(key, "'key' must not be null");
		Assert.notNull(value, "'value' must not be null");
	}

	/**
	 * Numbers and the type, never the key or the value themselves.
	 */
	@Override
	public String toString() {
		return "EtcdEntry[type=" + this.value.getClass().getTypeName() + ", revision=" + this.revision + ", version="
				+ this.version + ", lease=" + Long.toHexString(this.lease) + "]";
	}

}
