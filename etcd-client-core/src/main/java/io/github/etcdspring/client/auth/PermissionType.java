/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

/**
 * What a permission allows.
 *
 * @since 0.1.0
 */
public enum PermissionType {

	/** To read keys and to watch them. */
	READ,

	/** To put keys and to delete them. */
	WRITE,

	/** Both. */
	READ_WRITE,

	/** Something that this client does not know yet; it can be read, not granted. */
	OTHER

}
