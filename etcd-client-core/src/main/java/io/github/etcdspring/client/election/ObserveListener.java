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
 * A slow listener misses what is over by the time it is ready: of several leaders or
 * values it is told the newest, and nothing of a connection that was lost and found. So
 * it costs the memory of one value.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ObserveListener {

	/**
	 * Somebody leads: who does when the observation begins, each new leader, and each
	 * value that a leader proclaims. Values and leaders that are replaced quickly may be
	 * left out, by the server too. That a leader is gone is not told before there is
	 * another one.
	 * @param leader the key of the leader, with what it last proclaimed as its value; its
	 * create revision and its lease are those of {@link LeaderKey}
	 */
	void onLeader(KeyValue leader);

	/**
	 * The connection is lost. The client goes on trying; meanwhile others may lead.
	 * @param cause what happened
	 */
	default void onDisconnected(EtcdException cause) {
	}

	/**
	 * The connection is there again: told with the first answer, or after ten seconds
	 * without one, when nobody leads. If another leader or another value was missed it is
	 * told next; otherwise the last one still holds.
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
			Logger logger = LoggerFactory.getLogger(ObserveListener.class);
			logger.error("The observation of an election has ended and nobody handles it", cause);
		}
	}

}
