/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Makes keys for servers whose tokens are JSON web tokens.
 */
public final class WebTokenKeys {

	private WebTokenKeys() {
	}

	/**
	 * Make a pair of keys.
	 * @param folder where to put them
	 * @param seconds how long a token lives
	 * @return the argument for etcd
	 * @throws IOException if the keys cannot be written
	 */
	public static String argument(Path folder, int seconds) throws IOException {
		KeyPair keys;
		try {
			keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
		return "--auth-token=jwt,sign-method=RS256,ttl=" + seconds + "s,pub-key="
				+ pem(folder.resolve("public.pem"), "PUBLIC KEY", keys.getPublic().getEncoded()) + ",priv-key="
				+ pem(folder.resolve("private.pem"), "PRIVATE KEY", keys.getPrivate().getEncoded());
	}

	private static Path pem(Path file, String type, byte[] content) throws IOException {
		return Files.writeString(file,
				"-----BEGIN " + type + "-----\n"
						+ Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content) + "\n-----END " + type
						+ "-----\n");
	}

}
