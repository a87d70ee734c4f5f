/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.util.List;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.UnaryRequest;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.AlarmMember;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.MaintenanceGrpc;

/**
 * Lists the alarms of the cluster.
 *
 * @since 0.1.0
 */
public final class AlarmsRequest extends UnaryRequest<AlarmsRequest, List<Alarm>> {

	private static final MethodDescriptor<AlarmRequest, List<Alarm>> method = Wire.mapped(
			MaintenanceGrpc.getAlarmMethod(),
			(answer) -> answer.getAlarmsList().stream().map(AlarmsRequest::result).toList());

	private static final AlarmRequest message = AlarmRequest.newBuilder()
		.setAction(AlarmRequest.AlarmAction.GET)
		.build();

	AlarmsRequest(Transport transport) {
		super(transport);
	}

	private static Alarm result(AlarmMember alarm) {
		return new Alarm(alarm.getMemberID(), switch (alarm.getAlarm()) {
			case NOSPACE -> Alarm.Type.NO_SPACE;
			case CORRUPT -> Alarm.Type.CORRUPT;
			default -> Alarm.Type.OTHER;
		});
	}

	@Override
	protected Rpc<?, List<Alarm>> rpc() {
		return Rpc.generated("alarm", method, message, true);
	}

	@Override
	protected AlarmsRequest self() {
		return this;
	}

}
