/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.HashKVRequest;
import io.github.etcdspring.proto.MaintenanceGrpc;

/**
 * Asks one member for the hash of its keys and values up to a revision. Members that were
 * compacted at the same revision have the same hash, or one of them is corrupt.
 *
 * @since 0.1.0
 */
public final class HashKvRequest extends UnaryRequest<HashKvRequest, HashKvResult> {

	private static final MethodDescriptor<HashKVRequest, HashKvResult> method = Wire
		.mapped(MaintenanceGrpc.getHashKVMethod(), (answer) -> new HashKvResult(Wire.header(answer.getHeader()),
				Integer.toUnsignedLong(answer.getHash()), answer.getCompactRevision(), answer.getHashRevision()));

	private final String endpoint;

	private long revision;

	HashKvRequest(Transport transport, String endpoint) {
		super(transport);
		this.endpoint = endpoint;
	}

	/**
	 * Set up to which revision. The default is the member's latest.
	 * @param revision the revision, or 0 for the latest
	 * @return this request
	 * @throws IllegalArgumentException if the revision is negative
	 */
	public HashKvRequest revision(long revision) {
		if (revision < 0) {
			throw new IllegalArgumentException(
					"'revision' must not be negative but was " + revision + "; use 0 for the latest");
		}
		this.revision = revision;
		return this;
	}

	@Override
	protected Rpc<?, HashKvResult> rpc() {
		return Rpc.ofMember("hash_kv", method, HashKVRequest.newBuilder().setRevision(this.revision).build(),
				this.endpoint);
	}

	@Override
	protected HashKvRequest self() {
		return this;
	}

}
