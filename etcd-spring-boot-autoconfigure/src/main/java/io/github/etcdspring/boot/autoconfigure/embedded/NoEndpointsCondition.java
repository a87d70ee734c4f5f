/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.embedded;

import java.util.List;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

import io.github.etcdspring.boot.autoconfigure.InvalidEtcdPropertyException;

/**
 * Nobody has said where etcd is, or a test wants the embedded one nevertheless. An empty
 * value says something, too: it is a mistake that the client reports.
 */
class NoEndpointsCondition extends SpringBootCondition {

	private static final String ENDPOINTS = "etcd.endpoints";

	private static final String REPLACE = "etcd.embedded.replace-endpoints";

	private static final Bindable<List<String>> STRINGS = Bindable.listOf(String.class);

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		return outcome(Binder.get(context.getEnvironment()));
	}

	private static ConditionOutcome outcome(Binder binder) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Embedded etcd");
		if (!binder.bind(ENDPOINTS, STRINGS).isBound()) {
			return ConditionOutcome.match(message.didNotFind("property").items(ENDPOINTS));
		}
		if (binder.bind(REPLACE, Boolean.class).orElse(false)) {
			return ConditionOutcome.match(message.found("property").items(REPLACE));
		}
		return ConditionOutcome.noMatch(message.found("property").items(ENDPOINTS));
	}

	/**
	 * Fail if the condition matched only when the application was built ahead of time.
	 * Nobody who has said where etcd is wants to lose data in one that keeps nothing.
	 * @param environment the environment that the application runs in
	 */
	static void requireMatch(Environment environment) {
		Binder binder = Binder.get(environment);
		if (!outcome(binder).isMatch()) {
			throw new InvalidEtcdPropertyException(ENDPOINTS, String.join(",", binder.bind(ENDPOINTS, STRINGS).get()),
					"the application was built ahead of time without it, and with the embedded etcd in its place",
					"Set etcd.endpoints, or etcd.embedded.enabled=false, when the application is built, too,"
							+ " or build it without etcd-embedded.");
		}
	}

}
