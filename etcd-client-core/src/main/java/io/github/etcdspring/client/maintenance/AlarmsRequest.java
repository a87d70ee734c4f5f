/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.util.List;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;

/**
 * Lists, raises or ends alarms of the cluster. Its result has the alarms that there are,
 * or those that were raised or ended.
 *
 * @since 0.1.0
 */
public final class AlarmsRequest extends UnaryRequest<AlarmsRequest, List<Alarm>> {

	private final Rpc<?, List<Alarm>> rpc;

	AlarmsRequest(Transport transport, Rpc<?, List<Alarm>> rpc) {
		super(transport);
		this.rpc = rpc;
	}

	@Override
	protected Rpc<?, List<Alarm>> rpc() {
		return this.rpc;
	}

	@Override
	protected AlarmsRequest self() {
		return this;
	}

}
