/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.health;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

import io.github.etcdspring.proto.AlarmRequest;
import io.github.etcdspring.proto.AlarmType;
import io.github.etcdspring.proto.AuthEnableRequest;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthRoleAddRequest;
import io.github.etcdspring.proto.AuthUserAddRequest;
import io.github.etcdspring.proto.AuthUserGrantRoleRequest;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.test.EtcdServer;

/**
 * Does to a server what an operator would.
 */
final class EtcdAdmin implements AutoCloseable {

	private final ManagedChannel channel;

	EtcdAdmin(EtcdServer server) {
		this.channel = Grpc
			.newChannelBuilder(server.endpoint().substring("http://".length()), InsecureChannelCredentials.create())
			.build();
	}

	void alarm(AlarmType type, AlarmRequest.AlarmAction action) {
		Channel channel = this.channel;
		long member = KVGrpc.newBlockingStub(channel)
			.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("x")).setSerializable(true).build())
			.getHeader()
			.getMemberId();
		MaintenanceGrpc.newBlockingStub(channel)
			.alarm(AlarmRequest.newBuilder().setAlarm(type).setMemberID(member).setAction(action).build());
	}

	void enableAuthentication() {
		AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(this.channel);
		auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
		auth.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword("root").build());
		auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
		auth.userAdd(AuthUserAddRequest.newBuilder().setName("nobody").setPassword("s3cret").build());
		auth.authEnable(AuthEnableRequest.getDefaultInstance());
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

}
