/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

/**
 * Is told how far a snapshot has come. Called on the client's callback executor; what it
 * throws ends the snapshot.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SnapshotProgress {

	/**
	 * A part was written.
	 * @param written how many bytes were written so far
	 * @param remaining how many bytes of the database are still to come, as the server
	 * says
	 */
	void onPart(long written, long remaining);

}
