/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.List;

import io.github.etcdspring.client.data.KeyValue;

/**
 * A read of an application that succeeded.
 *
 * @param start the first key
 * @param end the end as etcd has it
 * @param serializable whether it may be old
 * @param acknowledgedBefore the newest revision that somebody was told of when it began
 * @param revision the revision of the answer
 * @param found the answer
 */
record Read(String start, String end, boolean serializable, long acknowledgedBefore, long revision,
		List<KeyValue> found) {
}
