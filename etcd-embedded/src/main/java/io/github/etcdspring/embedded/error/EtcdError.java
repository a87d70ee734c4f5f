/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.error;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * The errors of an etcd 3.5 server, with the status code that a client sees on the wire.
 * Every text begins with {@code etcdserver: }.
 *
 * @since 0.1.0
 */
public enum EtcdError {

	/**
	 * "key is not provided".
	 */
	EMPTY_KEY(Status.Code.INVALID_ARGUMENT, "key is not provided"),

	/**
	 * "key not found".
	 */
	KEY_NOT_FOUND(Status.Code.INVALID_ARGUMENT, "key not found"),

	/**
	 * "value is provided".
	 */
	VALUE_PROVIDED(Status.Code.INVALID_ARGUMENT, "value is provided"),

	/**
	 * "lease is provided".
	 */
	LEASE_PROVIDED(Status.Code.INVALID_ARGUMENT, "lease is provided"),

	/**
	 * "too many operations in txn request".
	 */
	TOO_MANY_OPS(Status.Code.INVALID_ARGUMENT, "too many operations in txn request"),

	/**
	 * "duplicate key given in txn request".
	 */
	DUPLICATE_KEY(Status.Code.INVALID_ARGUMENT, "duplicate key given in txn request"),

	/**
	 * "mvcc: required revision has been compacted".
	 */
	COMPACTED(Status.Code.OUT_OF_RANGE, "mvcc: required revision has been compacted"),

	/**
	 * "mvcc: required revision is a future revision".
	 */
	FUTURE_REV(Status.Code.OUT_OF_RANGE, "mvcc: required revision is a future revision"),

