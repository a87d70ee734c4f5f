/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Details required to establish a connection to etcd. A bean of this type takes the place
 * of the properties {@code etcd.endpoints}, {@code etcd.auth-token},
 * {@code etcd.username}, {@code etcd.password} and {@code etcd.ssl}.
 *
 * @since 0.1.0
 */
public interface EtcdConnectionDetails extends ConnectionDetails {

	/**
	 * Where the members of the cluster are.
	 * @return the endpoints, each {@code http://host:port}, {@code https://host:port} or
	 * {@code host:port}; not empty
	 */
	List<String> getEndpoints();

	/**
	 * A token to authenticate with.
	 * @return the token, or {@code null} for none; not together with a username
	 */
	default @Nullable String getAuthToken() {
		return null;
	}

	/**
	 * The login user.
	 * @return the user, or {@code null} for none
	 */
	default @Nullable String getUsername() {
		return null;
	}

	/**
	 * The login password.
	 * @return the password, or {@code null} for none; needed if there is a username
	 */
	default @Nullable String getPassword() {
		return null;
	}

	/**
	 * The SSL bundle for {@code https} endpoints. With one, an endpoint without a scheme
	 * is {@code https}. Ciphers and protocols that the bundle asks for are not applied.
	 * @return the bundle, or {@code null} to trust the system's certificate authorities
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}
