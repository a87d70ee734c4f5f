/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import io.github.etcdspring.client.error.EtcdException;

/**
 * Hands over to the application what a watch brings. Called in order, in the context of
 * the watch's stream, so it must neither block nor run the application's code.
 */
interface Sink {

	/**
	 * A batch has come. Once it is handled, or will never be, the sink says so to
	 * {@link WatchCursor#handled}.
	 * @param batch the batch
	 * @param size its size in bytes
	 */
	void batch(WatchBatch batch, long size);

	void progress(long revision);

	void disconnected(EtcdException cause);

	void resumed();

	/**
	 * The watch has ended; what was handed over before is still delivered, unless the
	 * cursor {@linkplain WatchCursor#isDropped() says otherwise}.
	 * @param closed how it ended, but for the revision, which depends on what is
	 * delivered
	 */
	void closed(WatchClosed closed);

}
