/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The operations of an etcd server, one for each remote procedure.
 *
 * @since 0.1.0
 */
public enum Operation {

	/**
	 * Any of the operations below: not a health check.
	 */
	ANY(""),

	/**
	 * {@code KV.Range}.
	 */
	RANGE("etcdserverpb.KV/Range"),

	/**
	 * {@code KV.RangeStream}, a stream.
	 */
	RANGE_STREAM("etcdserverpb.KV/RangeStream"),

	/**
	 * {@code KV.Put}.
	 */
	PUT("etcdserverpb.KV/Put"),

	/**
	 * {@code KV.DeleteRange}.
	 */
	DELETE_RANGE("etcdserverpb.KV/DeleteRange"),

	/**
	 * {@code KV.Txn}.
	 */
	TXN("etcdserverpb.KV/Txn"),

	/**
	 * {@code KV.Compact}.
	 */
	COMPACT("etcdserverpb.KV/Compact"),

	/**
	 * {@code Watch.Watch}, a stream.
	 */
	WATCH("etcdserverpb.Watch/Watch"),

	/**
	 * {@code Lease.LeaseGrant}.
	 */
	LEASE_GRANT("etcdserverpb.Lease/LeaseGrant"),

	/**
	 * {@code Lease.LeaseRevoke}.
	 */
	LEASE_REVOKE("etcdserverpb.Lease/LeaseRevoke"),

	/**
	 * {@code Lease.LeaseKeepAlive}, a stream.
	 */
	LEASE_KEEP_ALIVE("etcdserverpb.Lease/LeaseKeepAlive"),

	/**
	 * {@code Lease.LeaseTimeToLive}.
	 */
	LEASE_TIME_TO_LIVE("etcdserverpb.Lease/LeaseTimeToLive"),

	/**
	 * {@code Lease.LeaseLeases}.
	 */
	LEASE_LEASES("etcdserverpb.Lease/LeaseLeases"),

	/**
	 * {@code Cluster.MemberAdd}.
	 */
	MEMBER_ADD("etcdserverpb.Cluster/MemberAdd"),

	/**
	 * {@code Cluster.MemberRemove}.
	 */
	MEMBER_REMOVE("etcdserverpb.Cluster/MemberRemove"),

	/**
	 * {@code Cluster.MemberUpdate}.
	 */
	MEMBER_UPDATE("etcdserverpb.Cluster/MemberUpdate"),

	/**
	 * {@code Cluster.MemberList}.
	 */
	MEMBER_LIST("etcdserverpb.Cluster/MemberList"),

	/**
	 * {@code Cluster.MemberPromote}.
	 */
	MEMBER_PROMOTE("etcdserverpb.Cluster/MemberPromote"),

	/**
	 * {@code Maintenance.Alarm}.
	 */
	ALARM("etcdserverpb.Maintenance/Alarm"),

	/**
	 * {@code Maintenance.Status}.
	 */
	STATUS("etcdserverpb.Maintenance/Status"),

	/**
	 * {@code Maintenance.Defragment}.
	 */
	DEFRAGMENT("etcdserverpb.Maintenance/Defragment"),

	/**
	 * {@code Maintenance.Hash}.
	 */
	HASH("etcdserverpb.Maintenance/Hash"),

	/**
	 * {@code Maintenance.HashKV}.
	 */
	HASH_KV("etcdserverpb.Maintenance/HashKV"),

	/**
	 * {@code Maintenance.Snapshot}, a stream.
	 */
	SNAPSHOT("etcdserverpb.Maintenance/Snapshot"),

	/**
	 * {@code Maintenance.MoveLeader}.
	 */
	MOVE_LEADER("etcdserverpb.Maintenance/MoveLeader"),

	/**
	 * {@code Maintenance.Downgrade}.
	 */
	DOWNGRADE("etcdserverpb.Maintenance/Downgrade"),

