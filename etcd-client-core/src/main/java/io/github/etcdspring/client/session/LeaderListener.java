/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;

/**
 * Is told who leads an election. Its methods are called one after the other, never two at
 * a time, on the client's callback executor, and may block, throw, call the client or
 * close it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface LeaderListener {

	/**
	 * Somebody leads, or says something else. After a connection was lost only the newest
	 * state is told.
	 * @param leader the key of the leader; its value is what it says, its create revision
	 * the fencing token
	 */
	void onLeader(KeyValue leader);

	/** Nobody leads. */
	default void onNoLeader() {
	}

	/**
	 * The connection is lost. The client goes on trying; meanwhile others may lead.
	 * @param cause what happened
	 */
	default void onDisconnected(EtcdException cause) {
	}

	/**
	 * The connection is there again; what changed meanwhile is told next.
	 */
	default void onResumed() {
	}

	/**
	 * Nothing more is told. Called exactly once, as the last of all calls. The default
	 * logs an error, unless it or the client was closed.
	 * @param cause why, {@code null} if the application closed it
	 */
	default void onClosed(@Nullable EtcdException cause) {
		if (cause != null && !(cause instanceof ClientClosedException)) {
			Logger logger = LoggerFactory.getLogger(LeaderListener.class);
			logger.error("An election is not observed any more and nobody handles it", cause);
		}
	}

}
