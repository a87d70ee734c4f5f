/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;

/**
 * How {@code https} endpoints are trusted and how the client shows who it is. Without
 * options the system's certificate authorities are trusted and no client certificate is
 * sent. Immutable.
 *
 * @since 0.1.0
 */
public final class TlsOptions {

	/** The system's trust and no client certificate. */
	public static final TlsOptions SYSTEM = new Builder().build();

	private final List<TrustManager> trustManagers;

	private final List<KeyManager> keyManagers;

	private final @Nullable Path trustCertificates;

	private final @Nullable Path certificateChain;

	private final @Nullable Path privateKey;

	private TlsOptions(Builder builder) {
		this.trustManagers = builder.trustManagers;
		this.keyManagers = builder.keyManagers;
		this.trustCertificates = builder.trustCertificates;
		this.certificateChain = builder.certificateChain;
		this.privateKey = builder.privateKey;
	}

	/**
	 * Begin new options.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	ChannelCredentials toCredentials() {
		TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
		try {
			if (!this.trustManagers.isEmpty()) {
				credentials.trustManager(this.trustManagers.toArray(TrustManager[]::new));
			}
			if (this.trustCertificates != null) {
				credentials.trustManager(this.trustCertificates.toFile());
			}
			if (!this.keyManagers.isEmpty()) {
				credentials.keyManager(this.keyManagers.toArray(KeyManager[]::new));
			}
			if (this.certificateChain != null && this.privateKey != null) {
				credentials.keyManager(this.certificateChain.toFile(), privateKeyFile(this.privateKey));
			}
		}
		catch (IOException ex) {
			throw new IllegalArgumentException("A TLS file could not be read: " + ex.getMessage(), ex);
		}
		return credentials.build();
	}

	private static File privateKeyFile(Path privateKey) throws IOException {
		String pem = Files.readString(privateKey);
		if (!pem.contains("-----BEGIN PRIVATE KEY-----")) {
			throw new IllegalArgumentException(
					"'privateKey' " + privateKey + " is no unencrypted PKCS#8 key (BEGIN PRIVATE KEY); convert it with"
							+ " 'openssl pkcs8 -topk8 -nocrypt'");
		}
		return privateKey.toFile();
	}

	@Override
	public String toString() {
		boolean systemTrust = this.trustManagers.isEmpty() && this.trustCertificates == null;
		boolean anonymous = this.keyManagers.isEmpty() && this.certificateChain == null;
		return "TlsOptions[trust=" + (systemTrust ? "system" : "own") + ", clientCertificate=" + !anonymous + "]";
	}

	/**
	 * Builds {@link TlsOptions}. Not thread-safe.
	 */
	public static final class Builder {

		private List<TrustManager> trustManagers = List.of();

		private List<KeyManager> keyManagers = List.of();

		private @Nullable Path trustCertificates;

		private @Nullable Path certificateChain;

		private @Nullable Path privateKey;

		private Builder() {
		}

		/**
		 * Trust what these decide. A manager may change its mind later, as one does that
		 * reloads its certificates.
		 * @param trustManagers the trust managers; not empty
		 * @return this builder
		 */
		public Builder trustManagers(Collection<? extends TrustManager> trustManagers) {
			this.trustManagers = List
				.copyOf(Arguments.notNull(trustManagers, "trustManagers", "leave it out if there is none"));
			return this;
		}

		/**
		 * Show the client certificate of these.
		 * @param keyManagers the key managers
		 * @return this builder
		 */
		public Builder keyManagers(Collection<? extends KeyManager> keyManagers) {
			this.keyManagers = List
				.copyOf(Arguments.notNull(keyManagers, "keyManagers", "leave it out if there is none"));
			return this;
		}

		/**
		 * Trust the certificate authorities of a PEM file. Read when the client is built.
		 * @param file the file
		 * @return this builder
		 */
		public Builder trustCertificates(Path file) {
			this.trustCertificates = Arguments.notNull(file, "trustCertificates", "leave it out if there is none");
			return this;
		}

		/**
		 * Show the client certificate of PEM files. Read when the client is built.
		 * @param certificateChain the certificate, followed by its issuers
		 * @param privateKey its key, PKCS#8 and not encrypted
		 * @return this builder
		 */
		public Builder clientCertificate(Path certificateChain, Path privateKey) {
			this.certificateChain = Arguments.notNull(certificateChain, "certificateChain",
					"leave it out if there is none");
			this.privateKey = Arguments.notNull(privateKey, "privateKey", "leave it out if there is none");
			return this;
		}

		/**
		 * Build the options.
		 * @return the options
		 * @throws IllegalArgumentException if trust or the client certificate is given
		 * twice
		 */
		public TlsOptions build() {
			if (!this.trustManagers.isEmpty() && this.trustCertificates != null) {
				throw new IllegalArgumentException(
						"'trustManagers' and 'trustCertificates' are both given; give one of them");
			}
			if (!this.keyManagers.isEmpty() && this.certificateChain != null) {
				throw new IllegalArgumentException(
						"'keyManagers' and 'clientCertificate' are both given; give one of them");
			}
			return new TlsOptions(this);
		}

	}

}
