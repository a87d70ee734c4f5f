/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/**
 * What may depend on what.
 */
@AnalyzeClasses(packages = "io.github.etcdspring.embedded", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTests {

	private static final String ROOT = "io.github.etcdspring.embedded";

	@ArchTest
	static final ArchRule onlyTheContractGrpcAndTheLogAreUsed = ArchRuleDefinition.classes()
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage(ROOT + "..", "java..", "io.github.etcdspring.proto..", "com.google.protobuf..", "io.grpc..",
				"javax.crypto..", "com.google.common.util.concurrent..", "org.slf4j..", "org.jspecify.annotations..");

	@ArchTest
	static final ArchRule packagesHaveNoCycles = SlicesRuleDefinition.slices()
		.matching(ROOT + ".(**)")
		.should()
		.beFreeOfCycles();

	@ArchTest
	static final ArchRule arrowsPointDown = Architectures.layeredArchitecture()
		.consideringOnlyDependenciesInLayers()
		.layer("api")
		.definedBy(ROOT)
		.layer("server")
		.definedBy(ROOT + ".server")
		.layer("watch")
		.definedBy(ROOT + ".watch")
		.layer("auth")
		.definedBy(ROOT + ".auth")
		.layer("lease")
		.definedBy(ROOT + ".lease")
		.layer("mvcc")
		.definedBy(ROOT + ".mvcc")
		.layer("time")
		.definedBy(ROOT + ".time")
		.whereLayer("api")
		.mayNotBeAccessedByAnyLayer()
		.whereLayer("server")
		.mayOnlyBeAccessedByLayers("api")
		.whereLayer("watch")
		.mayOnlyBeAccessedByLayers("server")
		.whereLayer("auth")
		.mayOnlyBeAccessedByLayers("server", "api")
		.whereLayer("lease")
		.mayOnlyBeAccessedByLayers("server")
		.whereLayer("mvcc")
		.mayOnlyBeAccessedByLayers("server", "watch", "lease", "api");

	@ArchTest
	static final ArchRule nothingIsPrinted = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

	@ArchTest
	static final ArchRule onlyTheClockKnowsTheTime = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage(ROOT + ".time")
		.should()
		.callMethod(System.class, "nanoTime")
		.orShould()
		.callMethod(System.class, "currentTimeMillis")
		.orShould()
		.callMethod(Thread.class, "sleep", long.class);

	private ArchitectureTests() {
	}

}
