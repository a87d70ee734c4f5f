/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

import io.grpc.Status;

/**
 * A password as the store keeps it: salted and hashed, never in clear text.
 */
final class StoredPassword {

	/**
	 * What users without a password have: nothing matches it.
	 */
	static final StoredPassword NONE = new StoredPassword(new byte[0], new byte[0]);

	/**
	 * The longest password that bcrypt, which etcd uses, accepts.
	 */
	private static final int MAX_BYTES = 72;

	// a server for tests: the passwords are test data, and logins should cost nothing
	private static final int ITERATIONS = 500;

	private static final int HASH_BITS = 256;

	private static final SecureRandom RANDOM = new SecureRandom();

	private final byte[] salt;

	private final byte[] hash;

	private StoredPassword(byte[] salt, byte[] hash) {
		this.salt = salt;
		this.hash = hash;
	}

	/**
	 * Hashes a password.
	 * @param password the password, possibly empty
	 * @return the hash with a new salt
	 * @throws io.grpc.StatusRuntimeException if it has more than 72 bytes, with bcrypt's
	 * text
	 */
	static StoredPassword of(String password) {
		byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
		if (bytes.length > MAX_BYTES) {
			throw Status.UNKNOWN.withDescription("bcrypt: password length exceeds 72 bytes").asRuntimeException();
		}
		byte[] salt = new byte[16];
		RANDOM.nextBytes(salt);
		return new StoredPassword(salt, hash(bytes, salt));
	}

	/**
	 * Takes a hash that the client made. Its form is bcrypt's, which the JDK does not
	 * know, so nobody can log in with it; only its encoding is checked, as etcd does.
	 * @param encoded the hash, base64
	 * @return a password that matches nothing
	 */
	static StoredPassword hashed(String encoded) {
		try {
			Base64.getDecoder().decode(encoded);
			return NONE;
		}
		catch (IllegalArgumentException ex) {
			throw AuthStore.noPasswordUser();
		}
	}

	/**
	 * Returns whether this is the given password.
	 * @param password the password to compare with
	 * @return {@code true} if it matches
	 */
	boolean matches(String password) {
		if (this.hash.length == 0) {
			return false;
		}
		byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
		// bcrypt compares the first 72 bytes and does not look at the rest
		byte[] known = (bytes.length > MAX_BYTES) ? Arrays.copyOf(bytes, MAX_BYTES) : bytes;
		return MessageDigest.isEqual(this.hash, hash(known, this.salt));
	}

	private static byte[] hash(byte[] password, byte[] salt) {
		// hex, since a key specification takes characters: every byte string has one form
		char[] characters = ("p" + HexFormat.of().formatHex(password)).toCharArray();
		PBEKeySpec spec = new PBEKeySpec(characters, salt, ITERATIONS, HASH_BITS);
		try {
			return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("This JVM has no PBKDF2WithHmacSHA256", ex);
		}
		finally {
			spec.clearPassword();
		}
	}

	@Override
	public String toString() {
		return "StoredPassword";
	}

}
