/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A certificate authority for tests, made with the JDK's keytool.
 */
final class Certificates {

	private static final String PASSWORD = "changeit";

	private final Path folder;

	private final String authority;

	private Certificates(Path folder, String authority) {
		this.folder = folder;
		this.authority = authority;
	}

	static Certificates authority(Path folder, String name) throws Exception {
		Certificates certificates = new Certificates(folder, name);
		certificates.generate(name, "-ext", "bc:critical=ca:true");
		certificates.writeCertificates(name);
		return certificates;
	}

	/**
	 * Issue a certificate.
	 * @param name the name of the files
	 * @param alternativeNames such as {@code dns:localhost,ip:127.0.0.1}
	 */
	Issued issue(String name, String alternativeNames) throws Exception {
		generate(name);
		keytool("-certreq", "-alias", name, "-keystore", store(name), "-file", file(name + ".csr"));
		keytool("-gencert", "-alias", this.authority, "-keystore", store(this.authority), "-infile",
				file(name + ".csr"), "-outfile", file(name + ".crt"), "-ext", "san=" + alternativeNames, "-validity",
				"30");
		keytool("-importcert", "-noprompt", "-alias", this.authority, "-keystore", store(name), "-file",
				file(this.authority + ".pem"));
		keytool("-importcert", "-noprompt", "-alias", name, "-keystore", store(name), "-file", file(name + ".crt"));
		writeCertificates(name);
		Path key = this.folder.resolve(name + ".key");
		Files.writeString(key, pem("PRIVATE KEY", load(name).getKey(name, PASSWORD.toCharArray()).getEncoded()));
		return new Issued(this.folder.resolve(name + ".pem"), key);
	}

	Path trust() {
		return this.folder.resolve(this.authority + ".pem");
	}

	KeyStore trustStore() throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		store.setCertificateEntry("ca", load(this.authority).getCertificate(this.authority));
		return store;
	}

	private void generate(String name, String... more) throws Exception {
		List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", name, "-keyalg", "EC", "-groupname",
				"secp256r1", "-dname", "CN=" + name, "-validity", "30", "-keystore", store(name)));
		arguments.addAll(List.of(more));
		keytool(arguments.toArray(String[]::new));
	}

	private void writeCertificates(String name) throws GeneralSecurityException, IOException {
		StringBuilder text = new StringBuilder();
		for (Certificate certificate : load(name).getCertificateChain(name)) {
			text.append(pem("CERTIFICATE", certificate.getEncoded()));
		}
		Files.writeString(this.folder.resolve(name + ".pem"), text);
	}

	private KeyStore load(String name) throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(Path.of(store(name)))) {
			store.load(in, PASSWORD.toCharArray());
		}
		return store;
	}

	private static String pem(String type, byte[] content) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content)
				+ "\n-----END " + type + "-----\n";
	}

	private String store(String name) {
		return file(name + ".p12");
	}

	private String file(String name) {
		return this.folder.resolve(name).toString();
	}

	private static void keytool(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		command.addAll(List.of(arguments));
		command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor()).as(output).isZero();
	}

	record Issued(Path chain, Path key) {
	}

}
