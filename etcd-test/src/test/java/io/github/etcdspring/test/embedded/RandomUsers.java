/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

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
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.proto.UserAddOptions;

/**
 * Random requests with authentication enabled, by users with and without permissions, and
 * changes of the users, but for what {@code root} needs to disable it in the end.
 */
final class RandomUsers {

	private static final String ROOT = "root";

	private static final List<String> USERS = List.of("u", "v", "w", "nobody", "");

	private static final List<String> ROLES = List.of("r", "s", "t", "norole", "");

	private final Random random;

	private final RandomKv kv;

	private final RandomServices services;

	RandomUsers(Random random, RandomKv kv, RandomServices services) {
		this.random = random;
		this.kv = kv;
		this.services = services;
		kv.withoutReversedRanges();
	}

	List<Step> prologue() {
		List<Step> steps = new ArrayList<>();
		steps.add(as(null, AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance()));
		steps.add(addUser(null, ROOT));
		steps.add(as(null, AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance()));
		steps.add(as(null, AuthGrpc.getAuthenticateMethod(), login(ROOT, ROOT)));
		for (String role : List.of(ROOT, "r", "s")) {
			steps.add(as(null, AuthGrpc.getRoleAddMethod(), AuthRoleAddRequest.newBuilder().setName(role).build()));
		}
		for (String user : List.of("u", "v")) {
			steps.add(addUser(null, user));
		}
		steps.add(grantRole(null, ROOT, ROOT));
		steps.add(grantRole(null, "u", "r"));
		steps.add(grantPermission(null, "r"));
		steps.add(grantPermission(null, "r"));
		steps.add(as(null, AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance()));
		for (String user : List.of(ROOT, "u", "v")) {
			steps.add(as(null, AuthGrpc.getAuthenticateMethod(), login(user, user)));
		}
		return steps;
	}

	List<Step> epilogue() {
		List<Step> steps = new ArrayList<>();
		steps.add(as(null, AuthGrpc.getAuthenticateMethod(), login(ROOT, ROOT)));
		steps.add(as(ROOT, AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance()));
		steps.add(as(ROOT, AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance()));
		List<String> users = new ArrayList<>(USERS);
		users.add(ROOT);
		for (String user : users) {
			steps.add(
					as(null, AuthGrpc.getUserDeleteMethod(), AuthUserDeleteRequest.newBuilder().setName(user).build()));
		}
		List<String> roles = new ArrayList<>(ROLES);
		roles.add(ROOT);
		for (String role : roles) {
			steps.add(
					as(null, AuthGrpc.getRoleDeleteMethod(), AuthRoleDeleteRequest.newBuilder().setRole(role).build()));
		}
		return steps;
	}

	Step next() {
		String caller = caller();
		int kind = this.random.nextInt(10);
		if (kind < 4) {
			return change(this.kv.chance(4) ? caller : ROOT);
		}
		if (kind == 4) {
			String user = this.kv.chance(6) ? user() : List.of("u", "v", ROOT).get(this.random.nextInt(3));
			return as(null, AuthGrpc.getAuthenticateMethod(), login(user, this.kv.chance(6) ? "wrong" : user));
		}
		if (kind == 5) {
			Step step = this.services.lease();
			return new Step(step.method(), step.request(), caller);
		}
		if (kind == 6 && this.kv.chance(2)) {
			return Step.watch(this.services.watchCreation(), caller);
		}
		if (kind == 6 && this.kv.chance(3)) {
			Step step = this.services.lockOrElection();
			return new Step(step.method(), step.request(), caller);
		}
		Step step = this.kv.next();
		return new Step(step.method(), step.request(), caller);
	}

	private Step change(@Nullable String caller) {
		return switch (this.random.nextInt(16)) {
			case 0 -> addUser(caller, user());
			case 1 -> as(caller, AuthGrpc.getUserGetMethod(), AuthUserGetRequest.newBuilder().setName(user()).build());
			case 2 -> as(caller, AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance());
			case 3 ->
				as(caller, AuthGrpc.getUserDeleteMethod(), AuthUserDeleteRequest.newBuilder().setName(user()).build());
			case 4 -> {
				String user = user();
				yield as(caller, AuthGrpc.getUserChangePasswordMethod(),
						AuthUserChangePasswordRequest.newBuilder().setName(user).setPassword(user).build());
			}
			case 5, 6 -> grantRole(caller, user(), role());
			case 7 -> as(caller, AuthGrpc.getUserRevokeRoleMethod(),
					AuthUserRevokeRoleRequest.newBuilder().setName(user()).setRole(role()).build());
			case 8 -> as(caller, AuthGrpc.getRoleAddMethod(), AuthRoleAddRequest.newBuilder().setName(role()).build());
			case 9 -> as(caller, AuthGrpc.getRoleGetMethod(), AuthRoleGetRequest.newBuilder().setRole(role()).build());
			case 10 -> as(caller, AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance());
			case 11 ->
				as(caller, AuthGrpc.getRoleDeleteMethod(), AuthRoleDeleteRequest.newBuilder().setRole(role()).build());
			case 12 -> {
				ByteString key = this.kv.key();
				yield as(caller, AuthGrpc.getRoleRevokePermissionMethod(),
						AuthRoleRevokePermissionRequest.newBuilder()
							.setRole(role())
							.setKey(key)
							.setRangeEnd(this.kv.chance(2) ? this.kv.end(key) : ByteString.EMPTY)
							.build());
			}
			case 13 -> as(caller, AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance());
			default -> grantPermission(caller, role());
		};
	}

	private static Step as(@Nullable String caller, MethodDescriptor<?, ?> method, Message request) {
		return new Step(method, request, caller);
	}

	private Step addUser(@Nullable String caller, String name) {
		AuthUserAddRequest.Builder user = AuthUserAddRequest.newBuilder().setName(name).setPassword(name);
		if (!Set.of(ROOT, "u", "v").contains(name) && this.kv.chance(3)) {
			user.clearPassword().setOptions(UserAddOptions.newBuilder().setNoPassword(true));
		}
		return as(caller, AuthGrpc.getUserAddMethod(), user.build());
	}

	private static Step grantRole(@Nullable String caller, String user, String role) {
		return as(caller, AuthGrpc.getUserGrantRoleMethod(),
				AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
	}

	private Step grantPermission(@Nullable String caller, String role) {
		Permission.Builder permission = Permission.newBuilder()
			.setPermTypeValue(this.random.nextInt(3))
			.setKey(this.kv.key());
		if (this.kv.chance(2)) {
			permission.setRangeEnd(this.kv.end(permission.getKey()));
		}
		AuthRoleGrantPermissionRequest.Builder grant = AuthRoleGrantPermissionRequest.newBuilder().setName(role);
		return as(caller, AuthGrpc.getRoleGrantPermissionMethod(),
				this.kv.chance(20) ? grant.build() : grant.setPerm(permission).build());
	}

	private static AuthenticateRequest login(String user, String password) {
		return AuthenticateRequest.newBuilder().setName(user).setPassword(password).build();
	}

	private @Nullable String caller() {
		return switch (this.random.nextInt(8)) {
			case 0, 1 -> ROOT;
			case 2, 3, 4 -> "u";
			case 5 -> "v";
			case 6 -> "unknown";
			default -> null;
		};
	}

	private String user() {
		return USERS.get(this.random.nextInt(USERS.size() - (this.kv.chance(4) ? 0 : 2)));
	}

	private String role() {
		return ROLES.get(this.random.nextInt(ROLES.size() - (this.kv.chance(4) ? 0 : 2)));
	}

}
