/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The environment variable {@code ETCD_AUTH_TOKEN} belongs to the etcd server, where it
 * chooses the kind of tokens. By Spring Boot's rules it is also {@code etcd.auth-token}.
 * The two can be told apart by their values: no token looks like a kind of tokens.
 */
final class ServerAuthToken {

	static final String PROPERTY = "etcd.auth-token";

	static final String VARIABLE = "ETCD_AUTH_TOKEN";

	private ServerAuthToken() {
	}

	/**
	 * Whether a value is a setting of the server.
	 * @param value the value
	 * @return whether it is {@code simple} or begins with {@code jwt}
	 */
	static boolean isServerSetting(@Nullable Object value) {
		String text = (value instanceof CharSequence) ? value.toString().strip() : "";
		return text.equals("simple") || text.startsWith("jwt");
	}

	/**
	 * Whether a property is the server's variable with a setting of the server.
	 * @param property the property
	 * @return whether it is not meant for a client
	 */
	static boolean isServerVariable(ConfigurationProperty property) {
		return property.getOrigin() instanceof PropertySourceOrigin origin
				&& origin.getPropertySource() instanceof SystemEnvironmentPropertySource
				&& VARIABLE.equals(origin.getPropertyName()) && isServerSetting(property.getValue());
	}

}
