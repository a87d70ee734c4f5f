/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

/**
 * Another process was faster to take a port.
 */
final class PortTakenException extends IllegalStateException {

	PortTakenException(String message) {
		super(message);
	}

}
