/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.actuate;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that keeps {@code etcd.password} and
 * {@code etcd.auth-token} off the actuator's pages, also where those are told to show
 * values.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnClass(SanitizingFunction.class)
public final class EtcdSanitizingAutoConfiguration {

	private static final Set<String> SECRETS = Set.of("etcdpassword", "etcdauthtoken");

	EtcdSanitizingAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean(name = "etcdSanitizingFunction")
	SanitizingFunction etcdSanitizingFunction() {
		return SanitizingFunction.sanitizeValue().ifKeyMatches(EtcdSanitizingAutoConfiguration::isSecret);
	}

	// As etcd.auth-token, etcd.authToken, etcd.auth_token or ETCD_AUTH_TOKEN.
	private static boolean isSecret(String key) {
		StringBuilder letters = new StringBuilder(key.length());
		key.chars().filter(Character::isLetter).map(Character::toLowerCase).forEach((c) -> letters.append((char) c));
		return SECRETS.contains(letters.toString());
	}

}
