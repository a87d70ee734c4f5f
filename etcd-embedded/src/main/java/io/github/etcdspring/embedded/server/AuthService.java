/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.function.Consumer;
import java.util.function.Function;

import io.grpc.stub.StreamObserver;

import io.github.etcdspring.embedded.auth.AccessControl;
import io.github.etcdspring.embedded.auth.AuthStore;
import io.github.etcdspring.embedded.auth.Caller;
import io.github.etcdspring.proto.AuthDisableRequest;
import io.github.etcdspring.proto.AuthDisableResponse;
import io.github.etcdspring.proto.AuthEnableRequest;
import io.github.etcdspring.proto.AuthEnableResponse;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthRoleAddRequest;
import io.github.etcdspring.proto.AuthRoleAddResponse;
import io.github.etcdspring.proto.AuthRoleDeleteRequest;
import io.github.etcdspring.proto.AuthRoleDeleteResponse;
import io.github.etcdspring.proto.AuthRoleGetRequest;
import io.github.etcdspring.proto.AuthRoleGetResponse;
import io.github.etcdspring.proto.AuthRoleGrantPermissionRequest;
import io.github.etcdspring.proto.AuthRoleGrantPermissionResponse;
import io.github.etcdspring.proto.AuthRoleListRequest;
import io.github.etcdspring.proto.AuthRoleListResponse;
import io.github.etcdspring.proto.AuthRoleRevokePermissionRequest;
import io.github.etcdspring.proto.AuthRoleRevokePermissionResponse;
import io.github.etcdspring.proto.AuthStatusRequest;
import io.github.etcdspring.proto.AuthStatusResponse;
import io.github.etcdspring.proto.AuthUserAddRequest;
import io.github.etcdspring.proto.AuthUserAddResponse;
import io.github.etcdspring.proto.AuthUserChangePasswordRequest;
import io.github.etcdspring.proto.AuthUserChangePasswordResponse;
import io.github.etcdspring.proto.AuthUserDeleteRequest;
import io.github.etcdspring.proto.AuthUserDeleteResponse;
import io.github.etcdspring.proto.AuthUserGetRequest;
import io.github.etcdspring.proto.AuthUserGetResponse;
import io.github.etcdspring.proto.AuthUserGrantRoleRequest;
import io.github.etcdspring.proto.AuthUserGrantRoleResponse;
import io.github.etcdspring.proto.AuthUserListRequest;
import io.github.etcdspring.proto.AuthUserListResponse;
import io.github.etcdspring.proto.AuthUserRevokeRoleRequest;
import io.github.etcdspring.proto.AuthUserRevokeRoleResponse;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * The service of users, roles and tokens. All but Authenticate, and looking at oneself,
 * is for the role root once authentication is on.
 */
final class AuthService extends AuthGrpc.AuthImplBase {

	private final Node node;

	AuthService(Node node) {
		this.node = node;
	}

	@Override
	public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> answers) {
		read(answers, AccessControl::checkAdmin, (header) -> {
			AuthStore store = this.node.auth().store();
			return AuthStatusResponse.newBuilder()
				.setHeader(header)
				.setEnabled(store.isEnabled())
				.setAuthRevision(store.revision())
				.build();
		});
	}

	@Override
	public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> answers) {
		this.node.answer(answers, () -> {
			String token = this.node.auth().store().authenticate(request.getName(), request.getPassword());
			return this.node
				.read(() -> AuthenticateResponse.newBuilder().setHeader(this.node.header()).setToken(token).build());
		});
	}

	@Override
	public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> answers) {
		change(answers, (store) -> store.enable(),
				(header) -> AuthEnableResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void authDisable(AuthDisableRequest request, StreamObserver<AuthDisableResponse> answers) {
		change(answers, (store) -> store.disable(),
				(header) -> AuthDisableResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> answers) {
		change(answers,
				(store) -> store.addUser(request.getName(),
						request.getOptions().getNoPassword() ? null : request.getPassword()),
				(header) -> AuthUserAddResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void userDelete(AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> answers) {
		change(answers, (store) -> store.deleteUser(request.getName()),
				(header) -> AuthUserDeleteResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void userChangePassword(AuthUserChangePasswordRequest request,
			StreamObserver<AuthUserChangePasswordResponse> answers) {
		change(answers,
				(store) -> store.changePassword(request.getName(), request.getPassword(), request.getHashedPassword()),
				(header) -> AuthUserChangePasswordResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void userGrantRole(AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> answers) {
		change(answers, (store) -> store.grantRole(request.getUser(), request.getRole()),
				(header) -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void userRevokeRole(AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> answers) {
		change(answers, (store) -> store.revokeRole(request.getName(), request.getRole()),
				(header) -> AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> answers) {
		change(answers, (store) -> store.addRole(request.getName()),
				(header) -> AuthRoleAddResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void roleDelete(AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> answers) {
		change(answers, (store) -> store.deleteRole(request.getRole()),
				(header) -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void roleGrantPermission(AuthRoleGrantPermissionRequest request,
			StreamObserver<AuthRoleGrantPermissionResponse> answers) {
		change(answers,
				(store) -> store.grantPermission(request.getName(), request.hasPerm() ? request.getPerm() : null),
				(header) -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void roleRevokePermission(AuthRoleRevokePermissionRequest request,
			StreamObserver<AuthRoleRevokePermissionResponse> answers) {
		change(answers, (store) -> store.revokePermission(request.getRole(), request.getKey(), request.getRangeEnd()),
				(header) -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build());
	}

	@Override
	public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> answers) {
		read(answers, (access, caller) -> access.checkUserGet(caller, request.getName()),
				(header) -> AuthUserGetResponse.newBuilder()
					.setHeader(header)
					.addAllRoles(this.node.auth().store().rolesOf(request.getName()))
					.build());
	}

	@Override
	public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> answers) {
		read(answers, AccessControl::checkAdmin,
				(header) -> AuthUserListResponse.newBuilder()
					.setHeader(header)
					.addAllUsers(this.node.auth().store().users())
					.build());
	}

	@Override
	public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> answers) {
		read(answers, (access, caller) -> access.checkRoleGet(caller, request.getRole()),
				(header) -> AuthRoleGetResponse.newBuilder()
					.setHeader(header)
					.addAllPerm(this.node.auth().store().permissionsOf(request.getRole()))
					.build());
	}

	@Override
	public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> answers) {
		read(answers, AccessControl::checkAdmin,
				(header) -> AuthRoleListResponse.newBuilder()
					.setHeader(header)
					.addAllRoles(this.node.auth().store().roles())
					.build());
	}

	private <A> void read(StreamObserver<A> answers, Check check, Function<ResponseHeader, A> answer) {
		this.node.answer(answers, () -> this.node.read(() -> {
			check.check(this.node.auth(), Callers.current(this.node));
			return answer.apply(this.node.header());
		}));
	}

	private <A> void change(StreamObserver<A> answers, Consumer<AuthStore> change, Function<ResponseHeader, A> answer) {
		this.node.answer(answers, () -> this.node.write(() -> {
			this.node.auth().checkAdmin(Callers.current(this.node));
			change.accept(this.node.auth().store());
			return answer.apply(this.node.header());
		}));
	}

	private interface Check {

		void check(AccessControl access, Caller caller);

	}

}
