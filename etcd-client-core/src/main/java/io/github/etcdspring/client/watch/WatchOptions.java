/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import io.github.etcdspring.client.data.KeyRange;

/**
 * The settings of a watch.
 *
 * @param range what is watched
 * @param start the first revision, 0 for now
 * @param previousValues whether events tell how the key was before
 * @param puts whether puts are told
 * @param deletes whether deletions are told
 * @param progress whether progress is told
 * @param maxRetries how many attempts in a row may fail, -1 for any number
 * @param bufferBytes how many bytes may wait for the listener
 * @param maxBatchBytes how many bytes a revision may have
 * @param ownStream whether the watch has a stream of its own, under flow control
 */
record WatchOptions(KeyRange range, long start, boolean previousValues, boolean puts, boolean deletes, boolean progress,
		int maxRetries, long bufferBytes, long maxBatchBytes, boolean ownStream) {
}
