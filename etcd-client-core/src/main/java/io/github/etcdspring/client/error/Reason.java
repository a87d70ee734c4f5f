/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import org.jspecify.annotations.Nullable;

/**
 * Why a call failed: one constant for each message that etcd sends, then those of this
 * client. A message is recognised by its text, because etcd has changed the status code
 * of some of them between versions.
 * <p>
 * A later version may add constants, for messages that are {@link #OTHER} today.
 *
 * @since 0.1.0
 */
public enum Reason {

	/**
	 * The request has an empty key.
	 */
	KEY_NOT_PROVIDED("etcdserver: key is not provided"),

	/**
	 * A put was to keep the value or the lease of a key that does not exist.
	 */
	KEY_NOT_FOUND("etcdserver: key not found"),

	/**
	 * A put was to keep the value, but brought one.
	 */
	VALUE_PROVIDED("etcdserver: value is provided"),

	/**
	 * A put was to keep the lease, but brought one.
	 */
	LEASE_PROVIDED("etcdserver: lease is provided"),

	/**
	 * A transaction has more operations than the server allows, 128 by default.
	 */
	TOO_MANY_OPERATIONS("etcdserver: too many operations in txn request"),

	/**
	 * A transaction would change the same key twice.
	 */
	DUPLICATE_KEY("etcdserver: duplicate key given in txn request"),

	/**
	 * The server can't read the API version that the client sent.
	 */
	INVALID_CLIENT_API_VERSION("etcdserver: invalid client api version"),

	/**
	 * A range asks for an order that does not exist.
	 */
	INVALID_SORT_OPTION("etcdserver: invalid sort option"),

	/**
	 * The revision asked for has been compacted away.
	 */
	COMPACTED("etcdserver: mvcc: required revision has been compacted"),

	/**
	 * The revision asked for does not exist yet.
	 */
	FUTURE_REVISION("etcdserver: mvcc: required revision is a future revision"),

	/**
	 * The store is full and takes no writes until it is given space and the alarm is
	 * disarmed.
	 */
	NO_SPACE("etcdserver: mvcc: database space exceeded"),

	/**
	 * The lease does not exist, or does no longer.
	 */
	LEASE_NOT_FOUND("etcdserver: requested lease not found"),

	/**
	 * A lease with this id exists.
	 */
	LEASE_EXISTS("etcdserver: lease already exists"),

	/**
	 * The time to live asked for is longer than etcd allows, 9,000,000,000 seconds.
	 */
	LEASE_TTL_TOO_LARGE("etcdserver: too large lease TTL"),

	/**
	 * The server cancelled the watch.
	 */
	WATCH_CANCELLED("etcdserver: watch canceled"),

	/**
	 * A member with this id exists.
	 */
	MEMBER_EXISTS("etcdserver: member ID already exist"),

	/**
	 * Another member has this peer URL.
	 */
	PEER_URL_EXISTS("etcdserver: Peer URLs already exists"),

	/**
	 * The change of members would cost the cluster its quorum.
	 */
	NOT_ENOUGH_STARTED_MEMBERS("etcdserver: re-configuration failed due to not enough started members"),

	/**
	 * The peer URLs of a member can't be read.
	 */
	INVALID_MEMBER_URLS("etcdserver: given member URLs are invalid"),

	/**
	 * No member has this id.
	 */
	MEMBER_NOT_FOUND("etcdserver: member not found"),

	/**
	 * The member to promote is not a learner.
	 */
	MEMBER_NOT_LEARNER("etcdserver: can only promote a learner member"),

	/**
	 * The learner to promote has not caught up with the leader yet.
	 */
	LEARNER_NOT_READY("etcdserver: can only promote a learner member which is in sync with leader"),

	/**
	 * The cluster has as many learners as it may have.
	 */
	TOO_MANY_LEARNERS("etcdserver: too many learner members in cluster"),

	/**
	 * The member belongs to another cluster.
	 */
	CLUSTER_ID_MISMATCH("etcdserver: cluster ID mismatch"),

	/**
	 * The request is larger than the server accepts, 1.5 MiB by default.
	 */
	REQUEST_TOO_LARGE("etcdserver: request is too large"),

	/**
	 * The server is too far behind to take another request, and did not take this one.
	 */
	TOO_MANY_REQUESTS("etcdserver: too many requests"),

	/**
	 * Authentication can't be enabled without the user root.
	 */
	ROOT_USER_NOT_FOUND("etcdserver: root user does not exist"),

	/**
	 * Authentication can't be enabled while the user root lacks the role root.
	 */
	ROOT_ROLE_NOT_GRANTED("etcdserver: root user does not have root role"),

