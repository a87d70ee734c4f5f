/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

/**
 * What is known about the effect of a failed call. A failed read has no effect and is
 * always {@link #NOT_APPLIED}; for a write the two are the difference between "do it
 * again" and "look first".
 *
 * @since 0.1.0
 */
public enum Outcome {

	/**
	 * The write has not been applied and never will be: it did not leave this client, or
	 * the server refused it before proposing it to the cluster.
	 */
	NOT_APPLIED,

	/**
	 * The write may have been applied, or may still be. Only reading the store can tell,
	 * and not before every attempt has ended at the server. A write that was once unknown
	 * stays so, whatever a later attempt said.
	 */
	UNKNOWN

}
