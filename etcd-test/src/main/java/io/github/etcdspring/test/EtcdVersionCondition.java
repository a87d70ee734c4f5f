/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.util.Optional;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Decides by the version of the server whether a test method runs.
 */
final class EtcdVersionCondition implements ExecutionCondition {

	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		Optional<SinceEtcd> since = AnnotationSupport.findAnnotation(context.getElement(), SinceEtcd.class);
		Optional<BeforeEtcd> before = AnnotationSupport.findAnnotation(context.getElement(), BeforeEtcd.class);
		EtcdVersion version = ChosenEtcd.get(context).version();
		if (since.isPresent() && !version.isAtLeast(since.get().value())) {
			return ConditionEvaluationResult.disabled("etcd " + version + " is older than " + since.get().value(),
					since.get().reason());
		}
		if (before.isPresent() && version.isAtLeast(before.get().value())) {
			return ConditionEvaluationResult.disabled("etcd " + version + " is not older than " + before.get().value(),
					before.get().reason());
		}
		return ConditionEvaluationResult.enabled("etcd " + version + " is in the range of the test");
	}

}
