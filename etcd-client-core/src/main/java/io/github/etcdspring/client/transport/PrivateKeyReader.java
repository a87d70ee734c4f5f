/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;

import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

import org.jspecify.annotations.Nullable;

/**
 * Reads the private key of a PEM text: PKCS#8, encrypted or not, PKCS#1 or SEC1.
 */
final class PrivateKeyReader {

	private static final byte[] RSA_ALGORITHM = Der.encode(Der.SEQUENCE,
			new byte[] { 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01 },
			new byte[] { 0x05, 0x00 });

	private static final byte[] EC_ALGORITHM = { 0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01 };

	private static final byte[] VERSION = { Der.INTEGER, 0x01, 0x00 };

	private static final int PARAMETERS = 0xa0;

	private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

	private static final String CONVERT = "convert it with 'openssl pkcs8 -topk8 -v2 aes-256-cbc', or with"
			+ " 'openssl pkcs8 -topk8 -nocrypt'";

	private final Pem pem;

	private final @Nullable String password;

	private PrivateKeyReader(Pem pem, @Nullable String password) {
		this.pem = pem;
		this.password = password;
	}

	/**
	 * Read the key.
	 * @param pem the text
	 * @param password the password, or {@code null}; not used if the key is not encrypted
	 * @return the key
	 * @throws IllegalArgumentException if there is no key, more than one, or one that
	 * cannot be read
	 */
	static PrivateKey read(Pem pem, @Nullable String password) {
		List<Pem.Block> keys = pem.blocks().stream().filter((block) -> block.label().endsWith("PRIVATE KEY")).toList();
		if (keys.isEmpty()) {
			throw pem.source()
				.bad("has no private key but " + pem.found(), "give PEM (PKCS#8, PKCS#1 or SEC1), such as"
						+ " 'openssl pkcs8 -topk8' or, of a PKCS#12 file, 'openssl pkcs12 -nocerts' writes");
		}
		if (keys.size() > 1) {
			throw pem.source().bad("has " + keys.size() + " private keys", "leave the one of the certificate");
		}
		PrivateKeyReader reader = new PrivateKeyReader(pem, password);
		return reader.read(keys.get(0));
	}

	private PrivateKey read(Pem.Block block) {
		if (block.headers()) {
			throw this.pem.source().bad("is encrypted in OpenSSL's old format (Proc-Type: 4,ENCRYPTED)", CONVERT);
		}
		byte[] encoded = switch (block.label()) {
			case "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY" -> this.pem.decode(block);
			case "OPENSSH PRIVATE KEY" ->
				throw this.pem.source().bad("is a key of OpenSSH", "convert a copy with 'ssh-keygen -p -m PKCS8'");
			default -> throw this.pem.source().bad("has a " + block.label(), "give an RSA or EC key");
		};
		byte[] key = encoded;
		try {
			key = switch (block.label()) {
				case "ENCRYPTED PRIVATE KEY" -> decrypt(encoded);
				case "RSA PRIVATE KEY" -> pkcs8(RSA_ALGORITHM, encoded);
				case "EC PRIVATE KEY" -> pkcs8(ecAlgorithm(encoded), encoded);
				default -> encoded;
			};
			return generate(key, block.label());
		}
		finally {
			Arrays.fill(key, (byte) 0);
			Arrays.fill(encoded, (byte) 0);
		}
	}

	private static byte[] pkcs8(byte[] algorithm, byte[] key) {
		byte[] octets = Der.encode(Der.OCTET_STRING, key);
		try {
			return Der.encode(Der.SEQUENCE, VERSION, algorithm, octets);
		}
		finally {
			Arrays.fill(octets, (byte) 0);
		}
	}

	// What SEC1 may say within the key, PKCS#8 must say before it: the curve.
	private byte[] ecAlgorithm(byte[] encoded) {
		Der key;
		try {
			key = Der.of(encoded).next(Der.SEQUENCE);
			key.next(Der.INTEGER);
			key.next(Der.OCTET_STRING);
			if (key.isNext(PARAMETERS)) {
				Der parameters = key.next(PARAMETERS);
				if (!parameters.isNext(Der.SEQUENCE)) {
					return Der.encode(Der.SEQUENCE, EC_ALGORITHM, parameters.rest());
				}
			}
		}
		catch (IllegalArgumentException ex) {
			throw this.pem.source()
				.bad("has a damaged EC PRIVATE KEY (" + ex.getMessage() + ")", "copy the file again");
		}
		throw this.pem.source()
			.bad("has an EC key without the name of its curve",
					"use a named curve, as 'openssl ecparam -genkey -name prime256v1 -param_enc named_curve' does");
	}

	private byte[] decrypt(byte[] encoded) {
		if (this.password == null) {
			throw this.pem.source()
				.bad("is an encrypted key",
						"give its password with it, or decrypt it with" + " 'openssl pkcs8 -topk8 -nocrypt'");
		}
		if (this.password.chars().anyMatch((each) -> each > 0x7e)) {
			throw this.pem.source()
				.bad("cannot be decrypted with the password given, which has characters beyond ASCII",
						"encrypt the key with another password");
		}
		PBEKeySpec secret = new PBEKeySpec(this.password.toCharArray());
		try {
			EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encoded);
			AlgorithmParameters parameters = info.getAlgParameters();
			// The parameters of PBES2 are called like the algorithm that they choose.
			String algorithm = (parameters != null && info.getAlgName().contains("PBES2")) ? parameters.toString()
					: info.getAlgName();
			SecretKey key = SecretKeyFactory.getInstance(algorithm).generateSecret(secret);
			Cipher cipher = Cipher.getInstance(algorithm);
			cipher.init(Cipher.DECRYPT_MODE, key, parameters);
			return cipher.doFinal(info.getEncryptedData());
		}
		catch (BadPaddingException | InvalidKeyException ex) {
			throw wrongPassword();
		}
		catch (GeneralSecurityException | IOException ex) {
			throw this.pem.source()
				.bad("is encrypted, but damaged or with an algorithm that this JVM does not have", CONVERT);
		}
		finally {
			secret.clearPassword();
		}
	}

	private IllegalArgumentException wrongPassword() {
		return this.pem.source().bad("cannot be decrypted with the password given", "correct the password");
	}

	private PrivateKey generate(byte[] pkcs8, String label) {
		PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
		for (String algorithm : ALGORITHMS) {
			try {
				return KeyFactory.getInstance(algorithm).generatePrivate(spec);
			}
			catch (InvalidKeySpecException | NoSuchAlgorithmException ex) {
				// Of another kind, perhaps.
			}
		}
		if (label.startsWith("ENCRYPTED")) {
			// One wrong password in 256 ends in something that looks decrypted.
			throw wrongPassword();
		}
		throw this.pem.source()
			.bad("has a key that is damaged, or of a kind that this JVM does not know",
					"give an RSA key, or an EC key of the curve P-256, P-384 or P-521");
	}

}
