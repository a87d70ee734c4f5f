/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;

/**
 * Logs what fails because of the cluster or the way to it, one line per reason in ten
 * seconds: what a thousand calls meet at once must not fill the log just then. What the
 * application itself caused, its exception tells it.
 */
final class TroubleLog {

	private static final Logger logger = LoggerFactory.getLogger(TroubleLog.class);

	private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final Timer timer;

	private final Map<Reason, Trouble> troubles = new EnumMap<>(Reason.class);

	TroubleLog(Timer timer) {
		this.timer = timer;
		for (Reason reason : Reason.values()) {
			this.troubles.put(reason, new Trouble());
		}
	}

	/**
	 * A call has failed.
	 * @param rpc the call
	 * @param failure its failure
	 */
	void failed(Rpc<?, ?> rpc, Failure failure) {
		// To wait in vain for a lock is no trouble.
		if (!(rpc.waits() && failure.reason() == Reason.TIMEOUT)) {
			happened(failure);
		}
	}

	/**
	 * A stream was interrupted, or could not be opened.
	 * @param failure what interrupted it
	 */
	void interrupted(Failure failure) {
		happened(failure);
	}

	private void happened(Failure failure) {
		if (!isTrouble(failure)) {
			return;
		}
		Trouble trouble = Objects.requireNonNull(this.troubles.get(failure.reason()));
		long more = trouble.happened(this.timer.nanoTime());
		if (more < 0) {
			return;
		}
		String message = String.valueOf(failure.toException().getMessage());
		try {
			logger.warn("{}",
					(more == 0) ? message : message + "; " + more + " more for this reason since the last line");
		}
		catch (Throwable ex) {
			// A log that fails must not cost a call its answer; the next line counts it.
			trouble.untold();
		}
	}

	private static boolean isTrouble(Failure failure) {
		return switch (failure.reason()) {
			case CANCELLED, INTERRUPTED, CLOSED, UNIMPLEMENTED, MESSAGE_TOO_LARGE, REQUEST_TOO_LARGE -> false;
			case AUTHENTICATION_FAILED, TIMEOUT -> true;
			default -> switch (failure.status()) {
				case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNKNOWN, DATA_LOSS,
						UNAUTHENTICATED ->
					true;
				default -> false;
			};
		};
	}

	/**
	 * One reason.
	 */
	private static final class Trouble {

		private boolean known;

		private long toldAt;

		private long untold;

		/** It could not be told. */
		synchronized void untold() {
			this.untold++;
		}

		/**
		 * It has happened once more.
		 * @param now the time
		 * @return how often it happened untold, or -1 if this is not to be told either
		 */
		synchronized long happened(long now) {
			if (this.known && now - this.toldAt < INTERVAL_NANOS) {
				this.untold++;
				return -1;
			}
			long before = this.untold;
			this.known = true;
			this.toldAt = now;
			this.untold = 0;
			return before;
		}

	}

}
