/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import java.util.OptionalLong;

/**
 * The revision asked for has been compacted away: the history before a later revision is
 * gone. Read the present state, and continue from the revision of that answer.
 *
 * @since 0.1.0
 */
public final class CompactedException extends EtcdException {

	private static final long serialVersionUID = 1L;

	private final long compactedRevision;

	CompactedException(Failure failure) {
		super(failure);
		this.compactedRevision = failure.compactedRevision().orElse(0);
	}

	/**
	 * The revision up to which the store was compacted. A watch is told, other calls are
	 * not.
	 * @return the revision, empty if the server did not say
	 */
	public OptionalLong compactedRevision() {
		return (this.compactedRevision > 0) ? OptionalLong.of(this.compactedRevision) : OptionalLong.empty();
	}

}
