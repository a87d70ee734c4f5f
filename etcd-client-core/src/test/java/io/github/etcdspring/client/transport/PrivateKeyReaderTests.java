/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Private keys in the formats that OpenSSL has written over the years. The files in
 * {@code keys} are its work; the password of the encrypted ones is {@code secret}.
 */
class PrivateKeyReaderTests {

	static Path file(String name) throws Exception {
		return Path.of(PrivateKeyReaderTests.class.getResource("/keys/" + name).toURI());
	}

	private static PrivateKey read(PemSource source, @Nullable String password) {
		try (Pem pem = Pem.read(source)) {
			return PrivateKeyReader.read(pem, password);
		}
	}

	private static PrivateKey read(String name, @Nullable String password) throws Exception {
		return read(PemSource.of("privateKey", file(name)), password);
	}

	private static PrivateKey readText(String text) {
		return read(PemSource.ofText("privateKey", text), "secret");
	}

	// Two encodings of one key are not equal for the JDK.
	private static List<Object> numbers(PrivateKey key) {
		return (key instanceof ECPrivateKey ec) ? List.of(ec.getS(), ec.getParams().getCurve())
				: List.of(((RSAPrivateKey) key).getModulus(), ((RSAPrivateKey) key).getPrivateExponent());
	}

	@ParameterizedTest
	@CsvSource({ "rsa-pkcs1.pem, , rsa-pkcs8.pem", "ec-sec1.pem, , ec-pkcs8.pem", "ec384-sec1.pem, , ec384-pkcs8.pem",
			"ec521-sec1.pem, , ec521-pkcs8.pem", "ec-pkcs8-aes256.pem, secret, ec-pkcs8.pem",
			"ec-pkcs8-aes128-sha1.pem, secret, ec-pkcs8.pem", "rsa-pkcs8-default-encrypted.pem, secret, rsa-pkcs8.pem",
			"ec-pkcs8-pbes1.pem, secret, ec-pkcs8.pem", "ec-sec1.pem, not needed, ec-pkcs8.pem" })
	void formatsHoldTheSameKey(String name, @Nullable String password, String same) throws Exception {
		PrivateKey key = read(name, password);
		assertThat(numbers(key)).isEqualTo(numbers(read(same, null)));
		assertThat(key.getAlgorithm()).isEqualTo(name.startsWith("rsa") ? "RSA" : "EC");
	}

	@Test
	void keyOfAnotherKindIsRead() throws Exception {
		assertThat(read("ed25519-pkcs8.pem", null).getAlgorithm()).isEqualTo("EdDSA");
	}

	@Test
	void keyIsFoundAmongCertificates() throws Exception {
		String text = Files.readString(file("ec.crt")) + "some remark\r\n"
				+ Files.readString(file("ec-sec1.pem")).replace("\n", "\r\n") + Files.readString(file("rsa.crt"));
		assertThat(numbers(readText(text))).isEqualTo(numbers(read("ec-pkcs8.pem", null)));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "rsa-traditional-encrypted.pem | secret | Proc-Type: 4,ENCRYPTED | openssl pkcs8 -topk8",
					"ec-pkcs8-aes256.pem | | is an encrypted key | give its password",
					"ec-pkcs8-aes256.pem | wrong | with the password given | correct the password",
					"rsa-pkcs8-default-encrypted.pem | Wrong | with the password given | correct the password",
					"ec-pkcs8-des3.pem | secret | is encrypted | openssl pkcs8 -topk8 -v2 aes-256-cbc",
					"ec-pkcs8-scrypt.pem | secret | is encrypted | openssl pkcs8 -topk8 -v2 aes-256-cbc",
					"ec-sec1-explicit.pem | | without the name of its curve | named_curve",
					"ec.crt | | no private key but CERTIFICATE | openssl" })
	void keyThatCannotBeUsedIsRefusedWithFileAndFix(String name, @Nullable String password, String found, String fix)
			throws Exception {
		assertThatIllegalArgumentException().isThrownBy(() -> read(name, password))
			.withMessageContaining("'privateKey' " + file(name) + " ")
			.withMessageContaining(found)
			.withMessageContaining(fix)
			.withMessageNotContainingAny("secret", "rong")
			.withNoCause();
	}

	@Test
	void textThatIsNoKeyIsRefused() throws Exception {
		String key = Files.readString(file("ec-sec1.pem"));
		assertRefused("", "no content");
		assertRefused("/etc/etcd/client.key", "no PEM block that is complete");
		assertRefused(key.substring(0, key.length() - 40), "EC PARAMETERS");
		assertRefused(key + key, "2 private keys");
		assertRefused(key.replace("AwEHoUQD", "AwEHo!QD"), "not Base64");
		assertRefused(key.replace("AwEHoUQD", ""), "damaged");
		assertRefused(Certificates.pem("EC PRIVATE KEY", new byte[] { 0x30, (byte) 0x84, 0x7f }), "damaged");
		assertRefused(Certificates.pem("EC PRIVATE KEY", new byte[0]), "damaged");
		assertRefused(Certificates.pem("RSA PRIVATE KEY", new byte[] { 1 }), "damaged");
		assertRefused(Certificates.pem("ENCRYPTED PRIVATE KEY", new byte[] { 1 }), "is encrypted, but damaged");
		assertRefused(Certificates.pem("OPENSSH PRIVATE KEY", new byte[] { 1 }), "ssh-keygen -p -m PKCS8");
		assertRefused(Certificates.pem("DSA PRIVATE KEY", new byte[] { 1 }), "DSA PRIVATE KEY");
	}

	private static void assertRefused(String text, String found) {
		assertThatIllegalArgumentException().isThrownBy(() -> readText(text))
			.withMessageStartingWith("'privateKey' (PEM text) ")
			.withMessageContaining(found)
			.withMessageNotContaining("MHcCAQEE")
			.withNoCause();
	}

	@Test
	void damagedKeysAreRefusedAndNothingElseHappens() throws Exception {
		Random random = new Random(5);
		for (String name : new String[] { "ec-sec1.pem", "rsa-pkcs1.pem", "ec-pkcs8-aes128-sha1.pem" }) {
			byte[] content;
			String label;
			try (Pem pem = Pem.read(PemSource.of("privateKey", file(name)))) {
				Pem.Block block = pem.blocks().get(pem.blocks().size() - 1);
				content = pem.decode(block);
				label = block.label();
			}
			int refused = 0;
			for (int i = 0; i < 200; i++) {
				byte[] damaged = content.clone();
				damaged[random.nextInt(Math.min(damaged.length, 40))] ^= (byte) (1 << random.nextInt(8));
				try {
					readText(Certificates.pem(label, damaged));
				}
				catch (IllegalArgumentException ex) {
					refused++;
				}
			}
			assertThat(refused).as(name).isPositive();
		}
	}

}