	/**
	 * {@code Auth.AuthEnable}.
	 */
	AUTH_ENABLE("etcdserverpb.Auth/AuthEnable"),

	/**
	 * {@code Auth.AuthDisable}.
	 */
	AUTH_DISABLE("etcdserverpb.Auth/AuthDisable"),

	/**
	 * {@code Auth.AuthStatus}.
	 */
	AUTH_STATUS("etcdserverpb.Auth/AuthStatus"),

	/**
	 * {@code Auth.Authenticate}.
	 */
	AUTHENTICATE("etcdserverpb.Auth/Authenticate"),

	/**
	 * {@code Auth.UserAdd}.
	 */
	USER_ADD("etcdserverpb.Auth/UserAdd"),

	/**
	 * {@code Auth.UserGet}.
	 */
	USER_GET("etcdserverpb.Auth/UserGet"),

	/**
	 * {@code Auth.UserList}.
	 */
	USER_LIST("etcdserverpb.Auth/UserList"),

	/**
	 * {@code Auth.UserDelete}.
	 */
	USER_DELETE("etcdserverpb.Auth/UserDelete"),

	/**
	 * {@code Auth.UserChangePassword}.
	 */
	USER_CHANGE_PASSWORD("etcdserverpb.Auth/UserChangePassword"),

	/**
	 * {@code Auth.UserGrantRole}.
	 */
	USER_GRANT_ROLE("etcdserverpb.Auth/UserGrantRole"),

	/**
	 * {@code Auth.UserRevokeRole}.
	 */
	USER_REVOKE_ROLE("etcdserverpb.Auth/UserRevokeRole"),

	/**
	 * {@code Auth.RoleAdd}.
	 */
	ROLE_ADD("etcdserverpb.Auth/RoleAdd"),

	/**
	 * {@code Auth.RoleGet}.
	 */
	ROLE_GET("etcdserverpb.Auth/RoleGet"),

	/**
	 * {@code Auth.RoleList}.
	 */
	ROLE_LIST("etcdserverpb.Auth/RoleList"),

	/**
	 * {@code Auth.RoleDelete}.
	 */
	ROLE_DELETE("etcdserverpb.Auth/RoleDelete"),

	/**
	 * {@code Auth.RoleGrantPermission}.
	 */
	ROLE_GRANT_PERMISSION("etcdserverpb.Auth/RoleGrantPermission"),

	/**
	 * {@code Auth.RoleRevokePermission}.
	 */
	ROLE_REVOKE_PERMISSION("etcdserverpb.Auth/RoleRevokePermission"),

	/**
	 * {@code Lock.Lock}.
	 */
	LOCK("v3lockpb.Lock/Lock"),

	/**
	 * {@code Lock.Unlock}.
	 */
	UNLOCK("v3lockpb.Lock/Unlock"),

	/**
	 * {@code Election.Campaign}.
	 */
	CAMPAIGN("v3electionpb.Election/Campaign"),

	/**
	 * {@code Election.Proclaim}.
	 */
	PROCLAIM("v3electionpb.Election/Proclaim"),

	/**
	 * {@code Election.Leader}.
	 */
	LEADER("v3electionpb.Election/Leader"),

	/**
	 * {@code Election.Observe}, a stream.
	 */
	OBSERVE("v3electionpb.Election/Observe"),

	/**
	 * {@code Election.Resign}.
	 */
	RESIGN("v3electionpb.Election/Resign");

	private static final Map<String, Operation> BY_METHOD = new HashMap<>();

	static {
		for (Operation operation : values()) {
			BY_METHOD.put(operation.method, operation);
		}
	}

	private final String method;

	Operation(String method) {
		this.method = method;
	}

	/**
	 * Finds an operation.
	 * @param method the full name of the remote procedure
	 * @return the operation, or {@code null} if it is none of etcd's
	 */
	static @Nullable Operation of(String method) {
		return BY_METHOD.get(method);
	}

	boolean includes(Operation other) {
		return this == ANY || this == other;
	}

}
