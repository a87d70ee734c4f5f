/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.Permission;

/**
 * The users, their roles, the permissions of the roles, and the tokens in use. Every
 * refusal is a {@link StatusRuntimeException} with etcd's code and text. Whether the
 * caller may do what it asks for is not checked here but in {@link AccessControl}.
 * <p>
 * Thread-safe. Names are in the order of their UTF-8 bytes, as etcd lists them.
 *
 * @since 0.1.0
 */
public final class AuthStore {

	/**
	 * The name of the user and of the role that may do everything.
	 */
	static final String ROOT = "root";

	private static final Comparator<String> NAMES = (a, b) -> ByteString.unsignedLexicographicalComparator()
		.compare(ByteString.copyFromUtf8(a), ByteString.copyFromUtf8(b));

	private static final Permission EVERYTHING = Permission.newBuilder()
		.setPermType(Permission.Type.READWRITE)
		.setRangeEnd(ByteString.copyFrom(new byte[1]))
		.build();

	private final Map<String, User> users = new TreeMap<>(NAMES);

	private final Map<String, List<Permission>> roles = new TreeMap<>(NAMES);

	private final Map<String, UserPermissions> permissions = new HashMap<>();

	private final SimpleTokens tokens;

	private volatile boolean enabled;

	private volatile long revision = 1;

	AuthStore(EtcdClock clock, Duration tokenTtl) {
		this.tokens = new SimpleTokens(clock, tokenTtl);
	}

	/**
	 * Returns whether authentication is on.
	 * @return {@code true} if requests need a token
	 */
	public boolean isEnabled() {
		return this.enabled;
	}

	/**
	 * Returns the revision of this store, which grows by one with every change.
	 * @return the revision, 1 at the beginning
	 */
	public long revision() {
		return this.revision;
	}

	/**
	 * Turns authentication on. Does nothing if it is on.
	 * @throws StatusRuntimeException if there is no user root, or if it does not have the
	 * role root
	 */
	public synchronized void enable() {
		if (this.enabled) {
			return;
		}
		User root = this.users.get(ROOT);
		if (root == null) {
			throw EtcdError.ROOT_USER_NOT_EXIST.exception();
		}
		if (!root.roles().contains(ROOT)) {
			throw EtcdError.ROOT_ROLE_NOT_EXIST.exception();
		}
		this.enabled = true;
	}

	/**
	 * Turns authentication off and drops all tokens. Does nothing if it is off.
	 */
	public synchronized void disable() {
		if (this.enabled) {
			this.enabled = false;
			this.tokens.dropAll();
			changed();
		}
	}

	/**
	 * Checks a password and makes a token.
	 * @param name the name of the user
	 * @param password the password
	 * @return the token
	 * @throws StatusRuntimeException if authentication is off, or if name and password do
	 * not belong together
	 */
	public String authenticate(String name, String password) {
		while (true) {
			long checked = this.revision;
			if (!this.enabled) {
				throw EtcdError.AUTH_NOT_ENABLED.exception();
			}
			User user = find(name);
			if (user == null) {
				throw EtcdError.AUTH_FAILED.exception();
			}
			if (user.noPassword()) {
				throw noPasswordUser();
			}
			// hashing is slow, so it is done without the lock, and again after a change
			if (!user.password().matches(password)) {
				throw EtcdError.AUTH_FAILED.exception();
			}
			synchronized (this) {
				if (checked == this.revision) {
					return this.tokens.assign(name);
				}
			}
		}
	}

	/**
	 * Looks a token up and renews it.
	 * @param token the token
	 * @return whose it is
	 * @throws StatusRuntimeException if it is unknown or has expired
	 */
	synchronized Caller caller(String token) {
		String user = this.tokens.use(token);
		if (user == null) {
			throw EtcdError.INVALID_AUTH_TOKEN.exception();
		}
		return new Caller(user, this.revision);
	}

	/**
	 * Drops all tokens, as if their time was over.
	 * @return how many there were
	 */
	public synchronized int expireTokens() {
		return this.tokens.dropAll();
	}

