/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.embedded.EmbeddedEtcd;

/**
 * Starts servers and hands out servers, clients and key prefixes.
 */
final class EtcdExtension implements ExecutionCondition, BeforeAllCallback, BeforeClassTemplateInvocationCallback,
		BeforeEachCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(EtcdExtension.class);

	private static final AtomicLong prefixes = new AtomicLong();

	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		boolean embedded = ForEachEtcdExtension.includesEmbedded(context) || ChosenEtcd.isEmbedded(context);
		if (EtcdBinaries.all().isEmpty() && !embedded) {
			return ConditionEvaluationResult.disabled(EtcdBinaries.NONE_FOUND);
		}
		boolean needsProcess = context.getTestMethod().filter(EtcdExtension::needsProcess).isPresent();
		if (needsProcess && ChosenEtcd.isEmbedded(context)) {
			return ConditionEvaluationResult.disabled("the embedded etcd has no process and no program");
		}
		return ConditionEvaluationResult.enabled("etcd found");
	}

	private static boolean needsProcess(Method test) {
		return Stream.of(test.getParameterTypes())
			.anyMatch((type) -> type == EtcdServer.class || type == EtcdBinary.class);
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		// A class that runs several times has no server before the first run.
		if (!ChosenEtcd.isYetToCome(context)) {
			startOwnServer(context);
		}
	}

	@Override
	public void beforeClassTemplateInvocation(ExtensionContext context) {
		startOwnServer(context);
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		if (ChosenEtcd.isEmbedded(context)) {
			return;
		}
		EtcdServer own = ownServer(context);
		if (own != null) {
			own.thaw();
			own.start();
		}
		else if (hasBeenStopped(sharedServers(context).get(ChosenEtcd.get(context).binary(), EtcdServer.class))) {
			throw new IllegalStateException("A test has stopped the etcd that all share: give its class one of its own"
					+ " by @WithEtcd(isolated = true)");
		}
	}

	// So that a constructor gets what the method gets for which the instance is made.
	@Override
	public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext context) {
		return ExtensionContextScope.TEST_METHOD;
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		return type == EtcdServer.class || type == EtcdBinary.class || type == EtcdClient.class
				|| (type == String.class && parameter.isAnnotated(TestPrefix.class));
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		if (type == EtcdServer.class) {
			return server(context);
		}
		if (type == EtcdBinary.class) {
			return ChosenEtcd.get(context).binary();
		}
		// A store asks those above it too; a method shall not get what its class got.
		String key = type.getName() + " of " + context.getUniqueId();
		if (type == EtcdClient.class) {
			return store(context).computeIfAbsent(key,
					(any) -> EtcdClient.builder().endpoints(endpoint(context)).build());
		}
		return store(context).computeIfAbsent(key, (any) -> newPrefix(context));
	}

	private static void startOwnServer(ExtensionContext context) {
		boolean isolated = AnnotationSupport.findAnnotation(context.getTestClass(), WithEtcd.class)
			.map(WithEtcd::isolated)
			.orElse(false);
		if (!isolated) {
			return;
		}
		if (ChosenEtcd.isEmbedded(context)) {
			store(context).computeIfAbsent(EmbeddedEtcd.class, (key) -> EmbeddedEtcd.start());
		}
		else {
			store(context).computeIfAbsent(EtcdServer.class, (key) -> start(ChosenEtcd.get(context).binary()));
		}
	}

	private static String newPrefix(ExtensionContext context) {
		String test = context.getTestMethod().map((method) -> "/" + method.getName()).orElse("");
		return "/" + context.getRequiredTestClass().getSimpleName() + test + "-" + prefixes.incrementAndGet() + "/";
	}

	private static String endpoint(ExtensionContext context) {
		return (ChosenEtcd.isEmbedded(context)) ? embedded(context).endpoint() : server(context).endpoint();
	}

	private static EmbeddedEtcd embedded(ExtensionContext context) {
		EmbeddedEtcd own = store(context).get(EmbeddedEtcd.class, EmbeddedEtcd.class);
		return (own != null) ? own : sharedServers(context).computeIfAbsent(ChosenEtcd.embedded(),
				(key) -> EmbeddedEtcd.start(), EmbeddedEtcd.class);
	}

	private static EtcdServer server(ExtensionContext context) {
		EtcdServer own = ownServer(context);
		return (own != null) ? own : sharedServer(context);
	}

	private static @Nullable EtcdServer ownServer(ExtensionContext context) {
		return store(context).get(EtcdServer.class, EtcdServer.class);
	}

	private static EtcdServer sharedServer(ExtensionContext context) {
		EtcdBinary binary = ChosenEtcd.get(context).binary();
		return sharedServers(context).computeIfAbsent(binary, (key) -> start(binary), EtcdServer.class);
	}

	private static Store sharedServers(ExtensionContext context) {
		return context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE);
	}

	private static boolean hasBeenStopped(@Nullable EtcdServer server) {
		return server != null && !server.isRunning();
	}

	private static EtcdServer start(EtcdBinary binary) {
		return EtcdServer.builder().binary(binary).start();
	}

	private static Store store(ExtensionContext context) {
		return context.getStore(NAMESPACE);
	}

}
