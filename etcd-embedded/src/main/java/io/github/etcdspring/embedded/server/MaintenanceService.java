/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.List;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.AlarmMember;
import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmResponse;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.proto.DefragmentRequest;
import io.github.etcdspring.proto.DefragmentResponse;
import io.github.etcdspring.proto.DowngradeRequest;
import io.github.etcdspring.proto.DowngradeResponse;
import io.github.etcdspring.proto.HashKVRequest;
import io.github.etcdspring.proto.HashKVResponse;
import io.github.etcdspring.proto.HashRequest;
import io.github.etcdspring.proto.HashResponse;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.MoveLeaderRequest;
import io.github.etcdspring.proto.MoveLeaderResponse;
import io.github.etcdspring.proto.SnapshotRequest;
import io.github.etcdspring.proto.SnapshotResponse;
import io.github.etcdspring.proto.StatusRequest;
import io.github.etcdspring.proto.StatusResponse;

/**
 * The Maintenance service, with the answers of a cluster of one member.
 */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {

	/** The version whose behaviour this server has; clients choose features by it. */
	static final String VERSION = "3.5.30";

	private final Node node;

	MaintenanceService(Node node) {
		this.node = node;
	}

	@Override
	public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
		this.node.answer(observer, () -> this.node.read(() -> {
			this.node.auth().checkAdmin(Callers.current(this.node));
			StatusResponse.Builder status = StatusResponse.newBuilder()
				.setHeader(this.node.header())
				.setVersion(VERSION)
				.setDbSize(this.node.store().allocatedBytes())
				.setDbSizeInUse(this.node.store().sizeBytes())
				.setRaftTerm(Node.RAFT_TERM)
				.setRaftIndex(this.node.index())
				.setRaftAppliedIndex(this.node.index());
			if (this.node.hasLeader()) {
				status.setLeader(Node.MEMBER_ID);
			}
			else {
				status.addErrors(EtcdError.NO_LEADER.text());
			}
			for (AlarmMember alarm : this.node.alarms().list(AlarmType.NONE)) {
				status.addErrors("memberID:%s alarm:%s ".formatted(Long.toUnsignedString(alarm.getMemberID()),
						alarm.getAlarm()));
			}
			return status.build();
		}));
	}

	@Override
	public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> observer) {
		this.node.answer(observer, () -> this.node.write(() -> {
			Alarms alarms = this.node.alarms();
			if (request.getAction() == AlarmRequest.AlarmAction.GET) {
				this.node.auth().checkUser(Callers.current(this.node));
			}
			else {
				this.node.auth().checkAdmin(Callers.current(this.node));
			}
			List<AlarmMember> answer = switch (request.getAction()) {
				case GET -> alarms.list(request.getAlarm());
				case ACTIVATE -> alarms.activate(request.getMemberID(), request.getAlarm());
				case DEACTIVATE -> alarms.deactivate(request.getMemberID(), request.getAlarm());
				case UNRECOGNIZED -> List.of();
			};
			return AlarmResponse.newBuilder().setHeader(this.node.header()).addAllAlarms(answer).build();
		}));
	}

	@Override
	public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> observer) {
		this.node.answer(observer, () -> this.node.write(() -> {
			Callers.checkMaintenance(this.node);
			this.node.store().defragment();
			return DefragmentResponse.getDefaultInstance();
		}));
	}

	@Override
	public void hash(HashRequest request, StreamObserver<HashResponse> observer) {
		this.node.answer(observer, () -> this.node.read(() -> {
			Callers.checkMaintenance(this.node);
			return HashResponse.newBuilder().setHeader(this.node.header()).setHash(this.node.store().hash(0)).build();
		}));
	}

	@Override
	public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> observer) {
		this.node.answer(observer, () -> this.node.read(() -> {
			Callers.checkMaintenance(this.node);
			return HashKVResponse.newBuilder()
				.setHeader(this.node.header())
				.setHash(this.node.store().hash(request.getRevision()))
				.setCompactRevision(this.node.store().compactedRevision())
				.build();
		}));
	}

	@Override
	public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
		this.node.<SnapshotResponse>answer(observer, () -> {
			this.node.read(() -> {
				Callers.checkMaintenance(this.node);
				return true;
			});
			throw Status.UNIMPLEMENTED
				.withDescription(
						"embedded etcd: no snapshot, because it keeps no database file that etcd could restore")
				.asRuntimeException();
		});
	}

	@Override
	public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> observer) {
		this.node.answer(observer, () -> this.node.read(() -> {
			this.node.auth().checkAdmin(Callers.current(this.node));
			if (!this.node.hasLeader()) {
				throw EtcdError.NOT_LEADER.exception();
			}
			if (request.getTargetID() == Node.MEMBER_ID) {
				return MoveLeaderResponse.getDefaultInstance();
			}
			throw EtcdError.BAD_LEADER_TRANSFEREE.exception();
		}));
	}

	@Override
	public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> observer) {
		this.node.answer(observer, () -> this.node.write(() -> {
			this.node.auth().checkAdmin(Callers.current(this.node));
			String version = this.node.downgrade().apply(request.getAction(), request.getVersion());
			return DowngradeResponse.newBuilder().setHeader(this.node.header()).setVersion(version).build();
		}));
	}

}
