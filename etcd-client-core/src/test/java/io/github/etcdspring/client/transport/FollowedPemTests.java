/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * PEM files that change while they are in use.
 */
class FollowedPemTests {

	@TempDir
	private Path folder;

	private Certificates authority;

	private Path chain;

	private Path key;

	@BeforeEach
	void issueFirst() throws Exception {
		this.authority = Certificates.authority(this.folder, "authority");
		Certificates.Issued first = this.authority.issue("first", "dns:first");
		this.chain = Files.copy(first.chain(), this.folder.resolve("used.pem"));
		this.key = Files.copy(first.key(), this.folder.resolve("used.key"));
	}

	private IdentityKeyManager follow() {
		return new IdentityKeyManager(new FollowedPem<>(
				List.of(PemSource.of("certificateChain", this.chain), PemSource.of("privateKey", this.key)),
				(pems) -> ClientIdentity.read(pems.get(0), pems.get(1), null)));
	}

	private static String shown(IdentityKeyManager manager) {
		String alias = manager.chooseEngineClientAlias(new String[] { "EC" }, null, null);
		return subject(manager, alias);
	}

	private static String subject(IdentityKeyManager manager, String alias) {
		return Objects.requireNonNull(manager.getCertificateChain(alias))[0].getSubjectX500Principal().getName();
	}

	// In place, and with the time of the file as it was.
	private static void replace(Path file, Path with) throws Exception {
		FileTime time = Files.getLastModifiedTime(file);
		Files.write(file, Files.readAllBytes(with));
		Files.setLastModifiedTime(file, time);
	}

	@Test
	void changedFilesAreUsedWhenTheyFitTogether() throws Exception {
		IdentityKeyManager manager = follow();
		assertThat(shown(manager)).isEqualTo("CN=first");
		Certificates.Issued second = this.authority.issue("second", "dns:second");
		try (LogLines log = new LogLines()) {
			replace(this.chain, second.chain());
			assertThat(shown(manager)).isEqualTo("CN=first");
			assertThat(shown(manager)).isEqualTo("CN=first");
			assertThat(log.lines()).singleElement()
				.asString()
				.startsWith("WARN Changed TLS files cannot be used, the old certificates stay in use: 'privateKey' "
						+ this.key + " is not the key of the first certificate in 'certificateChain' " + this.chain);
			replace(this.key, second.key());
			assertThat(shown(manager)).isEqualTo("CN=second");
			assertThat(shown(manager)).isEqualTo("CN=second");
			assertThat(log.lines()).hasSize(2)
				.last()
				.asString()
				.startsWith("INFO Changed TLS files are used from now on: ")
				.contains("CN=second, valid until ");
		}
	}

	@Test
	void filesThatAreBrokenOrGoneAreOneWarningAndChangeNothing() throws Exception {
		IdentityKeyManager manager = follow();
		byte[] good = Files.readAllBytes(this.key);
		try (LogLines log = new LogLines()) {
			Files.writeString(this.key, "");
			for (int i = 0; i < 5; i++) {
				assertThat(shown(manager)).isEqualTo("CN=first");
			}
			assertThat(log.lines()).singleElement().asString().contains("no private key but no content");
			Files.delete(this.key);
			for (int i = 0; i < 5; i++) {
				assertThat(shown(manager)).isEqualTo("CN=first");
			}
			assertThat(log.lines()).hasSize(2).last().asString().contains("does not exist");
			Files.write(this.key, good);
			assertThat(shown(manager)).isEqualTo("CN=first");
			assertThat(log.lines()).hasSize(2);
			Files.delete(this.key);
			assertThat(shown(manager)).isEqualTo("CN=first");
			assertThat(log.lines()).hasSize(3);
			assertThat(log.lines()).noneMatch((line) -> line.contains("BEGIN"));
		}
	}

	@Test
	void handshakeEndsWithTheCertificateThatItBeganWith() throws Exception {
		IdentityKeyManager manager = follow();
		String began = manager.chooseEngineClientAlias(new String[] { "EC" }, null, null);
		Certificates.Issued second = this.authority.issue("second", "dns:second");
		replace(this.chain, second.chain());
		replace(this.key, second.key());
		assertThat(shown(manager)).isEqualTo("CN=second");
		assertThat(subject(manager, began)).isEqualTo("CN=first");
		assertThat(manager.getPrivateKey(began)).isNotNull()
			.isNotEqualTo(manager.getPrivateKey(manager.chooseEngineClientAlias(new String[] { "EC" }, null, null)));
		assertThat(manager.getPrivateKey("another")).isNull();
	}

}
