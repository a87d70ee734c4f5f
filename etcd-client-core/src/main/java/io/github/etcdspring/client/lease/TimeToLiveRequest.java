/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseTimeToLiveRequest;
import io.github.etcdspring.proto.LeaseTimeToLiveResponse;

/**
 * Asks how long a lease has still to live. A lease that does not exist is no error:
 * {@link LeaseTimeToLive#exists()} is {@code false}.
 *
 * @since 0.1.0
 */
public final class TimeToLiveRequest extends UnaryRequest<TimeToLiveRequest, LeaseTimeToLive> {

	private final long id;

	private final MethodDescriptor<LeaseTimeToLiveRequest, LeaseTimeToLive> method;

	private boolean keys;

	TimeToLiveRequest(Transport transport, Namespace namespace, long id) {
		super(transport);
		this.id = id;
		this.method = Wire.mapped(LeaseGrpc.getLeaseTimeToLiveMethod(), (answer) -> result(answer, namespace));
	}

	/**
	 * Ask for the keys that are attached to the lease, too. It takes the permission to
	 * read each of them, those outside the client's namespace too.
	 * @return this request
	 */
	public TimeToLiveRequest keys() {
		this.keys = true;
		return this;
	}

	private static LeaseTimeToLive result(LeaseTimeToLiveResponse answer, Namespace namespace) {
		Optional<Duration> remaining = (answer.getTTL() < 0) ? Optional.empty()
				: Optional.of(Duration.ofSeconds(answer.getTTL()));
		List<Bytes> keys = answer.getKeysList()
			.stream()
			.map(ByteString::toByteArray)
			.map(Bytes::wrap)
			.filter((key) -> key.startsWith(namespace.prefix()))
			.map(namespace::strip)
			.toList();
		return new LeaseTimeToLive(Wire.header(answer.getHeader()), answer.getID(), remaining,
				Duration.ofSeconds(answer.getGrantedTTL()), keys);
	}

	@Override
	protected Rpc<?, LeaseTimeToLive> rpc() {
		return Rpc.generated("lease_time_to_live", this.method,
				LeaseTimeToLiveRequest.newBuilder().setID(this.id).setKeys(this.keys).build(), true);
	}

	@Override
	protected TimeToLiveRequest self() {
		return this;
	}

}
