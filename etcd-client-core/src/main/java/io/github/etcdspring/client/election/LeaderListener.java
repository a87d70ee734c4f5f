/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.election;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;

/**
 * Is told who leads. Its methods are called one after the other, never two at a time, on
 * the client's callback executor, and may block, throw, call the client or close it. What
 * it throws is logged; the observation goes on.
 * <p>
 * A slow listener may miss what is over by the time it is ready: after a connection was
 * lost, and in the server's own service at any time, it is told only who leads now.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LeaderListener {

	/**
	 * Somebody leads: who does when the observation begins, each new leader, and each
	 * value that a leader proclaims. Values and leaders that are replaced quickly may be
	 * left out.
	 * @param leader the key of the leader, with what it last proclaimed as its value; its
	 * create revision is the fencing token
	 */
	void onLeader(KeyValue leader);

	/**
	 * Nobody leads. The election of a session tells it; the server's own service does
	 * not, so that there the leader last told may be gone.
	 */
	default void onNoLeader() {
	}

	/**
	 * The connection is lost. The client goes on trying; meanwhile others may lead.
	 * @param cause what happened
	 */
	default void onDisconnected(EtcdException cause) {
	}

	/**
	 * The connection is there again: told with the first answer; by the server's own
	 * service after ten seconds without one, when nobody leads. What was missed is told
	 * next; otherwise what was told last still holds.
	 */
	default void onResumed() {
	}

	/**
	 * The observation has ended. Called exactly once, as the last of all calls. The
	 * default logs an error, unless the observation or its client was closed.
	 * @param cause why, {@code null} if the application closed it
	 */
	default void onClosed(@Nullable EtcdException cause) {
		if (cause != null && !(cause instanceof ClientClosedException)) {
			Logger logger = LoggerFactory.getLogger(LeaderListener.class);
			logger.error("The observation of an election has ended and nobody handles it", cause);
		}
	}

}
