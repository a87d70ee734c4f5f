/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

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
 * sent.
 * <p>
 * PEM files are read when the client is built, which fails if they cannot be used, and
 * again for each new connection: certificates can be replaced while the client runs.
 * Connections that are open stay as they are. If new files cannot be used, such as a
 * certificate whose key has not been written yet, the old certificates stay in use, and
 * one line at WARN says what is wrong.
 * <p>
 * Immutable. Keys and passwords appear in no text and no exception.
 *
 * @since 0.1.0
 */
public final class TlsOptions {

	/** The system's trust and no client certificate. */
	public static final TlsOptions SYSTEM = new Builder().build();

	private final List<TrustManager> trustManagers;

	private final List<KeyManager> keyManagers;

	private final @Nullable PemSource trustCertificates;

	private final @Nullable Identity identity;

	private TlsOptions(Builder builder) {
		this.trustManagers = builder.trustManagers;
		this.keyManagers = builder.keyManagers;
		this.trustCertificates = builder.trustCertificates;
		this.identity = builder.identity;
	}

	/**
	 * Begin new options.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Read the files.
	 * @param sessions told of each handshake
	 * @return the credentials of the channels
	 * @throws IllegalArgumentException if a file cannot be used
	 */
	ChannelCredentials toCredentials(TlsSessions sessions) {
		TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
		if (!this.trustManagers.isEmpty()) {
			credentials.trustManager(this.trustManagers.stream()
				.map((manager) -> ExplainingTrustManager.of(manager, sessions))
				.toArray(TrustManager[]::new));
		}
		else {
			credentials.trustManager(
					(this.trustCertificates != null) ? ExplainingTrustManager.of(this.trustCertificates, sessions)
							: ExplainingTrustManager.system(sessions));
		}
		if (!this.keyManagers.isEmpty()) {
			credentials.keyManager(this.keyManagers.toArray(KeyManager[]::new));
		}
		if (this.identity != null) {
			credentials.keyManager(this.identity.keyManager());
		}
		return credentials.build();
	}

	@Override
	public String toString() {
		boolean systemTrust = this.trustManagers.isEmpty() && this.trustCertificates == null;
		boolean anonymous = this.keyManagers.isEmpty() && this.identity == null;
		return "TlsOptions[trust=" + (systemTrust ? "system" : "own") + ", clientCertificate=" + !anonymous + "]";
	}

	/**
	 * Builds {@link TlsOptions}. Not thread-safe.
	 */
	public static final class Builder {

		private List<TrustManager> trustManagers = List.of();

		private List<KeyManager> keyManagers = List.of();

		private @Nullable PemSource trustCertificates;

		private @Nullable Identity identity;

		private Builder() {
		}

		/**
		 * Trust what these decide. A manager may change its mind later, as one does that
		 * reloads its certificates: it is asked for each connection, if it is an
		 * {@link javax.net.ssl.X509ExtendedTrustManager X509ExtendedTrustManager}. With
		 * another kind TLS may resume a session without asking.
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
		 * Trust the certificate authorities of a PEM file, and no others. To replace an
		 * authority, let the file have both until all servers have their new
		 * certificates.
		 * @param file the file, with one or more certificates
		 * @return this builder
		 */
		public Builder trustCertificates(Path file) {
			this.trustCertificates = PemSource.of("trustCertificates",
					Arguments.notNull(file, "trustCertificates", "leave it out if there is none"));
			return this;
		}

		/**
		 * Trust certificate authorities, and no others.
		 * @param pem one or more certificates, as a PEM file has them
		 * @return this builder
		 */
		public Builder trustCertificatesPem(String pem) {
			this.trustCertificates = PemSource.ofText("trustCertificates",
					Arguments.notNull(pem, "trustCertificates", "leave it out if there is none"));
			return this;
		}

		/**
		 * Show the client certificate of PEM files, which may be one file. Whatever
		 * authorities the server names, it is shown.
		 * @param certificateChain the certificate, followed by its issuers
		 * @param privateKey its key: PKCS#8, PKCS#1 (RSA) or SEC1 (EC), not encrypted
		 * @return this builder
		 */
		public Builder clientCertificate(Path certificateChain, Path privateKey) {
			this.identity = new Identity(
					PemSource.of("certificateChain", present(certificateChain, "certificateChain")),
					PemSource.of("privateKey", present(privateKey, "privateKey")), null);
			return this;
		}

		/**
		 * Show the client certificate of PEM files, with an encrypted key.
		 * @param certificateChain the certificate, followed by its issuers
		 * @param privateKey its key: encrypted PKCS#8. The old format of OpenSSL
		 * ({@code Proc-Type: 4,ENCRYPTED}) is refused
		 * @param keyPassword the password of the key, with which it is decrypted again
		 * when it has changed; not used if the key is not encrypted
		 * @return this builder
		 */
		public Builder clientCertificate(Path certificateChain, Path privateKey, String keyPassword) {
			this.identity = new Identity(
					PemSource.of("certificateChain", present(certificateChain, "certificateChain")),
					PemSource.of("privateKey", present(privateKey, "privateKey")), present(keyPassword, "keyPassword"));
			return this;
		}

		/**
		 * Show a client certificate.
		 * @param certificateChain the certificate, followed by its issuers, as a PEM file
		 * has them
		 * @param privateKey its key, as in {@link #clientCertificate(Path, Path)}
		 * @return this builder
		 */
		public Builder clientCertificatePem(String certificateChain, String privateKey) {
			this.identity = new Identity(
					PemSource.ofText("certificateChain", present(certificateChain, "certificateChain")),
					PemSource.ofText("privateKey", present(privateKey, "privateKey")), null);
			return this;
		}

		/**
		 * Show a client certificate with an encrypted key.
		 * @param certificateChain the certificate, followed by its issuers, as a PEM file
		 * has them
		 * @param privateKey its key, as in {@link #clientCertificate(Path, Path, String)}
		 * @param keyPassword the password of the key
		 * @return this builder
		 */
		public Builder clientCertificatePem(String certificateChain, String privateKey, String keyPassword) {
			this.identity = new Identity(
					PemSource.ofText("certificateChain", present(certificateChain, "certificateChain")),
					PemSource.ofText("privateKey", present(privateKey, "privateKey")),
					present(keyPassword, "keyPassword"));
			return this;
		}

		private static <T> T present(@Nullable T argument, String name) {
			return Arguments.notNull(argument, name, "leave it out if there is none");
		}

		/**
		 * Build the options. Files are not read yet: that is done for each client that is
		 * built with the options.
		 * @return the options
		 * @throws IllegalArgumentException if trust or the client certificate is given
		 * twice
		 */
		public TlsOptions build() {
			if (!this.trustManagers.isEmpty() && this.trustCertificates != null) {
				throw new IllegalArgumentException(
						"'trustManagers' and 'trustCertificates' are both given; give one of them");
			}
			if (!this.keyManagers.isEmpty() && this.identity != null) {
				throw new IllegalArgumentException(
						"'keyManagers' and 'clientCertificate' are both given; give one of them");
			}
			return new TlsOptions(this);
		}

	}

	/**
	 * Where the client certificate comes from.
	 */
	private static final class Identity {

		private final PemSource chain;

		private final PemSource key;

		private final @Nullable String password;

		Identity(PemSource chain, PemSource key, @Nullable String password) {
			this.chain = chain;
			this.key = key;
			this.password = password;
		}

		KeyManager keyManager() {
			return new IdentityKeyManager(new FollowedPem<>(List.of(this.chain, this.key),
					(pems) -> ClientIdentity.read(pems.get(0), pems.get(1), this.password)));
		}

	}

}
