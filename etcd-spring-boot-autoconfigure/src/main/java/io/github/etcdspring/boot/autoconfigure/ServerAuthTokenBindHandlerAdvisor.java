/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.Environment;

/**
 * Binds {@code etcd.auth-token} from the next property source when the environment
 * variable of that name is the etcd server's.
 */
final class ServerAuthTokenBindHandlerAdvisor implements ConfigurationPropertiesBindHandlerAdvisor {

	private static final Log logger = LogFactory.getLog(ServerAuthTokenBindHandlerAdvisor.class);

	private static final ConfigurationPropertyName NAME = ConfigurationPropertyName.of(ServerAuthToken.PROPERTY);

	private final Environment environment;

	private final AtomicBoolean warned = new AtomicBoolean();

	ServerAuthTokenBindHandlerAdvisor(Environment environment) {
		this.environment = environment;
	}

	@Override
	public BindHandler apply(BindHandler bindHandler) {
		return new AbstractBindHandler(bindHandler) {

			@Override
			public @Nullable Object onSuccess(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
					Object result) {
				Object bound = (NAME.equals(name) && isServerVariable(context.getConfigurationProperty()))
						? bindNext(context) : result;
				return (bound != null) ? super.onSuccess(name, target, context, bound) : null;
			}

		};
	}

	private static boolean isServerVariable(@Nullable ConfigurationProperty property) {
		return property != null && ServerAuthToken.isServerVariable(property);
	}

	private @Nullable Object bindNext(BindContext context) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("The environment variable " + ServerAuthToken.VARIABLE
					+ " has a setting of the etcd server, not a token, and is ignored. Any other source of "
					+ ServerAuthToken.PROPERTY
					+ " is used; to end this warning, unset the variable for this application");
		}
		List<ConfigurationPropertySource> others = new ArrayList<>();
		for (ConfigurationPropertySource source : context.getSources()) {
			if (!isServerVariable(source.getConfigurationProperty(NAME))) {
				others.add(source);
			}
		}
		return new Binder(others, new PropertySourcesPlaceholdersResolver(this.environment))
			.bind(NAME, Bindable.of(String.class))
			.orElse(null);
	}

}
