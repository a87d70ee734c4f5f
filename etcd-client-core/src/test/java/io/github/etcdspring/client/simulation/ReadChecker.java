/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.List;
import java.util.function.Consumer;

import io.github.etcdspring.client.data.KeyValue;

/**
 * A read is the state at its revision, which is not before anything that was acknowledged
 * when it began, unless it may be.
 */
final class ReadChecker {

	private ReadChecker() {
	}

	/**
	 * Compare what was read with what was there.
	 * @param reads the reads
	 * @param truth the store
	 * @param complaints is told what is wrong
	 */
	static void check(List<Read> reads, Store truth, Consumer<String> complaints) {
		for (Read read : reads) {
			if (!read.serializable() && read.revision() < read.acknowledgedBefore()) {
				complaints.accept("stale: " + read);
			}
			List<Store.Version> there = truth.range(read.start(), read.end(), read.revision());
			boolean same = there.size() == read.found().size();
			for (int i = 0; same && i < there.size(); i++) {
				same = equal(there.get(i), read.found().get(i));
			}
			if (!same) {
				complaints.accept("read what was not there: " + read + " instead of " + there);
			}
		}
	}

	static boolean equal(Store.Version version, KeyValue found) {
		return version.key().equals(found.keyAsUtf8()) && version.value().toStringUtf8().equals(found.valueAsUtf8())
				&& version.createRevision() == found.createRevision() && version.modRevision() == found.modRevision()
				&& version.version() == found.version() && version.lease() == found.lease();
	}

}
