/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import java.util.Set;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

import io.github.etcdspring.boot.autoconfigure.EtcdClientBuilderCustomizer;
import io.github.etcdspring.client.transport.CallObserver;
import io.github.etcdspring.spring.codec.EtcdValueCodec;
import io.github.etcdspring.spring.grpc.EtcdChannelCustomizer;
import io.github.etcdspring.spring.health.EtcdHealthListener;

/**
 * Leaves out what does not belong to etcd, and what says where another one is.
 */
class EtcdTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<EtcdTest> {

	private static final Set<Class<?>> INCLUDES = Set.of(EtcdValueCodec.class, EtcdClientBuilderCustomizer.class,
			EtcdChannelCustomizer.class, EtcdHealthListener.class, CallObserver.class);

	EtcdTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
	}

	@Override
	protected Set<Class<?>> getKnownIncludes() {
		return INCLUDES;
	}

}
