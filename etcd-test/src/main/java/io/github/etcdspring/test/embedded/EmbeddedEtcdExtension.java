/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.embedded.Faults;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.test.TestPrefix;

/**
 * Starts embedded servers and hands out what belongs to them.
 */
final class EmbeddedEtcdExtension
		implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(EmbeddedEtcdExtension.class);

	private static final Set<Class<?>> TYPES = Set.of(EmbeddedEtcd.class, EtcdClock.class, Faults.class,
			EtcdClient.class);

	private static final AtomicLong prefixes = new AtomicLong();

	@Override
	public void beforeAll(ExtensionContext context) {
		WithEmbeddedEtcd annotation = annotation(context);
		if (annotation == null) {
			// Nested in a class that has the annotation.
			return;
		}
		store(context).put(WithEmbeddedEtcd.class, annotation);
		if (!annotation.perMethod()) {
			store(context).put(EmbeddedEtcd.class, start(annotation));
		}
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		server(context);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		server(context).faults().reset();
	}

	// So that a constructor gets what the method gets for which the instance is made.
	@Override
	public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext context) {
		return ExtensionContextScope.TEST_METHOD;
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		return TYPES.contains(type) || (type == String.class && parameter.isAnnotated(TestPrefix.class));
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		if (type == EmbeddedEtcd.class) {
			return server(context);
		}
		if (type == EtcdClock.class) {
			return server(context).clock();
		}
		if (type == Faults.class) {
			return server(context).faults();
		}
		if (type == EtcdClient.class) {
			String endpoint = server(context).endpoint();
			return store(context).computeIfAbsent(keyOf(type, context),
					(any) -> EtcdClient.builder().endpoints(endpoint).build());
		}
		return store(context).computeIfAbsent(keyOf(type, context), (any) -> newPrefix(context));
	}

	private static EmbeddedEtcd server(ExtensionContext context) {
		EmbeddedEtcd ofTheClass = store(context).get(EmbeddedEtcd.class, EmbeddedEtcd.class);
		WithEmbeddedEtcd annotation = store(context).get(WithEmbeddedEtcd.class, WithEmbeddedEtcd.class);
		if (annotation == null) {
			throw new ParameterResolutionException("There is no embedded etcd: annotate the class with"
					+ " @WithEmbeddedEtcd, the extension alone does not start one");
		}
		if (!annotation.perMethod()) {
			return Objects.requireNonNull(ofTheClass);
		}
		if (context.getTestMethod().isEmpty()) {
			throw new ParameterResolutionException("Each test method has an etcd of its own, and here is none:"
					+ " ask for it in @BeforeEach or the test, or remove perMethod from @WithEmbeddedEtcd");
		}
		return store(context).computeIfAbsent(keyOf(EmbeddedEtcd.class, context), (any) -> start(annotation),
				EmbeddedEtcd.class);
	}

	private static @Nullable WithEmbeddedEtcd annotation(ExtensionContext context) {
		return AnnotationSupport.findAnnotation(context.getTestClass(), WithEmbeddedEtcd.class).orElse(null);
	}

	private static EmbeddedEtcd start(WithEmbeddedEtcd annotation) {
		EmbeddedEtcd.Builder builder = EmbeddedEtcd.builder();
		if (annotation.manualClock()) {
			builder.clock(EtcdClock.manual());
		}
		return builder.start();
	}

	private static String newPrefix(ExtensionContext context) {
		String test = context.getTestMethod().map((method) -> "/" + method.getName()).orElse("");
		return "/" + context.getRequiredTestClass().getSimpleName() + test + "-" + prefixes.incrementAndGet() + "/";
	}

	// A store asks those above it too; a method shall not get what its class got.
	private static String keyOf(Class<?> type, ExtensionContext context) {
		return type.getName() + " of " + context.getUniqueId();
	}

	private static Store store(ExtensionContext context) {
		return context.getStore(NAMESPACE);
	}

}
