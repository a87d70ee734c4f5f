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
 * Runs a class once for each etcd.
 */
final class ForEachEtcdExtension implements ClassTemplateInvocationContextProvider {

	@Override
	public boolean supportsClassTemplate(ExtensionContext context) {
		return AnnotationSupport.isAnnotated(context.getTestClass(), ForEachEtcd.class);
	}

	@Override
	public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(ExtensionContext context) {
		return EtcdBinaries.all().stream().map(Run::new);
	}

	private record Run(EtcdBinary binary) implements ClassTemplateInvocationContext {

		@Override
		public String getDisplayName(int invocationIndex) {
			return "etcd " + this.binary.version();
		}

		@Override
		public void prepareInvocation(ExtensionContext context) {
			ChosenEtcd.put(context, this.binary);
		}

	}

}
