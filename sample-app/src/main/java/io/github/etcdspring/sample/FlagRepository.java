/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import org.springframework.stereotype.Repository;

import io.github.etcdspring.spring.EtcdEntry;
import io.github.etcdspring.spring.EtcdOperations;

/**
 * Keeps flags in etcd, one key each. The revision that wrote a flag last is its version:
 * a write that names another one changes nothing.
 */
@Repository
class FlagRepository {

	private static final String PREFIX = "/flags/";

	private final EtcdOperations etcd;

	FlagRepository(EtcdOperations etcd) {
		this.etcd = etcd;
	}

	Optional<NamedFlag> find(String name) {
		return this.etcd.get(PREFIX + name, Flag.class).map(FlagRepository::named);
	}

	List<NamedFlag> findAll(String prefix) {
		return this.etcd.list(PREFIX + prefix, Flag.class).stream().map(FlagRepository::named).toList();
	}

	long save(String name, Flag flag) {
		return this.etcd.put(PREFIX + name, flag);
	}

	/**
	 * Write a flag unless somebody else did.
	 * @param name the name of the flag
	 * @param flag the flag
	 * @param expectedRevision the revision that must have written it last; 0 if it must
	 * not exist
	 * @return the new revision, or nothing on a conflict
	 */
	OptionalLong save(String name, Flag flag, long expectedRevision) {
		return this.etcd.compareAndSet(PREFIX + name, expectedRevision, flag);
	}

	boolean delete(String name) {
		return this.etcd.delete(PREFIX + name);
	}

	boolean delete(String name, long expectedRevision) {
		return this.etcd.delete(PREFIX + name, expectedRevision);
	}

	private static NamedFlag named(EtcdEntry<Flag> entry) {
		Flag flag = entry.value();
		return new NamedFlag(entry.key().substring(PREFIX.length()), flag.enabled(), flag.description(),
				entry.revision());
	}

}
