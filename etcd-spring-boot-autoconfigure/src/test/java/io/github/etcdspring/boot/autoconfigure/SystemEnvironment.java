/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.Map;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Gives a context environment variables of its own instead of those of the process.
 */
public final class SystemEnvironment implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private final Map<String, Object> variables;

	private SystemEnvironment(Map<String, Object> variables) {
		this.variables = variables;
	}

	public static SystemEnvironment empty() {
		return of(Map.of());
	}

	public static SystemEnvironment of(Map<String, Object> variables) {
		return new SystemEnvironment(variables);
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		context.getEnvironment()
			.getPropertySources()
			.replace(name, new SystemEnvironmentPropertySource(name, this.variables));
	}

}
