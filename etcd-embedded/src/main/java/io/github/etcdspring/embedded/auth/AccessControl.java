/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.time.Duration;
import java.util.Collection;
import java.util.function.LongFunction;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.Compare;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RequestOp;
import io.github.etcdspring.proto.TxnRequest;

/**
 * Who may do what. While authentication is off, everyone may do everything. Every check
 * throws a {@link io.grpc.StatusRuntimeException} with etcd's code and text if the caller
 * may not, and is called under the lock of the request it is for.
 *
 * @since 0.1.0
 */
public final class AccessControl {

	private final AuthStore store;

	private final LongFunction<? extends Collection<ByteString>> leaseKeys;

	/**
	 * Creates the access control of a server, with authentication off.
	 * @param clock the time that tokens live by
	 * @param tokenTtl how long a token lives after its last use
	 * @param leaseKeys returns the keys of a lease, none if it does not exist
	 */
	public AccessControl(EtcdClock clock, Duration tokenTtl, LongFunction<? extends Collection<ByteString>> leaseKeys) {
		this.store = new AuthStore(clock, tokenTtl);
		this.leaseKeys = leaseKeys;
	}

	/**
	 * Returns the users, roles and tokens.
	 * @return the store
	 */
	public AuthStore store() {
		return this.store;
	}

	/**
	 * Returns whether authentication is on.
	 * @return {@code true} if requests need a token
	 */
	public boolean enabled() {
		return this.store.isEnabled();
	}

	/**
	 * Returns the revision of the auth store.
	 * @return the revision, 1 at the beginning
	 */
	public long revision() {
		return this.store.revision();
	}

	/**
	 * Finds out who shows a token, and renews the token. A token is not looked at while
	 * authentication is off.
	 * @param token the token, {@code null} if the request has none
	 * @return the caller
	 */
	public Caller caller(@Nullable String token) {
		if (token == null || !this.store.isEnabled()) {
			return Caller.ANYONE;
		}
		return this.store.caller(token);
	}

	/**
	 * Checks that a range may be read, or watched.
	 * @param caller who asks
	 * @param key the first key
	 * @param end the range end
	 */
	public void checkRange(Caller caller, ByteString key, ByteString end) {
		UserPermissions permissions = permissions(caller);
		if (permissions != null && !permissions.mayRead(key, end)) {
			throw EtcdError.PERMISSION_DENIED.exception();
		}
	}

	/**
	 * Checks that a key may be written.
	 * @param caller who asks
	 * @param key the key
	 */
	public void checkPut(Caller caller, ByteString key) {
		checkDelete(caller, key, ByteString.EMPTY);
	}

	/**
	 * Checks a put: its key, the keys of its lease, since who may revoke a lease may
	 * delete them all, and reading if the previous pair is asked for.
	 * @param caller who asks
	 * @param request the put
	 */
	public void checkPut(Caller caller, PutRequest request) {
		checkPut(caller, request.getKey());
		checkLeaseKeys(caller, request.getLease());
		if (request.getPrevKv()) {
			checkRange(caller, request.getKey(), ByteString.EMPTY);
		}
	}

	/**
	 * Checks that a range may be written.
	 * @param caller who asks
	 * @param key the first key
	 * @param end the range end
	 */
	public void checkDelete(Caller caller, ByteString key, ByteString end) {
		UserPermissions permissions = permissions(caller);
		if (permissions != null && !permissions.mayWrite(key, end)) {
			throw EtcdError.PERMISSION_DENIED.exception();
		}
	}

	/**
	 * Checks a delete: its range, and reading if the previous pairs are asked for.
	 * @param caller who asks
	 * @param request the delete
	 */
	public void checkDelete(Caller caller, DeleteRangeRequest request) {
		checkDelete(caller, request.getKey(), request.getRangeEnd());
		if (request.getPrevKv()) {
			checkRange(caller, request.getKey(), request.getRangeEnd());
		}
	}

	/**
	 * Checks a transaction with everything in it: its compares and both of its branches,
	 * whichever will be taken, down to the innermost transaction.
	 * @param caller who asks
	 * @param request the transaction
	 */
	public void checkTxn(Caller caller, TxnRequest request) {
		if (!this.store.isEnabled()) {
			return;
		}
		for (Compare compare : request.getCompareList()) {
			checkRange(caller, compare.getKey(), compare.getRangeEnd());
		}
		request.getSuccessList().forEach((operation) -> checkOperation(caller, operation));
		request.getFailureList().forEach((operation) -> checkOperation(caller, operation));
	}