	/**
	 * A user with this name exists.
	 */
	USER_EXISTS("etcdserver: user name already exists"),

	/**
	 * The call has no user, though authentication is enabled; or a user is to be added
	 * without a name.
	 */
	USER_NAME_EMPTY("etcdserver: user name is empty"),

	/**
	 * No user has this name.
	 */
	USER_NOT_FOUND("etcdserver: user name not found"),

	/**
	 * A role with this name exists.
	 */
	ROLE_EXISTS("etcdserver: role name already exists"),

	/**
	 * No role has this name.
	 */
	ROLE_NOT_FOUND("etcdserver: role name not found"),

	/**
	 * The request has an empty role name.
	 */
	ROLE_NAME_EMPTY("etcdserver: role name is empty"),

	/**
	 * User or password are wrong.
	 */
	AUTHENTICATION_FAILED("etcdserver: authentication failed, invalid user ID or password"),

	/**
	 * A permission is to be granted, but the request has none.
	 */
	PERMISSION_NOT_GIVEN("etcdserver: permission not given"),

	/**
	 * The user has no role that allows this.
	 */
	PERMISSION_DENIED("etcdserver: permission denied"),

	/**
	 * The user does not have the role that is to be taken away.
	 */
	ROLE_NOT_GRANTED("etcdserver: role is not granted to the user"),

	/**
	 * The role does not have the permission that is to be taken away.
	 */
	PERMISSION_NOT_GRANTED("etcdserver: permission is not granted to the role"),

	/**
	 * Authentication is not enabled on this cluster.
	 */
	AUTH_NOT_ENABLED("etcdserver: authentication is not enabled"),

	/**
	 * The token has expired, or the member does not know it.
	 */
	INVALID_AUTH_TOKEN("etcdserver: invalid auth token"),

	/**
	 * The request would take from root what authentication needs.
	 */
	INVALID_AUTH_MANAGEMENT("etcdserver: invalid auth management"),

	/**
	 * Users or roles have changed since the token was issued.
	 */
	AUTH_OLD_REVISION("etcdserver: revision of auth store is old"),

	/**
	 * The member knows no leader.
	 */
	NO_LEADER("etcdserver: no leader"),

	/**
	 * Only the leader can do this, and the member is not.
	 */
	NOT_LEADER("etcdserver: not leader"),

	/**
	 * The leader changed while a read waited to be confirmed.
	 */
	LEADER_CHANGED("etcdserver: leader changed"),

	/**
	 * The cluster's version can't do this.
	 */
	NOT_CAPABLE("etcdserver: not capable"),

	/**
	 * The member is shutting down.
	 */
	SERVER_STOPPED("etcdserver: server stopped"),

	/**
	 * The cluster did not answer the member in time.
	 */
	REQUEST_TIMED_OUT("etcdserver: request timed out"),

	/**
	 * The cluster did not answer the member in time, around the loss of its leader.
	 */
	TIMED_OUT_LEADER_FAILURE("etcdserver: request timed out, possibly due to previous leader failure"),

	/**
	 * The cluster did not answer the member in time, around the loss of a connection
	 * between members.
	 */
	TIMED_OUT_CONNECTION_LOST("etcdserver: request timed out, possibly due to connection lost"),

	/**
	 * The member did not catch up in time to answer a read.
	 */
	TIMED_OUT_APPLIED_INDEX("etcdserver: request timed out, waiting for the applied index took too long"),

	/**
	 * The cluster is not healthy enough for a change of members.
	 */
	UNHEALTHY_CLUSTER("etcdserver: unhealthy cluster"),

	/**
	 * The members' data differ, and the cluster takes no requests.
	 */
	CORRUPT_CLUSTER("etcdserver: corrupt cluster"),

	/**
	 * The member is a learner and can't serve this; another member can.
	 */
	NOT_SUPPORTED_FOR_LEARNER("etcdserver: rpc not supported for learner"),

	/**
	 * The member that is to lead does not exist or can't lead.
	 */
	BAD_LEADER_TRANSFEREE("etcdserver: bad leader transferee"),

	/**
	 * The version to downgrade to can't be read.
	 */
	INVALID_DOWNGRADE_FORMAT("etcdserver: wrong downgrade target version format"),

	/**
	 * The cluster can't be downgraded to this version.
	 */
	INVALID_DOWNGRADE_VERSION("etcdserver: invalid downgrade target version"),

	/**
	 * The cluster's own version is not known yet.
	 */
	CLUSTER_VERSION_NOT_FOUND("etcdserver: cluster version not found during downgrade"),

