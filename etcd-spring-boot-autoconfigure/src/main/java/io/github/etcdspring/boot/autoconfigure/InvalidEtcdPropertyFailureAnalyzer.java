/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Explains an {@link InvalidEtcdPropertyException}: the property, its value unless that
 * is a secret, where it was set, and what to do.
 */
final class InvalidEtcdPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidEtcdPropertyException> {

	private final Environment environment;

	InvalidEtcdPropertyFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidEtcdPropertyException cause) {
		StringBuilder description = new StringBuilder("The property '").append(cause.getProperty()).append('\'');
		if (cause.getValue() != null) {
			description.append(" with the value '").append(cause.getValue()).append('\'');
		}
		ConfigurationProperty property = find(cause.getProperty());
		if (property != null && property.getOrigin() != null) {
			description.append(" (originating from '").append(property.getOrigin()).append("')");
		}
		description.append(" is invalid: ").append(cause.getReason()).append('.');
		return new FailureAnalysis(description.toString(), cause.getAction(), cause);
	}

	private @Nullable ConfigurationProperty find(String name) {
		ConfigurationPropertyName propertyName = ConfigurationPropertyName.of(name);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty property = source.getConfigurationProperty(propertyName);
			if (property == null) {
				property = source.getConfigurationProperty(propertyName.append("[0]"));
			}
			if (property != null && !ServerAuthToken.isServerVariable(property)) {
				return property;
			}
		}
		return null;
	}

}