	private void checkOperation(Caller caller, RequestOp operation) {
		switch (operation.getRequestCase()) {
			case REQUEST_RANGE -> {
				RangeRequest range = operation.getRequestRange();
				checkRange(caller, range.getKey(), range.getRangeEnd());
			}
			case REQUEST_PUT -> checkPut(caller, operation.getRequestPut());
			case REQUEST_DELETE_RANGE -> checkDelete(caller, operation.getRequestDeleteRange());
			case REQUEST_TXN -> checkTxn(caller, operation.getRequestTxn());
			default -> {
				// an operation without content is refused elsewhere
			}
		}
	}

	/**
	 * Checks that the caller is some user: granting leases, the list of members, the list
	 * of alarms.
	 * @param caller who asks
	 */
	public void checkUser(Caller caller) {
		if (this.store.isEnabled() && caller.isAnyone()) {
			throw EtcdError.USER_EMPTY.exception();
		}
	}

	/**
	 * Checks that the caller has the role root: the administration of users, cluster and
	 * server.
	 * @param caller who asks
	 */
	public void checkAdmin(Caller caller) {
		if (!this.store.isEnabled()) {
			return;
		}
		checkUser(caller);
		UserPermissions permissions = this.store.permissions(caller.user());
		if (permissions == null) {
			throw EtcdError.USER_NOT_FOUND.exception();
		}
		if (!permissions.root()) {
			throw EtcdError.PERMISSION_DENIED.exception();
		}
	}

	/**
	 * Checks that the caller may see a user: itself, or any with the role root.
	 * @param caller who asks
	 * @param name the user to see
	 */
	public void checkUserGet(Caller caller, String name) {
		// nobody's name is empty: etcd lets nobody ask for it, and does not find it
		if (!caller.user().equals(name)) {
			checkAdmin(caller);
		}
	}

	/**
	 * Checks that the caller may see a role: one it has, or any with the role root.
	 * @param caller who asks
	 * @param role the role to see
	 */
	public void checkRoleGet(Caller caller, String role) {
		if (caller.isAnyone() || !this.store.hasRole(caller.user(), role)) {
			checkAdmin(caller);
		}
	}

	/**
	 * Checks that the caller may revoke a lease: it may write all its keys.
	 * @param caller who asks
	 * @param lease the lease
	 */
	public void checkLeaseRevoke(Caller caller, long lease) {
		checkUser(caller);
		checkLeaseKeys(caller, lease);
	}

	/**
	 * Checks that the caller may renew a lease: it may write all its keys.
	 * @param caller who asks
	 * @param lease the lease
	 */
	public void checkLeaseRenew(Caller caller, long lease) {
		checkLeaseRevoke(caller, lease);
	}

	/**
	 * Checks that the caller may see a lease: with keys, it may read all of them.
	 * @param caller who asks
	 * @param lease the lease
	 * @param keys whether it asks for the keys
	 */
	public void checkLeaseTimeToLive(Caller caller, long lease, boolean keys) {
		checkUser(caller);
		if (keys) {
			checkLeaseReads(caller, lease);
		}
	}

	/**
	 * Checks that the caller may list the leases: it may read all keys of all of them.
	 * @param caller who asks
	 * @param leases all leases
	 */
	public void checkLeaseLeases(Caller caller, Iterable<Long> leases) {
		checkUser(caller);
		leases.forEach((lease) -> checkLeaseReads(caller, lease));
	}

	private void checkLeaseReads(Caller caller, long lease) {
		if (this.store.isEnabled()) {
			this.leaseKeys.apply(lease).forEach((key) -> checkRange(caller, key, ByteString.EMPTY));
		}
	}

	private void checkLeaseKeys(Caller caller, long lease) {
		if (lease != 0 && this.store.isEnabled()) {
			this.leaseKeys.apply(lease).forEach((key) -> checkPut(caller, key));
		}
	}

	// null if the caller may do everything, because authentication is off
	private @Nullable UserPermissions permissions(Caller caller) {
		if (!this.store.isEnabled()) {
			return null;
		}
		checkUser(caller);
		if (caller.revision() < this.store.revision()) {
			throw EtcdError.AUTH_OLD_REVISION.exception();
		}
		UserPermissions permissions = this.store.permissions(caller.user());
		if (permissions == null) {
			throw EtcdError.PERMISSION_DENIED.exception();
		}
		return permissions;
	}

}
