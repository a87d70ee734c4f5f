/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import java.io.Serial;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * An {@link EtcdOperations#update update} found the key changed by others each time it
 * wanted to write. Nothing was written. Trying again later may succeed, so
 * {@link #isRetryable()} is {@code true}.
 *
 * @since 0.1.0
 */
public class EtcdConflictException extends EtcdException {

	@Serial
	private static final long serialVersionUID = 1L;

	EtcdConflictException(String operation, int attempts) {
		super(Failure.ofWrite(operation, StatusCode.ABORTED, Reason.OTHER, Outcome.NOT_APPLIED)
			.withAttempts(attempts)
			.withDetail("others changed the key between each read and the write after it"));
	}

}
