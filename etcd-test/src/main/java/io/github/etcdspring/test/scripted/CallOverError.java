/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

/**
 * What a script waits for can't come any more.
 */
final class CallOverError extends AssertionError {

	private static final long serialVersionUID = 1L;

	CallOverError(String message) {
		super(message);
	}

}
