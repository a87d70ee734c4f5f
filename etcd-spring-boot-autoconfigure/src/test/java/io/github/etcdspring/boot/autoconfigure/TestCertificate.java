/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * A key with a certificate for this machine that it has signed itself, by the JDK's
 * keytool.
 */
final class TestCertificate {

	private static final String PASSWORD = "changeit";

	private final KeyStore keyStore;

	private final KeyStore trustStore;

	private TestCertificate(KeyStore keyStore, KeyStore trustStore) {
		this.keyStore = keyStore;
		this.trustStore = trustStore;
	}

	static TestCertificate create(Path folder, String name)
			throws IOException, InterruptedException, GeneralSecurityException {
		Path file = folder.resolve(name + ".p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name, "-validity", "2", "-ext",
				"SAN=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass",
				PASSWORD)
			.redirectErrorStream(true)
			.start();
		String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (keytool.waitFor() != 0) {
			throw new IllegalStateException("keytool failed: " + output);
		}
		KeyStore keyStore = KeyStore.getInstance("PKCS12");
		try (InputStream input = Files.newInputStream(file)) {
			keyStore.load(input, PASSWORD.toCharArray());
		}
		KeyStore trustStore = KeyStore.getInstance("PKCS12");
		trustStore.load(null, null);
		trustStore.setCertificateEntry(name, certificate(keyStore, name));
		return new TestCertificate(keyStore, trustStore);
	}

	private static Certificate certificate(KeyStore store, String name) throws GeneralSecurityException {
		return store.getCertificate(name);
	}

	/**
	 * Return a bundle that shows this certificate and trusts another.
	 * @param trusted the other
	 * @return the bundle
	 */
	SslBundle bundleTrusting(TestCertificate trusted) {
		return SslBundle.of(SslStoreBundle.of(this.keyStore, PASSWORD, trusted.trustStore), SslBundleKey.of(PASSWORD));
	}

	/**
	 * Return a bundle that trusts this certificate and shows none.
	 * @return the bundle
	 */
	SslBundle trustingBundle() {
		return SslBundle.of(SslStoreBundle.of(null, null, this.trustStore));
	}

}
