/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The etcd that a test runs with.
 *
 * @param version the version that it reports
 * @param program the program, or {@code null} for the embedded server
 */
record ChosenEtcd(EtcdVersion version, @Nullable EtcdBinary program) {

	/** The version that the status of the embedded server tells. */
	private static final ChosenEtcd EMBEDDED = new ChosenEtcd(EtcdVersion.parse("3.5.30"), null);

	private static final Namespace NAMESPACE = Namespace.create(ChosenEtcd.class);

	static ChosenEtcd embedded() {
		return EMBEDDED;
	}

	static ChosenEtcd of(EtcdBinary program) {
		return new ChosenEtcd(program.version(), program);
	}

	static boolean isEmbedded(ExtensionContext context) {
		ChosenEtcd chosen = stored(context);
		return chosen != null && chosen.program == null;
	}

	/**
	 * Returns the program.
	 * @return the program
	 * @throws IllegalStateException if it is the embedded server
	 */
	EtcdBinary binary() {
		if (this.program == null) {
			throw new IllegalStateException("The embedded etcd has no process and no program: a class that cannot do"
					+ " without says @ForEachEtcd(embedded = false), a test method is skipped if it asks for one");
		}
		return this.program;
	}

	void put(ExtensionContext context) {
		context.getStore(NAMESPACE).put(ChosenEtcd.class, this);
	}

	static ChosenEtcd get(ExtensionContext context) {
		if (isYetToCome(context)) {
			throw new IllegalStateException("A class with @ForEachEtcd has no etcd before its first run:"
					+ " ask for one in the constructor, @BeforeEach or the test, not in @BeforeAll");
		}
		ChosenEtcd chosen = stored(context);
		return (chosen != null) ? chosen : of(EtcdBinaries.newest());
	}

	static boolean isYetToCome(ExtensionContext context) {
		return stored(context) == null && AnnotationSupport.isAnnotated(context.getTestClass(), ForEachEtcd.class);
	}

	private static @Nullable ChosenEtcd stored(ExtensionContext context) {
		return context.getStore(NAMESPACE).get(ChosenEtcd.class, ChosenEtcd.class);
	}

	@Override
	public String toString() {
		return (this.program == null) ? "embedded" : "etcd " + this.version;
	}

}
