/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.grpc.ManagedChannelBuilder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import tools.jackson.databind.json.JsonMapper;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.transport.CallObserver;
import io.github.etcdspring.spring.EtcdOperations;
import io.github.etcdspring.spring.EtcdTemplate;
import io.github.etcdspring.spring.codec.EtcdValueCodec;
import io.github.etcdspring.spring.codec.JsonEtcdValueCodec;
import io.github.etcdspring.spring.grpc.EtcdChannelCustomizer;
import io.github.etcdspring.spring.health.EtcdHealthListener;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for etcd: an {@link EtcdClient} and
 * an {@link EtcdTemplate} on it.
 * <p>
 * Callbacks and asynchronous completions run on virtual threads if the application uses
 * them ({@code spring.threads.virtual.enabled}), otherwise on daemon threads of the
 * client. The application's task executor is not used: it has a bounded number of
 * threads, and callbacks that wait in all of them for what another callback completes
 * would wait for ever. An {@link EtcdClientBuilderCustomizer} can set any executor.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnClass({ EtcdClient.class, EtcdTemplate.class, ManagedChannelBuilder.class })
@ConditionalOnBooleanProperty(name = "etcd.enabled", matchIfMissing = true)
@EnableConfigurationProperties(EtcdProperties.class)
public final class EtcdAutoConfiguration {

	private static final Log logger = LogFactory.getLog(EtcdAutoConfiguration.class);

	EtcdAutoConfiguration() {
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ServerAuthTokenBindHandlerAdvisor etcdServerAuthTokenBindHandlerAdvisor(Environment environment) {
		return new ServerAuthTokenBindHandlerAdvisor(environment);
	}

	@Bean
	@ConditionalOnMissingBean(EtcdConnectionDetails.class)
	PropertiesEtcdConnectionDetails etcdConnectionDetails(EtcdProperties properties,
			ObjectProvider<SslBundles> sslBundles) {
		return new PropertiesEtcdConnectionDetails(properties, sslBundles.getIfAvailable());
	}

	@Bean
	@Lazy(false)
	EtcdHealthNotifier etcdHealthNotifier(ObjectProvider<EtcdHealthListener> listeners,
			ApplicationEventPublisher eventPublisher) {
		return new EtcdHealthNotifier(listeners, eventPublisher);
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	EtcdClient etcdClient(EtcdProperties properties, EtcdConnectionDetails connectionDetails, Environment environment,
			ListableBeanFactory beanFactory, EtcdHealthNotifier healthNotifier,
			ObjectProvider<EtcdChannelCustomizer> channelCustomizers, ObjectProvider<CallObserver> callObservers,
			ObjectProvider<EtcdClientBuilderCustomizer> builderCustomizers) {
		EtcdClient.Builder builder = new EtcdClientFactory(properties, connectionDetails).builder();
		if (Threading.VIRTUAL.isActive(environment)) {
			builder.callbackExecutor(new VirtualThreadTaskExecutor("etcd-callback-"));
		}
		List<EtcdChannelCustomizer> channel = channelCustomizers.orderedStream().toList();
		builder.channelCustomizer(
				(channelBuilder) -> channel.forEach((customizer) -> customizer.customize(channelBuilder)));
		applyHealthListener(builder, properties.getHealth().getInterval(), healthNotifier, beanFactory);
		applyCallObservers(builder, callObservers.orderedStream().toList());
		builderCustomizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	private static void applyHealthListener(EtcdClient.Builder builder, Duration interval, EtcdHealthNotifier notifier,
			ListableBeanFactory beanFactory) {
		if (!interval.isZero()) {
			builder.healthListener(interval, notifier);
		}
		else if (beanFactory.getBeanNamesForType(EtcdHealthListener.class, true, false).length > 0) {
			logger.warn("There are EtcdHealthListener beans, but etcd's health is not watched:"
					+ " set etcd.health.interval, for example to 5s");
		}
	}

	private static void applyCallObservers(EtcdClient.Builder builder, List<CallObserver> observers) {
		if (observers.size() == 1) {
			builder.callObserver(observers.get(0));
		}
		else if (!observers.isEmpty()) {
			builder.callObserver(new CompositeCallObserver(observers));
		}
	}

	@Bean
	@ConditionalOnMissingBean(EtcdOperations.class)
	@ConditionalOnSingleCandidate(EtcdClient.class)
	EtcdTemplate etcdTemplate(EtcdClient client, EtcdValueCodec codec) {
		return new EtcdTemplate(client, codec);
	}

	/**
	 * Codec with JSON.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JsonMapper.class)
	static class JsonCodecConfiguration {

		@Bean
		@ConditionalOnMissingBean(EtcdValueCodec.class)
		JsonEtcdValueCodec etcdValueCodec(ObjectProvider<JsonMapper> mapper) {
			JsonMapper unique = mapper.getIfUnique();
			return (unique != null) ? new JsonEtcdValueCodec(unique) : JsonEtcdValueCodec.create();
		}

	}

	/**
	 * Codec without JSON.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("tools.jackson.databind.json.JsonMapper")
	static class PlainCodecConfiguration {

		@Bean
		@ConditionalOnMissingBean
		EtcdValueCodec etcdValueCodec() {
			return EtcdValueCodec.plain();
		}

	}

	/**
	 * Tells several observers.
	 *
	 * @param observers the observers
	 */
	private record CompositeCallObserver(List<CallObserver> observers) implements CallObserver {

		@Override
		public void callEnded(String operation, long nanos, @Nullable Failure failure) {
			for (CallObserver observer : this.observers) {
				observer.callEnded(operation, nanos, failure);
			}
		}

		@Override
		public void endpointChanged(String endpoint, boolean up) {
			for (CallObserver observer : this.observers) {
				observer.endpointChanged(endpoint, up);
			}
		}

	}

}
