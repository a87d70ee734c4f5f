/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;

import io.github.etcdspring.proto.AuthDisableRequest;
import io.github.etcdspring.proto.AuthEnableRequest;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthRoleAddRequest;
import io.github.etcdspring.proto.AuthRoleGrantPermissionRequest;
import io.github.etcdspring.proto.AuthUserAddRequest;
import io.github.etcdspring.proto.AuthUserChangePasswordRequest;
import io.github.etcdspring.proto.AuthUserGrantRoleRequest;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.Permission;

/**
 * What the client can't do to a server yet, done with plain stubs.
 */
final class RawEtcd implements AutoCloseable {

	private static final long TIMEOUT_SECONDS = 20;

	private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

	private final ManagedChannel channel;

	private Metadata headers = new Metadata();

	RawEtcd(String endpoint) {
		this.channel = Grpc
			.newChannelBuilder(endpoint.substring("http://".length()), InsecureChannelCredentials.create())
			.build();
	}

	private AuthGrpc.AuthBlockingStub auth() {
		return AuthGrpc.newBlockingStub(this.channel)
			.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
			.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(this.headers));
	}

	void addUserWithRole(String name, String password) {
		auth().userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build());
		auth().roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
		auth().userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(name).setRole(name).build());
	}

	void permit(String role, Permission.Type type, String start, String end) {
		Permission permission = Permission.newBuilder()
			.setPermType(type)
			.setKey(ByteString.copyFromUtf8(start))
			.setRangeEnd(ByteString.copyFromUtf8(end))
			.build();
		auth()
			.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName(role).setPerm(permission).build());
	}

	void changePassword(String user, String password) {
		auth()
			.userChangePassword(AuthUserChangePasswordRequest.newBuilder().setName(user).setPassword(password).build());
	}

	String token(String user, String password) {
		return auth().authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
			.getToken();
	}

	/**
	 * Make all further calls as a user.
	 * @param user the user
	 * @param password the password
	 */
	void login(String user, String password) {
		this.headers = new Metadata();
		Metadata token = new Metadata();
		token.put(TOKEN, token(user, password));
		this.headers = token;
	}

	void enableAuth() {
		this.headers = new Metadata();
		auth().authEnable(AuthEnableRequest.getDefaultInstance());
	}

	void disableAuth() {
		auth().authDisable(AuthDisableRequest.getDefaultInstance());
		this.headers = new Metadata();
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
	}

}
