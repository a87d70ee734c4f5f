/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.util.ArrayList;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.transport.Wire;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What may depend on what, and what an application gets to see.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.etcdspring.client";

	private static final String PROTO = "io.github.etcdspring.proto";

	/** The services: each may use what is below, and none another. */
	private static final List<String> SERVICES = List.of("kv", "watch", "lease", "lock", "election", "cluster", "auth",
			"maintenance");

	/** Every package, with those that it may use. */
	private static final List<Layer> LAYERS = List.of(new Layer("data", List.of()), new Layer("error", List.of("data")),
			new Layer("transport", List.of("data", "error")), new Layer("kv", List.of("data", "error", "transport")),
			new Layer("watch", List.of("data", "error", "transport")),
			new Layer("lease", List.of("data", "error", "transport")),
			new Layer("lock", List.of("data", "error", "transport")),
			new Layer("election", List.of("data", "error", "transport")),
			new Layer("cluster", List.of("data", "error", "transport")),
			new Layer("auth", List.of("data", "error", "transport")),
			new Layer("maintenance", List.of("data", "error", "transport")),
			new Layer("cache", List.of("data", "error", "transport", "kv", "watch")),
			new Layer("session", List.of("data", "error", "transport", "kv", "watch", "lease", "election")),
			new Layer("metrics", List.of("error", "transport")));

	private static JavaClasses core;

	@BeforeAll
	static void read() {
		core = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.withImportOption(new ImportOption.DoNotIncludeJars())
			.importPackages(ROOT);
	}

	@Test
	void theClassesAreReallyThere() {
		assertThat(core.contain(EtcdClient.class)).isTrue();
		assertThat(core.size()).isGreaterThan(60);
		assertThat(core.contain(ArchitectureTests.class)).isFalse();
	}

	@Test
	void everyPackageIsOneOfTheseLayers() {
		Set<String> packages = core.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
		List<String> known = new ArrayList<>(List.of(ROOT));
		LAYERS.forEach((layer) -> known.add(layer.packageName()));
		assertThat(known).containsAll(packages);
		assertThat(SERVICES).isSubsetOf(LAYERS.stream().map(Layer::name).toList());
	}

	@Test
	void packagesHaveNoCycles() {
		SlicesRuleDefinition.slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(core);
	}

	@Test
	void eachLayerUsesOnlyThoseBelow() {
		for (Layer layer : LAYERS) {
			List<String> allowed = new ArrayList<>(List.of(layer.packageName()));
			layer.uses().forEach((name) -> allowed.add(ROOT + "." + name));
			ArchRuleDefinition.noClasses()
				.that()
				.resideInAPackage(layer.packageName())
				.should()
				.dependOnClassesThat(new DescribedPredicate<>("are in other packages of the client than " + allowed) {
					@Override
					public boolean test(JavaClass type) {
						return type.getPackageName().startsWith(ROOT) && !allowed.contains(type.getPackageName());
					}
				})
				.check(core);
		}
	}

	@Test
	void nothingDependsOnTheRoot() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ROOT)
			.should()
			.dependOnClassesThat()
			.resideInAPackage(ROOT)
			.check(core);
	}

	@Test
	void rootHoldsOnlyTheClientAndItsBuilder() {
		assertThat(core.stream().filter((type) -> type.getPackageName().equals(ROOT)).map(JavaClass::getSimpleName))
			.containsExactlyInAnyOrder("EtcdClient", "Builder", "package-info");
	}

	@Test
	void springIsNotUsed() {
		ArchRuleDefinition.noClasses()
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..")
			.check(core);
	}

	@Test
	void noShadedAndNoNettyClassIsUsed() {
		ArchRuleDefinition.noClasses()
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.netty..", "io.grpc.netty..", "com.google.common..")
			.check(core);
	}

	@Test
	void micrometerIsUsedOnlyByTheMeters() {
		ArchRuleDefinition.noClasses()
			.that()
			.resideOutsideOfPackage(ROOT + ".metrics")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.micrometer..")
			.check(core);
	}

	@Test
	void nothingIsPrintedAndNoOldDateIsUsed() {
		GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(core);
		GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(core);
		// Certificates have nothing better.
		DescribedPredicate<JavaAccess<?>> oldDate = DescribedPredicate.describe("an old date is not converted",
				(access) -> (access.getTargetOwner().isEquivalentTo(Date.class)
						|| access.getTargetOwner().isEquivalentTo(Calendar.class))
						&& !access.getName().equals("toInstant"));
		ArchRuleDefinition.noClasses().should().accessTargetWhere(oldDate).check(core);
	}

	@Test
	void nobodySleeps() {
		ArchRuleDefinition.noClasses().should().callMethod(Thread.class, "sleep", long.class).check(core);
	}

	@Test
	void timeOfTheWallIsNotUsedForDeadlines() {
		ArchRuleDefinition.noClasses()
			.that()
			.doNotHaveSimpleName("TimerWheel")
			.should()
			.callMethod(System.class, "currentTimeMillis")
			.check(core);
	}

	@Test
	void signaturesOutsideTheTransportHaveNoForeignTypes() {
		ArchRuleDefinition.classes()
			.that()
			.resideOutsideOfPackage(ROOT + ".transport")
			.and(areVisible())
			.should(haveSignaturesOnlyOf("the JDK's types, JSpecify and the client's own",
					(type) -> isForeign(type) && !isMicrometerForMeters(type)))
			.check(core);
	}

	@Test
	void signaturesOfTheTransportHaveNoGuavaAndOfTheGeneratedMessagesOnlyTheHeader() {
		ArchRuleDefinition.classes()
			.that()
			.resideInAPackage(ROOT + ".transport")
			.and(areVisible())
			// Where generated messages end.
			.and()
			.doNotHaveFullyQualifiedName(Wire.class.getName())
			.should(haveSignaturesOnlyOf("gRPC's types at most",
					(type) -> isForeign(type) && !type.getPackageName().equals("io.grpc")))
			.check(core);
	}

	@Test
	void generatedMessagesAreHiddenInBodiesPrivateMembersAndHiddenClasses() {
		ArchCondition<JavaClass> condition = new ArchCondition<>("show generated types only in private members") {
			@Override
			public void check(JavaClass type, ConditionEvents events) {
				for (JavaMember member : type.getMembers()) {
					if (!member.getModifiers().contains(JavaModifier.PRIVATE)
							&& !member.getModifiers().contains(JavaModifier.SYNTHETIC)) {
						involved(member).filter((used) -> used.getPackageName().startsWith(PROTO))
							.forEach((used) -> events.add(SimpleConditionEvent.violated(member,
									member.getFullName() + " shows " + used.getName())));
					}
				}
			}
		};
		ArchRuleDefinition.classes()
			.that()
			.resideOutsideOfPackage(ROOT + ".transport")
			.and(areVisible())
			.should(condition)
			.check(core);
	}

	@Test
	void rulesForSignaturesSeeWhatTheyShall() {
		// A rule that can't fail holds nothing.
		JavaClasses bad = new ClassFileImporter().importClasses(Leaky.class, Tight.class);
		ArchCondition<JavaClass> condition = haveSignaturesOnlyOf("own types", ArchitectureTests::isForeign);
		assertThat(ArchRuleDefinition.classes()
			.that()
			.haveSimpleName("Leaky")
			.should(condition)
			.evaluate(bad)
			.getFailureReport()
			.getDetails()).hasSize(4)
			.anyMatch((line) -> line.contains("field"))
			.anyMatch((line) -> line.contains("argument"))
			.anyMatch((line) -> line.contains("result"))
			.anyMatch((line) -> line.contains("generic"));
		assertThat(ArchRuleDefinition.classes()
			.that()
			.haveSimpleName("Tight")
			.should(condition)
			.evaluate(bad)
			.hasViolation()).isFalse();
	}

	private static boolean isForeign(JavaClass type) {
		String name = type.getBaseComponentType().getPackageName();
		return !type.getBaseComponentType().isPrimitive() && !name.startsWith("java.") && !name.startsWith("javax.")
				&& !name.startsWith("org.jspecify.") && !name.startsWith(ROOT);
	}

	private static boolean isMicrometerForMeters(JavaClass type) {
		return type.getFullName().equals("io.micrometer.core.instrument.MeterRegistry");
	}

	private static ArchCondition<JavaClass> haveSignaturesOnlyOf(String what, Predicate<JavaClass> forbidden) {
		return new ArchCondition<>("have public and protected signatures only of " + what) {
			@Override
			public void check(JavaClass type, ConditionEvents events) {
				Stream.concat(Stream.of(type), type.getMembers().stream().filter(ArchitectureTests::isVisible))
					.forEach((shown) -> involved(shown).filter(forbidden)
						.forEach((used) -> events.add(SimpleConditionEvent.violated(type,
								type.getName() + ": " + shown + " shows " + used.getName()))));
			}
		};
	}

	private static DescribedPredicate<JavaClass> areVisible() {
		return DescribedPredicate.describe("can be seen by applications", ArchitectureTests::isVisible);
	}

	private static boolean isVisible(JavaClass type) {
		boolean visible = type.getModifiers().contains(JavaModifier.PUBLIC)
				|| type.getModifiers().contains(JavaModifier.PROTECTED);
		return visible && type.getEnclosingClass().map(ArchitectureTests::isVisible).orElse(true);
	}

	private static boolean isVisible(JavaMember member) {
		return (member.getModifiers().contains(JavaModifier.PUBLIC)
				|| member.getModifiers().contains(JavaModifier.PROTECTED))
				&& !member.getModifiers().contains(JavaModifier.SYNTHETIC);
	}

	private static Stream<JavaClass> involved(Object shown) {
		Stream<JavaType> types;
		if (shown instanceof JavaClass type) {
			types = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
		}
		else if (shown instanceof JavaField field) {
			types = Stream.of(field.getType());
		}
		else {
			JavaCodeUnit code = (JavaCodeUnit) shown;
			types = Stream
				.of(Stream.of(code.getReturnType()), code.getParameterTypes().stream(),
						code.getExceptionTypes().stream())
				.flatMap((each) -> each);
		}
		return types.flatMap((type) -> type.getAllInvolvedRawTypes().stream()).distinct();
	}

	private record Layer(String name, List<String> uses) {

		String packageName() {
			return ROOT + "." + this.name;
		}

	}

	/** Shows foreign types in every way. */
	public static class Leaky {

		protected Status field = Status.OK;

		public void argument(ByteString[] values) {
		}

		public Metadata result() {
			return new Metadata();
		}

		protected List<? extends Set<Channel>> generic() {
			return List.of();
		}

	}

	/** Hides them. */
	public static class Tight {

		private final Status field = Status.OK;

		void argument(ByteString value) {
		}

		public String result() {
			return this.field + "";
		}

	}

}
