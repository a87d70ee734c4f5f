/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.time.Duration;

import io.grpc.Status;

/**
 * What happens to a call.
 *
 * @param kind what kind of fault
 * @param after how long to wait before the call goes on
 * @param status how the call ends, for the kinds that end it
 * @param messages how many messages the server sends before, for the kinds that count
 */
record FaultPlan(Kind kind, Duration after, Status status, int messages) {

	static final FaultPlan NONE = new FaultPlan(Kind.NONE, Duration.ZERO, Status.OK, 0);

	enum Kind {

		/** The call goes through. */
		NONE,

		/** The call ends with the status, not applied. */
		FAIL,

		/** The call is applied and ends with the status. */
		FAIL_AFTER_APPLYING,

		/** The connection is cut, the call is not applied. */
		DROP_BEFORE_APPLYING,

		/** The call is applied and the connection cut. */
		DROP_AFTER_APPLYING,

		/** The call is neither applied nor answered. */
		NEVER,

		/** The connection is cut after some messages. */
		CUT,

		/** The call ends with the status after some messages. */
		END

	}

	boolean hidesAnswer() {
		return this.kind == Kind.FAIL_AFTER_APPLYING || this.kind == Kind.DROP_AFTER_APPLYING;
	}

	boolean reachesService() {
		return this.kind != Kind.FAIL && this.kind != Kind.DROP_BEFORE_APPLYING && this.kind != Kind.NEVER;
	}

}
