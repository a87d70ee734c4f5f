/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.AuthDisableRequest;
import io.github.etcdspring.proto.AuthEnableRequest;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthRoleAddRequest;
import io.github.etcdspring.proto.AuthRoleDeleteRequest;
import io.github.etcdspring.proto.AuthRoleGetRequest;
import io.github.etcdspring.proto.AuthRoleGrantPermissionRequest;
import io.github.etcdspring.proto.AuthRoleListRequest;
import io.github.etcdspring.proto.AuthRoleRevokePermissionRequest;
import io.github.etcdspring.proto.AuthStatusRequest;
import io.github.etcdspring.proto.AuthUserAddRequest;
import io.github.etcdspring.proto.AuthUserChangePasswordRequest;
import io.github.etcdspring.proto.AuthUserDeleteRequest;
import io.github.etcdspring.proto.AuthUserGetRequest;
import io.github.etcdspring.proto.AuthUserGrantRoleRequest;
import io.github.etcdspring.proto.AuthUserListRequest;
import io.github.etcdspring.proto.AuthUserRevokeRoleRequest;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.UserAddOptions;

/**
 * The calls of the authentication service, in the words of etcd.
 */
final class AuthRpcs {

	private static final MethodDescriptor<AuthEnableRequest, Header> enable = Wire
		.mapped(AuthGrpc.getAuthEnableMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthDisableRequest, Header> disable = Wire
		.mapped(AuthGrpc.getAuthDisableMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthStatusRequest, AuthStatus> status = Wire.mapped(
			AuthGrpc.getAuthStatusMethod(),
			(answer) -> new AuthStatus(Wire.header(answer.getHeader()), answer.getEnabled(), answer.getAuthRevision()));

	private static final MethodDescriptor<AuthenticateRequest, AuthToken> authenticate = Wire.mapped(
			AuthGrpc.getAuthenticateMethod(),
			(answer) -> new AuthToken(Wire.header(answer.getHeader()), answer.getToken()));

	private static final MethodDescriptor<AuthUserAddRequest, Header> userAdd = Wire.mapped(AuthGrpc.getUserAddMethod(),
			(answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthUserGetRequest, UserResult> userGet = Wire.mapped(
			AuthGrpc.getUserGetMethod(),
			(answer) -> new UserResult(Wire.header(answer.getHeader()), answer.getRolesList()));

	private static final MethodDescriptor<AuthUserListRequest, UsersResult> userList = Wire.mapped(
			AuthGrpc.getUserListMethod(),
			(answer) -> new UsersResult(Wire.header(answer.getHeader()), answer.getUsersList()));

	private static final MethodDescriptor<AuthUserDeleteRequest, Header> userDelete = Wire
		.mapped(AuthGrpc.getUserDeleteMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthUserChangePasswordRequest, Header> userChangePassword = Wire
		.mapped(AuthGrpc.getUserChangePasswordMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthUserGrantRoleRequest, Header> userGrantRole = Wire
		.mapped(AuthGrpc.getUserGrantRoleMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthUserRevokeRoleRequest, Header> userRevokeRole = Wire
		.mapped(AuthGrpc.getUserRevokeRoleMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthRoleAddRequest, Header> roleAdd = Wire.mapped(AuthGrpc.getRoleAddMethod(),
			(answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthRoleGetRequest, RoleResult> roleGet = Wire
		.mapped(AuthGrpc.getRoleGetMethod(), (answer) -> new RoleResult(Wire.header(answer.getHeader()),
				answer.getPermList().stream().map(AuthRpcs::permission).toList()));

	private static final MethodDescriptor<AuthRoleListRequest, RolesResult> roleList = Wire.mapped(
			AuthGrpc.getRoleListMethod(),
			(answer) -> new RolesResult(Wire.header(answer.getHeader()), answer.getRolesList()));

	private static final MethodDescriptor<AuthRoleDeleteRequest, Header> roleDelete = Wire
		.mapped(AuthGrpc.getRoleDeleteMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthRoleGrantPermissionRequest, Header> roleGrantPermission = Wire
		.mapped(AuthGrpc.getRoleGrantPermissionMethod(), (answer) -> Wire.header(answer.getHeader()));

	private static final MethodDescriptor<AuthRoleRevokePermissionRequest, Header> roleRevokePermission = Wire
		.mapped(AuthGrpc.getRoleRevokePermissionMethod(), (answer) -> Wire.header(answer.getHeader()));

	private AuthRpcs() {
	}

	static Rpc<?, Header> enable() {
		return Rpc.generated("auth_enable", enable, AuthEnableRequest.getDefaultInstance(), false);
	}

	static Rpc<?, Header> disable() {
		return Rpc.generated("auth_disable", disable, AuthDisableRequest.getDefaultInstance(), false);
	}

	static Rpc<?, AuthStatus> status() {
		return Rpc.generated("auth_status", status, AuthStatusRequest.getDefaultInstance(), true);
	}

	static Rpc<?, AuthToken> authenticate(String operation, String user, String password) {
		return Rpc.anonymous(operation, authenticate,
				AuthenticateRequest.newBuilder().setName(user).setPassword(password).build());
	}

	static Rpc<?, Header> addUser(String user, @Nullable String password) {
		AuthUserAddRequest.Builder message = AuthUserAddRequest.newBuilder().setName(user);
		if (password != null) {
			message.setPassword(password);
		}
		else {
			message.setOptions(UserAddOptions.newBuilder().setNoPassword(true));
		}
		return Rpc.generated("user_add", userAdd, message.build(), false);
	}

	static Rpc<?, UserResult> user(String user) {
		return Rpc.generated("user_get", userGet, AuthUserGetRequest.newBuilder().setName(user).build(), true);
	}

	static Rpc<?, UsersResult> users() {
		return Rpc.generated("user_list", userList, AuthUserListRequest.getDefaultInstance(), true);
	}

	static Rpc<?, Header> deleteUser(String user) {
		return Rpc.generated("user_delete", userDelete, AuthUserDeleteRequest.newBuilder().setName(user).build(),
				false);
	}

	static Rpc<?, Header> changePassword(String user, String password) {
		return Rpc.generated("user_change_password", userChangePassword,
				AuthUserChangePasswordRequest.newBuilder().setName(user).setPassword(password).build(), false);
	}

	static Rpc<?, Header> grantRole(String user, String role) {
		return Rpc.generated("user_grant_role", userGrantRole,
				AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build(), false);
	}

	static Rpc<?, Header> revokeRole(String user, String role) {
		return Rpc.generated("user_revoke_role", userRevokeRole,
				AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role).build(), false);
	}

	static Rpc<?, Header> addRole(String role) {
		return Rpc.generated("role_add", roleAdd, AuthRoleAddRequest.newBuilder().setName(role).build(), false);
	}

	static Rpc<?, RoleResult> role(String role) {
		return Rpc.generated("role_get", roleGet, AuthRoleGetRequest.newBuilder().setRole(role).build(), true);
	}

	static Rpc<?, RolesResult> roles() {
		return Rpc.generated("role_list", roleList, AuthRoleListRequest.getDefaultInstance(), true);
	}

	static Rpc<?, Header> deleteRole(String role) {
		return Rpc.generated("role_delete", roleDelete, AuthRoleDeleteRequest.newBuilder().setRole(role).build(),
				false);
	}

	static Rpc<?, Header> grantPermission(String role, PermissionType type, KeyRange range) {
		io.github.etcdspring.proto.Permission permission = io.github.etcdspring.proto.Permission.newBuilder()
			.setPermType(wireType(type))
			.setKey(Wire.bytes(range.start()))
			.setRangeEnd(Wire.bytes(range.end()))
			.build();
		return Rpc.generated("role_grant_permission", roleGrantPermission,
				AuthRoleGrantPermissionRequest.newBuilder().setName(role).setPerm(permission).build(), false);
	}

	static Rpc<?, Header> revokePermission(String role, KeyRange range) {
		return Rpc.generated("role_revoke_permission", roleRevokePermission,
				AuthRoleRevokePermissionRequest.newBuilder()
					.setRole(role)
					.setKey(Wire.bytes(range.start()))
					.setRangeEnd(Wire.bytes(range.end()))
					.build(),
				false);
	}

	private static io.github.etcdspring.proto.Permission.Type wireType(PermissionType type) {
		return switch (type) {
			case READ -> io.github.etcdspring.proto.Permission.Type.READ;
			case WRITE -> io.github.etcdspring.proto.Permission.Type.WRITE;
			case READ_WRITE -> io.github.etcdspring.proto.Permission.Type.READWRITE;
			case OTHER -> throw new IllegalArgumentException(
					"'type' must be READ, WRITE or READ_WRITE but was OTHER, which is only for reading");
		};
	}

	private static Permission permission(io.github.etcdspring.proto.Permission permission) {
		PermissionType type = switch (permission.getPermType()) {
			case READ -> PermissionType.READ;
			case WRITE -> PermissionType.WRITE;
			case READWRITE -> PermissionType.READ_WRITE;
			case UNRECOGNIZED -> PermissionType.OTHER;
		};
		return new Permission(type,
				KeyRange.ofBounds(Wire.bytes(permission.getKey()), Wire.bytes(permission.getRangeEnd())));
	}

}