	/**
	 * Adds a user.
	 * @param name the name
	 * @param password the password, {@code null} for a user that cannot log in with one
	 */
	public void addUser(String name, @Nullable String password) {
		StoredPassword stored = (password != null) ? StoredPassword.of(password) : StoredPassword.NONE;
		synchronized (this) {
			if (name.isEmpty()) {
				throw EtcdError.USER_EMPTY.exception();
			}
			if (this.users.containsKey(name)) {
				throw EtcdError.USER_ALREADY_EXISTS.exception();
			}
			this.users.put(name, new User(stored, password == null, List.of()));
			changed();
		}
	}

	/**
	 * Deletes a user and its tokens.
	 * @param name the name
	 */
	public synchronized void deleteUser(String name) {
		if (this.enabled && name.equals(ROOT)) {
			throw EtcdError.INVALID_AUTH_MANAGEMENT.exception();
		}
		user(name);
		this.users.remove(name);
		this.tokens.drop(name);
		changed();
	}

	/**
	 * Changes a password and drops the tokens of the user.
	 * @param name the name
	 * @param password the new password, or empty
	 * @param hashedPassword without a password: its hash, base64
	 */
	public void changePassword(String name, String password, String hashedPassword) {
		StoredPassword stored = (!password.isEmpty()) ? StoredPassword.of(password) : null;
		synchronized (this) {
			User user = user(name);
			if (!user.noPassword()) {
				StoredPassword changed = (stored != null) ? stored : StoredPassword.hashed(hashedPassword);
				this.users.put(name, new User(changed, false, user.roles()));
			}
			this.tokens.drop(name);
			changed();
		}
	}

	/**
	 * Grants a role to a user; the role root need not exist. Does nothing if the user has
	 * it.
	 * @param name the name of the user
	 * @param role the role
	 */
	public synchronized void grantRole(String name, String role) {
		User user = user(name);
		if (!role.equals(ROOT)) {
			role(role);
		}
		if (user.roles().contains(role)) {
			return;
		}
		TreeSet<String> roles = new TreeSet<>(NAMES);
		roles.addAll(user.roles());
		roles.add(role);
		this.users.put(name, user.withRoles(roles));
		changed();
	}

	/**
	 * Takes a role from a user.
	 * @param name the name of the user
	 * @param role the role
	 */
	public synchronized void revokeRole(String name, String role) {
		if (this.enabled && name.equals(ROOT) && role.equals(ROOT)) {
			throw EtcdError.INVALID_AUTH_MANAGEMENT.exception();
		}
		User user = user(name);
		if (!user.roles().contains(role)) {
			throw EtcdError.ROLE_NOT_GRANTED.exception();
		}
		this.users.put(name, user.without(role));
		changed();
	}

	/**
	 * Returns the names of all users.
	 * @return the names in order
	 */
	public synchronized List<String> users() {
		return List.copyOf(this.users.keySet());
	}

	/**
	 * Returns the roles of a user.
	 * @param name the name of the user
	 * @return its roles in order
	 */
	public synchronized List<String> rolesOf(String name) {
		return user(name).roles();
	}

	/**
	 * Adds a role.
	 * @param name the name
	 */
	public synchronized void addRole(String name) {
		if (name.isEmpty()) {
			throw EtcdError.ROLE_EMPTY.exception();
		}
		if (this.roles.containsKey(name)) {
			throw EtcdError.ROLE_ALREADY_EXISTS.exception();
		}
		this.roles.put(name, List.of());
		changed();
	}

	/**
	 * Deletes a role and takes it from every user.
	 * @param name the name
	 */
	public synchronized void deleteRole(String name) {
		if (this.enabled && name.equals(ROOT)) {
			throw EtcdError.INVALID_AUTH_MANAGEMENT.exception();
		}
		role(name);
		this.roles.remove(name);
		this.users.replaceAll((key, user) -> user.without(name));
		changed();
	}

	/**
	 * Returns the names of all roles.
	 * @return the names in order
	 */
	public synchronized List<String> roles() {
		return List.copyOf(this.roles.keySet());
	}

