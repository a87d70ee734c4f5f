/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The rules that Spring Boot has for its own auto-configurations, and ours for packages.
 */
@AnalyzeClasses(packages = "io.github.etcdspring.boot", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTests {

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = ArchRuleDefinition.classes()
		.that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL)
		.andShould()
		.haveSimpleNameEndingWith("AutoConfiguration");

	@ArchTest
	static final ArchRule autoConfigurationsHaveNoPublicMembers = ArchRuleDefinition.members()
		.that()
		.areDeclaredInClassesThat()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.notBePublic();

	@ArchTest
	static final ArchRule configurationsDoNotProxyAndAreNotPublic = ArchRuleDefinition.classes()
		.that()
		.areAnnotatedWith(Configuration.class)
		.should()
		.notBePublic()
		.andShould(annotatedSo("have proxyBeanMethods switched off",
				(type) -> !type.getAnnotationOfType(Configuration.class).proxyBeanMethods()));

	@ArchTest
	static final ArchRule beanMethodsAreNotPrivateAndReturnNoPrivateType = ArchRuleDefinition.methods()
		.that()
		.areAnnotatedWith(Bean.class)
		.should()
		.notBePrivate()
		.andShould()
		.notHaveRawReturnType(
				DescribedPredicate.describe("private", (type) -> type.getModifiers().contains(JavaModifier.PRIVATE)));

	@ArchTest
	static final ArchRule conditionsOnClassesAreNotOnBeanMethods = ArchRuleDefinition.methods()
		.that()
		.areAnnotatedWith(Bean.class)
		.should()
		.notBeAnnotatedWith(ConditionalOnClass.class);

	@ArchTest
	static final ArchRule conditionsOnMissingBeansDoNotRepeatTheReturnType = ArchRuleDefinition.methods()
		.that()
		.areAnnotatedWith(ConditionalOnMissingBean.class)
		.should(notRepeatTheReturnType());

	@ArchTest
	static final ArchRule postProcessorsAreStatic = ArchRuleDefinition.methods()
		.that()
		.areAnnotatedWith(Bean.class)
		.and()
		.haveRawReturnType(JavaClass.Predicates.assignableTo(BeanPostProcessor.class)
			.or(JavaClass.Predicates.assignableTo(BeanFactoryPostProcessor.class)))
		.should()
		.beStatic()
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule configurationPropertiesNameTheirPrefixAsValue = ArchRuleDefinition.classes()
		.that()
		.areAnnotatedWith(ConfigurationProperties.class)
		.should(annotatedSo("use the value attribute",
				(type) -> type.getAnnotationOfType(ConfigurationProperties.class).prefix().isEmpty()));

	@ArchTest
	static final ArchRule onlyTheConditionKnowsGrpc = ArchRuleDefinition.noClasses()
		.that()
		.doNotHaveSimpleName("EtcdAutoConfiguration")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.grpc..", "io.netty..", "com.google..", "io.github.etcdspring.proto..");

	@ArchTest
	static final ArchRule healthIsOptional = onlyKnownBy("org.springframework.boot.health..", "..health");

	@ArchTest
	static final ArchRule actuatorIsOptional = onlyKnownBy("org.springframework.boot.actuate..", "..actuate");

	@ArchTest
	static final ArchRule micrometerIsOptional = onlyKnownBy("io.micrometer..", "..metrics");

	@ArchTest
	static final ArchRule embeddedServerIsOptional = onlyKnownBy("io.github.etcdspring.embedded..", "..embedded");

	@ArchTest
	static final ArchRule packagesHaveNoCycles = SlicesRuleDefinition.slices()
		.matching("io.github.etcdspring.boot.(**)")
		.should()
		.beFreeOfCycles();

	private ArchitectureTests() {
	}

	private static ArchRule onlyKnownBy(String library, String ownPackage) {
		return ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ownPackage)
			.should()
			.dependOnClassesThat()
			.resideInAPackage(library);
	}

	private static ArchCondition<JavaClass> annotatedSo(String description, Predicate<JavaClass> predicate) {
		return new ArchCondition<>(description) {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				if (!predicate.test(type)) {
					events.add(SimpleConditionEvent.violated(type, type.getName() + " should " + description));
				}
			}

		};
	}

	private static ArchCondition<JavaMethod> notRepeatTheReturnType() {
		return new ArchCondition<>("not repeat the return type") {

			@Override
			public void check(JavaMethod method, ConditionEvents events) {
				List<Class<?>> types = Arrays
					.asList(method.getAnnotationOfType(ConditionalOnMissingBean.class).value());
				if (types.size() == 1 && method.getRawReturnType().isEquivalentTo(types.get(0))) {
					events.add(SimpleConditionEvent.violated(method, method.getFullName()));
				}
			}

		};
	}

}
