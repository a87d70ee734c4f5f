/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
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

/**
 * Rules for the packages of this module and for what its API shows.
 */
@AnalyzeClasses(packages = "io.github.etcdspring.spring", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTests {

	private static final DescribedPredicate<JavaClass> FOREIGN = JavaClass.Predicates
		.resideInAnyPackage("io.grpc..", "io.netty..", "com.google..", "io.github.etcdspring.proto..")
		.as("types of gRPC, Netty, protobuf or Guava");

	@ArchTest
	static final ArchRule onlyTheGrpcPackageKnowsForeignTypes = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage("..spring.grpc")
		.should()
		.dependOnClassesThat(FOREIGN);

	@ArchTest
	static final ArchRule signaturesHaveNoForeignTypes = ArchRuleDefinition.codeUnits()
		.that()
		.areDeclaredInClassesThat()
		.resideOutsideOfPackage("..spring.grpc")
		.should(haveNoTypesThatAre(FOREIGN));

	@ArchTest
	static final ArchRule fieldsHaveNoForeignTypes = ArchRuleDefinition.noFields()
		.that()
		.areDeclaredInClassesThat()
		.resideOutsideOfPackage("..spring.grpc")
		.should()
		.haveRawType(FOREIGN);

	@ArchTest
	static final ArchRule springBootIsNotNeeded = ArchRuleDefinition.noClasses()
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.boot..", "io.github.etcdspring.boot..");

	@ArchTest
	static final ArchRule jacksonIsOnlyForTheCodecs = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage("..spring.codec")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("tools.jackson..");

	@ArchTest
	static final ArchRule packagesHaveNoCycles = SlicesRuleDefinition.slices()
		.matching("io.github.etcdspring.spring.(**)")
		.should()
		.beFreeOfCycles();

	private ArchitectureTests() {
	}

	private static ArchCondition<JavaCodeUnit> haveNoTypesThatAre(DescribedPredicate<JavaClass> foreign) {
		return new ArchCondition<>("have no " + foreign.getDescription()) {

			@Override
			public void check(JavaCodeUnit unit, ConditionEvents events) {
				if (!unit.getModifiers().contains(JavaModifier.PRIVATE)
						&& unit.getAllInvolvedRawTypes().stream().anyMatch(foreign)) {
					events.add(SimpleConditionEvent.violated(unit, unit.getFullName()));
				}
			}

		};
	}

}
