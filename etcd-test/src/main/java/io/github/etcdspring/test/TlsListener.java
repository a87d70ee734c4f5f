/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Where a server listens for clients that use TLS, besides where it listens without.
 *
 * @param port the port
 * @param certificate the file with the certificate
 * @param key the file with its key
 * @param clientAuthority the file with the authorities that clients must have a
 * certificate of, or {@code null} if they need none
 */
record TlsListener(int port, Path certificate, Path key, @Nullable Path clientAuthority) {

	String url() {
		return "https://127.0.0.1:" + this.port;
	}

	List<String> arguments() {
		List<String> arguments = new ArrayList<>();
		arguments.add("--cert-file=" + this.certificate);
		arguments.add("--key-file=" + this.key);
		if (this.clientAuthority != null) {
			arguments.add("--client-cert-auth");
			arguments.add("--trusted-ca-file=" + this.clientAuthority);
		}
		return arguments;
	}

}
