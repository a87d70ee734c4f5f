/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The threads of the clients of this JVM. Those of gRPC are not among them: all channels
 * share them.
 */
final class ClientThreads {

	private static final Pattern NAME = Pattern.compile("etcd-\\d+-.*");

	private ClientThreads() {
	}

	static Set<Thread> now() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> NAME.matcher(thread.getName()).matches())
			.collect(Collectors.toSet());
	}

}
