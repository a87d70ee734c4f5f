/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.mvcc;

import com.google.protobuf.ByteString;

/**
 * Something to read ranges from: the store, or a change that is being made.
 *
 * @since 0.1.0
 */
public interface Readable {

	/**
	 * Reads a range.
	 * @param key the first key
	 * @param end the key after the last: empty for the one key, a zero byte for all keys
	 * from {@code key} on
	 * @param revision the revision to read at; 0 or less for the newest
	 * @param options what to return
	 * @return what was found
	 * @throws io.grpc.StatusRuntimeException with the text of
	 * {@link io.github.etcdspring.embedded.error.EtcdError#COMPACTED COMPACTED} or
	 * {@link io.github.etcdspring.embedded.error.EtcdError#FUTURE_REV FUTURE_REV}
	 */
	RangeResult range(ByteString key, ByteString end, long revision, RangeOptions options);

}
