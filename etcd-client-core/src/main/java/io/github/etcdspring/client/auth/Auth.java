/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.auth;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.RpcRequest;
import io.github.etcdspring.client.transport.Transport;

/**
 * etcd's authentication service: switches authentication on and off, and keeps the users,
 * their roles and what these permit. Once authentication is on, all of it is for users
 * with the role {@code root}.
 * <p>
 * Users, roles and permissions are those of the whole store. A namespace of the client
 * has no part in them: the ranges of permissions are keys as the store has them.
 * <p>
 * Every name must be given and not be empty, otherwise an
 * {@link IllegalArgumentException} is thrown when the request is made. What the server
 * refuses is told apart by the reason of the exception, such as
 * {@link Reason#USER_NOT_FOUND} or {@link Reason#ROLE_EXISTS}.
 * <p>
 * Thread-safe; the requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class Auth {

	private final Transport transport;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 */
	public Auth(Transport transport) {
		this.transport = transport;
	}

	private <R> Request<R> request(Rpc<?, R> rpc) {
		return new RpcRequest<>(this.transport, rpc);
	}

	/**
	 * Switch authentication on. The user {@code root} must exist and have the role
	 * {@code root}. From then on calls need a user: this client has one if it was built
	 * with credentials or has {@linkplain #login logged in}.
	 * @return the request
	 */
	public Request<Header> enable() {
		return request(AuthRpcs.enable());
	}

	/**
	 * Switch authentication off. This client then drops its token; its user stays, for
	 * when authentication is switched on again. Other clients keep theirs, which servers
	 * before 3.4.28 and 3.5.10 refuse.
	 * @return the request
	 */
	public Request<Header> disable() {
		return request(AuthRpcs.disable().whenEnded((answer, failure) -> {
			if (answer != null) {
				this.transport.dropToken();
			}
		}));
	}

	/**
	 * Ask whether authentication is on. Servers before 3.5 do not know this request:
	 * {@link Reason#UNIMPLEMENTED}.
	 * @return the request
	 */
	public Request<AuthStatus> status() {
		return request(AuthRpcs.status());
	}

	/**
	 * Get a token for a user. This client goes on as the user it is; see
	 * {@link #login(String, String)}.
	 * @param user the name of the user
	 * @param password the user's password
	 * @return the request; {@link Reason#AUTHENTICATION_FAILED} if user or password are
	 * wrong, {@link Reason#AUTH_NOT_ENABLED} if authentication is off
	 */
	public Request<AuthToken> authenticate(String user, String password) {
		return request(
				AuthRpcs.authenticate("authenticate", name(user, "user"), Arguments.notNull(password, "password")));
	}

	/**
	 * Make this client a user's: from the moment the request succeeds its calls carry a
	 * token of this user, which is fetched again when a server refuses it, in place of
	 * the user or the token that the client had. Calls that are under way keep the token
	 * they were sent with; those that wait for one get the new one.
	 * <p>
	 * If the request fails, the client stays as it was, with one exception: if
	 * authentication is off it fails with {@link Reason#AUTH_NOT_ENABLED}, and the client
	 * drops its token, because some servers refuse any token then.
	 * @param user the name of the user
	 * @param password the user's password, which the client keeps
	 * @return the request; {@link Reason#AUTHENTICATION_FAILED} if user or password are
	 * wrong
	 */
	public Request<AuthToken> login(String user, String password) {
		Arguments.notNull(password, "password");
		return request(AuthRpcs.authenticate("login", name(user, "user"), password).whenEnded((answer, failure) -> {
			if (answer != null) {
				this.transport.switchUser(user, password, answer.token());
			}
			else if (failure != null && failure.reason() == Reason.AUTH_NOT_ENABLED) {
				this.transport.dropToken();
			}
		}));
	}

	/**
	 * Add a user that authenticates with a password. It has no roles yet. The password
	 * goes to the server as it is, which hashes it: a user that is added with a hash gets
	 * an empty password from the servers there are, so that is not offered.
	 * @param user the name of the new user
	 * @param password its password, not empty
	 * @return the request
	 */
	public Request<Header> addUser(String user, String password) {
		return request(AuthRpcs.addUser(name(user, "user"), newPassword(password)));
	}

	/**
	 * Add a user that can only be authenticated by the common name of a client
	 * certificate. It has no roles yet, and no password is right for it.
	 * @param user the name of the new user
	 * @return the request
	 */
	public Request<Header> addUserWithoutPassword(String user) {
		return request(AuthRpcs.addUser(name(user, "user"), null));
	}

	/**
	 * Ask for the roles of a user. A user may ask for its own, too.
	 * @param user the name of the user
	 * @return the request
	 */
	public Request<UserResult> user(String user) {
		return request(AuthRpcs.user(name(user, "user")));
	}

	/**
	 * List all users.
	 * @return the request
	 */
	public Request<UsersResult> users() {
		return request(AuthRpcs.users());
	}

	/**
	 * Delete a user. Its tokens are no longer valid.
	 * @param user the name of the user
	 * @return the request
	 */
	public Request<Header> deleteUser(String user) {
		return request(AuthRpcs.deleteUser(name(user, "user")));
	}

	/**
	 * Change the password of a user. A client that has the old one goes on until it needs
	 * another token; if it is this one, {@link #login(String, String)} tells it.
	 * @param user the name of the user
	 * @param password the new password, not empty
	 * @return the request
	 */
	public Request<Header> changePassword(String user, String password) {
		return request(AuthRpcs.changePassword(name(user, "user"), newPassword(password)));
	}

	/**
	 * Give a user a role.
	 * @param user the name of the user
	 * @param role the name of the role
	 * @return the request
	 */
	public Request<Header> grantRole(String user, String role) {
		return request(AuthRpcs.grantRole(name(user, "user"), name(role, "role")));
	}

	/**
	 * Take a role from a user.
	 * @param user the name of the user
	 * @param role the name of the role
	 * @return the request
	 */
	public Request<Header> revokeRole(String user, String role) {
		return request(AuthRpcs.revokeRole(name(user, "user"), name(role, "role")));
	}

	/**
	 * Add a role. It permits nothing yet.
	 * @param role the name of the new role
	 * @return the request
	 */
	public Request<Header> addRole(String role) {
		return request(AuthRpcs.addRole(name(role, "role")));
	}

	/**
	 * Ask what a role permits. A user may ask for its own roles, too.
	 * @param role the name of the role
	 * @return the request
	 */
	public Request<RoleResult> role(String role) {
		return request(AuthRpcs.role(name(role, "role")));
	}

	/**
	 * List all roles.
	 * @return the request
	 */
	public Request<RolesResult> roles() {
		return request(AuthRpcs.roles());
	}

	/**
	 * Delete a role, and take it from all users.
	 * @param role the name of the role
	 * @return the request
	 */
	public Request<Header> deleteRole(String role) {
		return request(AuthRpcs.deleteRole(name(role, "role")));
	}

	/**
	 * Permit a role something. A permission for exactly the same range is replaced.
	 * @param role the name of the role
	 * @param type what it may do
	 * @param range with which keys, as the store has them; for what is below
	 * {@code /app/}, that is {@code KeyRange.prefix("/app/")}
	 * @return the request
	 */
	public Request<Header> grantPermission(String role, PermissionType type, KeyRange range) {
		return request(AuthRpcs.grantPermission(name(role, "role"), Arguments.notNull(type, "type"),
				Arguments.notNull(range, "range")));
	}

	/**
	 * Take a permission from a role, of whatever type.
	 * @param role the name of the role
	 * @param range the range of the permission, exactly as it was granted
	 * @return the request; {@link Reason#PERMISSION_NOT_GRANTED} if there is none with
	 * this range
	 */
	public Request<Header> revokePermission(String role, KeyRange range) {
		return request(AuthRpcs.revokePermission(name(role, "role"), Arguments.notNull(range, "range")));
	}

	private static String name(@Nullable String argument, String name) {
		String given = Arguments.notNull(argument, name);
		if (given.isEmpty()) {
			throw new IllegalArgumentException("'" + name + "' must not be empty; give the name of a " + name);
		}
		return given;
	}

	private static String newPassword(@Nullable String password) {
		String given = Arguments.notNull(password, "password");
		if (given.isEmpty()) {
			throw new IllegalArgumentException("'password' must not be empty, or everybody could authenticate;"
					+ " for a user of client certificates use addUserWithoutPassword(...)");
		}
		return given;
	}

}
