/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lock;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;

/**
 * A lock that was acquired.
 *
 * @param header who answered, and its revision
 * @param key the key that exists as long as the lock is held: the name of the lock, a
 * slash, and the id of the lease in hexadecimal digits. Its create revision grows from
 * holder to holder
 * @since 0.1.0
 */
public record LockResult(Header header, Bytes key) {
}