	/**
	 * A downgrade is already under way.
	 */
	DOWNGRADE_IN_PROGRESS("etcdserver: cluster has a downgrade job in progress"),

	/**
	 * There is no downgrade to cancel.
	 */
	NO_DOWNGRADE_IN_PROGRESS("etcdserver: no inflight downgrade job"),

	/**
	 * The server gave the request up, without being asked to by this client.
	 */
	REQUEST_CANCELLED("etcdserver: request canceled"),

	/**
	 * The request ran out of the time that the server gives it.
	 */
	REQUEST_DEADLINE_EXCEEDED("etcdserver: context deadline exceeded"),

	/**
	 * The leadership was not handed over in time.
	 */
	TIMED_OUT_LEADER_TRANSFER("etcdserver: request timed out, leader transfer took too long"),

	/**
	 * The member's consensus has stopped.
	 */
	RAFT_STOPPED("raft: stopped"),

	/**
	 * The member's consensus did not accept the proposal.
	 */
	PROPOSAL_DROPPED("raft proposal dropped"),

	/**
	 * The member that was asked about a lease does not lead any more.
	 */
	NOT_PRIMARY_LESSOR("not a primary lessor"),

	/**
	 * A watch is to be on a range that has no keys.
	 */
	WATCH_RANGE_EMPTY("mvcc: watcher range is empty"),

	/**
	 * A watch with this id exists on the stream.
	 */
	DUPLICATE_WATCH_ID("mvcc: duplicate watch ID provided on the WatchStream"),

	/**
	 * The lease of the lock ended before the lock was acquired.
	 */
	SESSION_EXPIRED("mutex: session is expired"),

	/**
	 * The lock is held by somebody else.
	 */
	LOCKED_BY_ANOTHER("mutex: Locked by another session"),

	/**
	 * The lock is not held any more.
	 */
	LOCK_RELEASED("mutex: lock has already been released"),

	/**
	 * The candidate does not hold the leadership of this election.
	 */
	ELECTION_NOT_LEADER("election: not leader"),

	/**
	 * Nobody holds the leadership of this election.
	 */
	ELECTION_NO_LEADER("election: no leader"),

	/**
	 * The server lost the watch by which it waited for a lock or an election.
	 */
	WATCHER_LOST("lost watcher waiting for delete"),

	/**
	 * The call did not end within its timeout.
	 */
	TIMEOUT,

	/**
	 * No endpoint accepted the call.
	 */
	UNREACHABLE,

	/**
	 * The connection broke while the call was under way.
	 */
	CONNECTION_LOST,

	/**
	 * The request is larger than this client sends, or the server receives, in one
	 * message: 2 MiB by default.
	 */
	MESSAGE_TOO_LARGE,

	/**
	 * The answer is larger than this client accepts. A write that it answers has been
	 * applied.
	 */
	RESPONSE_TOO_LARGE,

	/**
	 * The caller cancelled the call.
	 */
	CANCELLED,

	/**
	 * The thread that waited for the call was interrupted, and the call was cancelled.
	 */
	INTERRUPTED,

	/**
	 * The session has lost its lease, and what it held with it.
	 */
	SESSION_LOST,

	/**
	 * The client is closed, or was closed during the call.
	 */
	CLOSED,

	/**
	 * The server, or its version, does not know this operation.
	 */
	UNIMPLEMENTED,

	/**
	 * None of these: a message that this version of the client does not know. The status
	 * is all there is to go by.
	 */
	OTHER;

	private final @Nullable String text;

	Reason() {
		this(null);
	}

	Reason(@Nullable String text) {
		this.text = text;
	}

	/**
	 * The text by which etcd says this.
	 * @return the text, complete and literal; {@code null} if the reason is found by this
	 * client or by the layer below etcd
	 */
	public @Nullable String text() {
		return this.text;
	}

	/**
	 * Whether the server refused the token, before it did anything. Another token may be
	 * accepted.
	 * @return whether the client asks for a new token then, if it has a user
	 */
	public boolean isTokenRefused() {
		return this == INVALID_AUTH_TOKEN || this == AUTH_OLD_REVISION || this == USER_NAME_EMPTY;
	}

	/**
	 * The reason for the message of a server.
	 * @param message the message of a gRPC status, or the cancel reason of a watch, also
	 * in the form {@code rpc error: code = ... desc = ...}
	 * @return the reason, {@link #OTHER} for none or an unknown message
	 */
	public static Reason ofMessage(@Nullable String message) {
		return (message != null) ? Messages.reasonOf(message) : OTHER;
	}

}
