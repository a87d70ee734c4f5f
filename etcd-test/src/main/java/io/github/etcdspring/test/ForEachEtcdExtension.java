/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Runs a class once for each etcd, and last on the embedded one.
 */
final class ForEachEtcdExtension implements ClassTemplateInvocationContextProvider {

	@Override
	public boolean supportsClassTemplate(ExtensionContext context) {
		return AnnotationSupport.isAnnotated(context.getTestClass(), ForEachEtcd.class);
	}

	@Override
	public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(ExtensionContext context) {
		Stream<ChosenEtcd> programs = EtcdBinaries.all().stream().map(ChosenEtcd::of);
		Stream<ChosenEtcd> embedded = includesEmbedded(context) ? Stream.of(ChosenEtcd.embedded()) : Stream.empty();
		return Stream.concat(programs, embedded).map(Run::new);
	}

	static boolean includesEmbedded(ExtensionContext context) {
		return AnnotationSupport.findAnnotation(context.getTestClass(), ForEachEtcd.class)
			.map(ForEachEtcd::embedded)
			.orElse(false);
	}

	private record Run(ChosenEtcd etcd) implements ClassTemplateInvocationContext {

		@Override
		public String getDisplayName(int invocationIndex) {
			return this.etcd.toString();
		}

		@Override
		public void prepareInvocation(ExtensionContext context) {
			this.etcd.put(context);
		}

	}

}