	/**
	 * "mvcc: database space exceeded".
	 */
	NO_SPACE(Status.Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded"),

	/**
	 * "requested lease not found".
	 */
	LEASE_NOT_FOUND(Status.Code.NOT_FOUND, "requested lease not found"),

	/**
	 * "lease already exists".
	 */
	LEASE_EXISTS(Status.Code.FAILED_PRECONDITION, "lease already exists"),

	/**
	 * "too large lease TTL".
	 */
	LEASE_TTL_TOO_LARGE(Status.Code.OUT_OF_RANGE, "too large lease TTL"),

	/**
	 * "watch canceled".
	 */
	WATCH_CANCELED(Status.Code.CANCELLED, "watch canceled"),

	/**
	 * "member ID already exist".
	 */
	MEMBER_EXISTS(Status.Code.FAILED_PRECONDITION, "member ID already exist"),

	/**
	 * "Peer URLs already exists".
	 */
	PEER_URL_EXISTS(Status.Code.FAILED_PRECONDITION, "Peer URLs already exists"),

	/**
	 * "re-configuration failed due to not enough started members".
	 */
	MEMBER_NOT_ENOUGH_STARTED(Status.Code.UNKNOWN, "re-configuration failed due to not enough started members"),

	/**
	 * "given member URLs are invalid".
	 */
	MEMBER_BAD_URLS(Status.Code.INVALID_ARGUMENT, "given member URLs are invalid"),

	/**
	 * "member not found".
	 */
	MEMBER_NOT_FOUND(Status.Code.NOT_FOUND, "member not found"),

	/**
	 * "can only promote a learner member".
	 */
	MEMBER_NOT_LEARNER(Status.Code.FAILED_PRECONDITION, "can only promote a learner member"),

	/**
	 * "can only promote a learner member which is in sync with leader".
	 */
	LEARNER_NOT_READY(Status.Code.FAILED_PRECONDITION,
			"can only promote a learner member which is in sync with leader"),

	/**
	 * "too many learner members in cluster".
	 */
	TOO_MANY_LEARNERS(Status.Code.FAILED_PRECONDITION, "too many learner members in cluster"),

	/**
	 * "request is too large".
	 */
	REQUEST_TOO_LARGE(Status.Code.INVALID_ARGUMENT, "request is too large"),

	/**
	 * "too many requests".
	 */
	TOO_MANY_REQUESTS(Status.Code.UNKNOWN, "too many requests"),

	/**
	 * "root user does not exist".
	 */
	ROOT_USER_NOT_EXIST(Status.Code.FAILED_PRECONDITION, "root user does not exist"),

	/**
	 * "root user does not have root role".
	 */
	ROOT_ROLE_NOT_EXIST(Status.Code.FAILED_PRECONDITION, "root user does not have root role"),

	/**
	 * "user name already exists".
	 */
	USER_ALREADY_EXISTS(Status.Code.FAILED_PRECONDITION, "user name already exists"),

	/**
	 * "user name is empty".
	 */
	USER_EMPTY(Status.Code.INVALID_ARGUMENT, "user name is empty"),

	/**
	 * "user name not found".
	 */
	USER_NOT_FOUND(Status.Code.FAILED_PRECONDITION, "user name not found"),

	/**
	 * "role name already exists".
	 */
	ROLE_ALREADY_EXISTS(Status.Code.FAILED_PRECONDITION, "role name already exists"),

	/**
	 * "role name not found".
	 */
	ROLE_NOT_FOUND(Status.Code.FAILED_PRECONDITION, "role name not found"),

	/**
	 * "role name is empty".
	 */
	ROLE_EMPTY(Status.Code.INVALID_ARGUMENT, "role name is empty"),

	/**
	 * "authentication failed, invalid user ID or password".
	 */
	AUTH_FAILED(Status.Code.INVALID_ARGUMENT, "authentication failed, invalid user ID or password"),

	/**
	 * "permission not given".
	 */
	PERMISSION_NOT_GIVEN(Status.Code.INVALID_ARGUMENT, "permission not given"),

	/**
	 * "permission denied".
	 */
	PERMISSION_DENIED(Status.Code.PERMISSION_DENIED, "permission denied"),

	/**
	 * "role is not granted to the user".
	 */
	ROLE_NOT_GRANTED(Status.Code.FAILED_PRECONDITION, "role is not granted to the user"),

	/**
	 * "permission is not granted to the role".
	 */
	PERMISSION_NOT_GRANTED(Status.Code.FAILED_PRECONDITION, "permission is not granted to the role"),

	/**
	 * "authentication is not enabled".
	 */
	AUTH_NOT_ENABLED(Status.Code.FAILED_PRECONDITION, "authentication is not enabled"),

	/**
	 * "invalid auth token".
	 */
	INVALID_AUTH_TOKEN(Status.Code.UNAUTHENTICATED, "invalid auth token"),

	/**
	 * "invalid auth management".
	 */
	INVALID_AUTH_MANAGEMENT(Status.Code.INVALID_ARGUMENT, "invalid auth management"),

	/**
	 * "revision of auth store is old".
	 */
	AUTH_OLD_REVISION(Status.Code.INVALID_ARGUMENT, "revision of auth store is old"),

	/**
	 * "no leader".
	 */
	NO_LEADER(Status.Code.UNAVAILABLE, "no leader"),

	/**
	 * "not leader".
	 */
	NOT_LEADER(Status.Code.FAILED_PRECONDITION, "not leader"),

	/**
	 * "leader changed".
	 */
	LEADER_CHANGED(Status.Code.UNAVAILABLE, "leader changed"),

	/**
	 * "not capable".
	 */
	NOT_CAPABLE(Status.Code.UNAVAILABLE, "not capable"),

	/**
	 * "server stopped".
	 */
	STOPPED(Status.Code.UNAVAILABLE, "server stopped"),

	/**
	 * "request timed out".
	 */
	TIMEOUT(Status.Code.UNAVAILABLE, "request timed out"),

	/**
	 * "request timed out, possibly due to previous leader failure".
	 */
	TIMEOUT_LEADER_FAIL(Status.Code.UNAVAILABLE, "request timed out, possibly due to previous leader failure"),

	/**
	 * "request timed out, possibly due to connection lost".
	 */
	TIMEOUT_CONNECTION_LOST(Status.Code.UNAVAILABLE, "request timed out, possibly due to connection lost"),

	/**
	 * "unhealthy cluster".
	 */
	UNHEALTHY(Status.Code.UNAVAILABLE, "unhealthy cluster"),

	/**
	 * "corrupt cluster".
	 */
	CORRUPT(Status.Code.DATA_LOSS, "corrupt cluster"),

	/**
	 * "rpc not supported for learner".
	 */
	NOT_SUPPORTED_FOR_LEARNER(Status.Code.UNAVAILABLE, "rpc not supported for learner"),

	/**
	 * "bad leader transferee".
	 */
	BAD_LEADER_TRANSFEREE(Status.Code.FAILED_PRECONDITION, "bad leader transferee"),

	/**
	 * "cluster version not found during downgrade".
	 */
	CLUSTER_VERSION_UNAVAILABLE(Status.Code.UNAVAILABLE, "cluster version not found during downgrade"),

	/**
	 * "wrong downgrade target version format".
	 */
	WRONG_DOWNGRADE_VERSION_FORMAT(Status.Code.INVALID_ARGUMENT, "wrong downgrade target version format"),

	/**
	 * "invalid downgrade target version".
	 */
	INVALID_DOWNGRADE_TARGET_VERSION(Status.Code.INVALID_ARGUMENT, "invalid downgrade target version"),

	/**
	 * "cluster has a downgrade job in progress".
	 */
	DOWNGRADE_IN_PROCESS(Status.Code.FAILED_PRECONDITION, "cluster has a downgrade job in progress"),

	/**
	 * "no inflight downgrade job".
	 */
	NO_INFLIGHT_DOWNGRADE(Status.Code.FAILED_PRECONDITION, "no inflight downgrade job");

	private final Status status;

	EtcdError(Status.Code code, String text) {
		this.status = code.toStatus().withDescription("etcdserver: " + text);
	}

	/**
	 * Returns the status as it goes over the wire.
	 * @return the status with etcd's text as its description
	 */
	public Status status() {
		return this.status;
	}

	/**
	 * Returns etcd's text.
	 * @return the text with its prefix
	 */
	public String text() {
		return String.valueOf(this.status.getDescription());
	}

	/**
	 * Returns an exception that a service may throw to refuse a request with this error.
	 * @return a new exception
	 */
	public StatusRuntimeException exception() {
		return this.status.asRuntimeException();
	}

}