	/**
	 * Returns the permissions of a role.
	 * @param name the name of the role
	 * @return its permissions in the order of their keys; for root all keys
	 */
	public synchronized List<Permission> permissionsOf(String name) {
		List<Permission> found = role(name);
		return name.equals(ROOT) ? List.of(EVERYTHING) : found;
	}

	/**
	 * Grants a permission to a role, or changes the type of the one with the same key and
	 * range end.
	 * @param name the name of the role
	 * @param permission the permission, {@code null} if the request has none
	 */
	public synchronized void grantPermission(String name, @Nullable Permission permission) {
		if (permission == null) {
			throw EtcdError.PERMISSION_NOT_GIVEN.exception();
		}
		if (!KeyInterval.isValid(permission.getKey(), permission.getRangeEnd())) {
			throw EtcdError.INVALID_AUTH_MANAGEMENT.exception();
		}
		List<Permission> changed = new ArrayList<>(role(name));
		replace(changed, permission);
		changed.sort((a, b) -> ByteString.unsignedLexicographicalComparator().compare(a.getKey(), b.getKey()));
		this.roles.put(name, List.copyOf(changed));
		changed();
	}

	// etcd looks at nothing but the first permission of the key: a later one with the
	// same
	// range end stays beside the new one
	private static void replace(List<Permission> permissions, Permission permission) {
		for (int i = 0; i < permissions.size(); i++) {
			Permission known = permissions.get(i);
			if (known.getKey().equals(permission.getKey())) {
				if (known.getRangeEnd().equals(permission.getRangeEnd())) {
					permissions.remove(i);
				}
				break;
			}
		}
		permissions.add(permission);
	}

	/**
	 * Takes a permission from a role.
	 * @param name the name of the role
	 * @param key the key of the permission
	 * @param rangeEnd its range end
	 */
	public synchronized void revokePermission(String name, ByteString key, ByteString rangeEnd) {
		List<Permission> kept = new ArrayList<>(role(name));
		if (!kept.removeIf((known) -> isFor(known, key, rangeEnd))) {
			throw EtcdError.PERMISSION_NOT_GRANTED.exception();
		}
		this.roles.put(name, List.copyOf(kept));
		changed();
	}

	/**
	 * Returns what a user may do.
	 * @param name the name of the user
	 * @return the permissions of all its roles, or {@code null} without such a user
	 */
	synchronized @Nullable UserPermissions permissions(String name) {
		User user = this.users.get(name);
		if (user == null) {
			return null;
		}
		return this.permissions.computeIfAbsent(name, (key) -> {
			List<Permission> granted = new ArrayList<>();
			user.roles().forEach((role) -> granted.addAll(this.roles.getOrDefault(role, List.of())));
			return UserPermissions.of(user.roles().contains(ROOT), granted);
		});
	}

	synchronized boolean hasRole(String name, String role) {
		User user = this.users.get(name);
		return user != null && user.roles().contains(role);
	}

	static StatusRuntimeException noPasswordUser() {
		// one of the texts that etcd forgot to map to a code
		return Status.UNKNOWN.withDescription("auth: authentication failed, password was given for no password user")
			.asRuntimeException();
	}

	private synchronized @Nullable User find(String name) {
		return this.users.get(name);
	}

	private User user(String name) {
		User user = this.users.get(name);
		if (user == null) {
			throw EtcdError.USER_NOT_FOUND.exception();
		}
		return user;
	}

	private List<Permission> role(String name) {
		List<Permission> role = this.roles.get(name);
		if (role == null) {
			throw EtcdError.ROLE_NOT_FOUND.exception();
		}
		return role;
	}

	private void changed() {
		this.permissions.clear();
		this.revision++;
	}

	private static boolean isFor(Permission permission, ByteString key, ByteString rangeEnd) {
		return permission.getKey().equals(key) && permission.getRangeEnd().equals(rangeEnd);
	}

	private record User(StoredPassword password, boolean noPassword, List<String> roles) {

		User withRoles(Iterable<String> roles) {
			List<String> copy = new ArrayList<>();
			roles.forEach(copy::add);
			return new User(this.password, this.noPassword, List.copyOf(copy));
		}

		User without(String role) {
			return withRoles(this.roles.stream().filter((known) -> !known.equals(role)).toList());
		}

	}

}
