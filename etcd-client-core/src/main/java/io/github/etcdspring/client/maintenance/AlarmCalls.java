/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.util.List;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.AlarmMember;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmResponse;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.proto.MaintenanceGrpc;

/**
 * Turns requests about alarms into calls.
 */
final class AlarmCalls {

	private static final MethodDescriptor<AlarmRequest, List<Alarm>> method = Wire
		.mapped(MaintenanceGrpc.getAlarmMethod(), AlarmCalls::alarms);

	private static final MethodDescriptor<AlarmRequest, List<Raised>> numbered = Wire
		.mapped(MaintenanceGrpc.getAlarmMethod(), AlarmCalls::raised);

	private AlarmCalls() {
	}

	static Rpc<?, List<Alarm>> list() {
		return Rpc.generated("alarm", method, message(AlarmRequest.AlarmAction.GET, 0, 0), true);
	}

	static Rpc<?, List<Raised>> listRaised() {
		return Rpc.generated("alarm", numbered, message(AlarmRequest.AlarmAction.GET, 0, 0), true);
	}

	static Rpc<?, List<Alarm>> arm(Raised alarm) {
		return Rpc.generated("alarm", method,
				message(AlarmRequest.AlarmAction.ACTIVATE, alarm.memberId(), alarm.number()), false);
	}

	static Rpc<?, List<Alarm>> disarm(Raised alarm) {
		return Rpc.generated("alarm", method,
				message(AlarmRequest.AlarmAction.DEACTIVATE, alarm.memberId(), alarm.number()), false);
	}

	private static AlarmRequest message(AlarmRequest.AlarmAction action, long memberId, int number) {
		return AlarmRequest.newBuilder().setAction(action).setMemberID(memberId).setAlarmValue(number).build();
	}

	private static List<Alarm> alarms(AlarmResponse answer) {
		return answer.getAlarmsList().stream().map(AlarmCalls::alarm).toList();
	}

	private static Alarm alarm(AlarmMember alarm) {
		return new Alarm(alarm.getMemberID(), switch (alarm.getAlarm()) {
			case NOSPACE -> Alarm.Type.NO_SPACE;
			case CORRUPT -> Alarm.Type.CORRUPT;
			default -> Alarm.Type.OTHER;
		});
	}

	private static List<Raised> raised(AlarmResponse answer) {
		return answer.getAlarmsList()
			.stream()
			// Neither a member nor a type: that is how etcd writes no alarm at all.
			.filter((alarm) -> alarm.getMemberID() != 0 && alarm.getAlarmValue() != AlarmType.NONE_VALUE)
			.map((alarm) -> new Raised(alarm.getMemberID(), alarm.getAlarmValue()))
			.toList();
	}

	/**
	 * An alarm with the number of its type, which this client need not know.
	 *
	 * @param memberId the id of the member
	 * @param number the number of the type
	 */
	record Raised(long memberId, int number) {

		static Raised of(long memberId, Alarm.Type type) {
			if (memberId == 0) {
				throw new IllegalArgumentException(
						"'memberId' must not be 0; alarms() tells the ids of members with an alarm");
			}
			Arguments.notNull(type, "type", "use NO_SPACE or CORRUPT");
			return new Raised(memberId, switch (type) {
				case NO_SPACE -> AlarmType.NOSPACE_VALUE;
				case CORRUPT -> AlarmType.CORRUPT_VALUE;
				case OTHER -> throw new IllegalArgumentException(
						"'type' must not be OTHER, which stands for several; use disarmAll() against it");
			});
		}

	}

}
