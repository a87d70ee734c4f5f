/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key: who the client is.
 */
final class ClientIdentity {

	private static final AtomicLong count = new AtomicLong();

	private final String alias = "identity-" + count.incrementAndGet();

	private final PrivateKey key;

	private final X509Certificate[] chain;

	private ClientIdentity(PrivateKey key, List<X509Certificate> chain) {
		this.key = key;
		this.chain = chain.toArray(X509Certificate[]::new);
	}

	/**
	 * Read a certificate with its key.
	 * @param chain the certificate, followed by its issuers
	 * @param key the key
	 * @param password the key's password, or {@code null}
	 * @return the identity
	 * @throws IllegalArgumentException if one cannot be read, or they do not fit together
	 */
	static ClientIdentity read(Pem chain, Pem key, @Nullable String password) {
		List<X509Certificate> certificates = chain.certificates();
		PrivateKey privateKey = PrivateKeyReader.read(key, password);
		if (!fit(certificates.get(0).getPublicKey(), privateKey)) {
			throw key.source()
				.bad("is not the key of the first certificate in " + chain.source(),
						"give the certificate first and its issuers after it, and the key that it was made for");
		}
		return new ClientIdentity(privateKey, certificates);
	}

	private static boolean fit(PublicKey publicKey, PrivateKey privateKey) {
		String algorithm = switch (privateKey.getAlgorithm()) {
			case "RSA" -> "SHA256withRSA";
			case "EC" -> "SHA256withECDSA";
			default -> privateKey.getAlgorithm();
		};
		try {
			byte[] text = { 1, 2, 3 };
			Signature signature = Signature.getInstance(algorithm);
			signature.initSign(privateKey);
			signature.update(text);
			byte[] signed = signature.sign();
			signature.initVerify(publicKey);
			signature.update(text);
			return signature.verify(signed);
		}
		catch (GeneralSecurityException ex) {
			return false;
		}
	}

	/**
	 * Return a name that no other identity has.
	 * @return the name
	 */
	String alias() {
		return this.alias;
	}

	PrivateKey key() {
		return this.key;
	}

	X509Certificate[] chain() {
		return this.chain.clone();
	}

	@Override
	public String toString() {
		return this.chain[0].getSubjectX500Principal() + ", valid until " + this.chain[0].getNotAfter().toInstant();
	}

}
