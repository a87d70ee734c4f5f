/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.nio.file.Path;

/**
 * Starts a server and waits to be killed.
 */
public final class ServerOfAnotherJvm {

	private ServerOfAnotherJvm() {
	}

	public static void main(String[] args) throws InterruptedException {
		EtcdServer server = EtcdServer.builder().binary(EtcdBinary.of(Path.of(System.getProperty("etcd")))).start();
		if (Boolean.getBoolean("frozen")) {
			server.freeze();
		}
		System.out.println("pid " + server.pid());
		System.out.println("directory " + server.directory());
		Thread.currentThread().join();
	}

}
