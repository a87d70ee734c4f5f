/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;

/**
 * Trusts what another trust manager trusts, and says in words what is wrong with what it
 * does not.
 */
final class ExplainingTrustManager extends X509ExtendedTrustManager {

	private final Supplier<X509ExtendedTrustManager> delegate;

	private final TlsSessions sessions;

	private ExplainingTrustManager(Supplier<X509ExtendedTrustManager> delegate, TlsSessions sessions) {
		this.delegate = delegate;
		this.sessions = sessions;
	}

	/**
	 * Trust what an application's trust manager trusts.
	 * @param manager the trust manager
	 * @param sessions told of each handshake
	 * @return a trust manager that explains itself, if it can be done
	 */
	static TrustManager of(TrustManager manager, TlsSessions sessions) {
		return (manager instanceof X509ExtendedTrustManager extended)
				? new ExplainingTrustManager(() -> extended, sessions) : manager;
	}

	/**
	 * Trust the authorities of PEM files, as they are at each handshake.
	 * @param source the certificates
	 * @param sessions told of each handshake
	 * @return the trust manager
	 * @throws IllegalArgumentException if they cannot be read
	 */
	static TrustManager of(PemSource source, TlsSessions sessions) {
		FollowedPem<Authorities> authorities = new FollowedPem<>(List.of(source),
				(pems) -> new Authorities(pems.get(0).certificates()));
		return new ExplainingTrustManager(() -> authorities.current().trustManager, sessions);
	}

	/**
	 * Trust what the JVM trusts.
	 * @param sessions told of each handshake
	 * @return the trust manager
	 */
	static TrustManager system(TlsSessions sessions) {
		return of(trustManager(null), sessions);
	}

	private static X509ExtendedTrustManager trustManager(@Nullable KeyStore store) {
		try {
			TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			factory.init(store);
			return Arrays.stream(factory.getTrustManagers())
				.filter(X509ExtendedTrustManager.class::isInstance)
				.map(X509ExtendedTrustManager.class::cast)
				.findFirst()
				.orElseThrow(() -> new IllegalStateException("The JVM has no trust manager for X.509"));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The JVM cannot make a trust manager", ex);
		}
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
			throws CertificateException {
		this.sessions.remember(engine);
		try {
			this.delegate.get().checkServerTrusted(chain, authType, engine);
		}
		catch (CertificateException ex) {
			throw RefusedCertificate.explain(chain, engine.getPeerHost(), ex);
		}
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
			throws CertificateException {
		try {
			this.delegate.get().checkServerTrusted(chain, authType, socket);
		}
		catch (CertificateException ex) {
			throw RefusedCertificate.explain(chain, null, ex);
		}
	}

	@Override
	public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
		try {
			this.delegate.get().checkServerTrusted(chain, authType);
		}
		catch (CertificateException ex) {
			throw RefusedCertificate.explain(chain, null, ex);
		}
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
			throws CertificateException {
		this.delegate.get().checkClientTrusted(chain, authType, engine);
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
			throws CertificateException {
		this.delegate.get().checkClientTrusted(chain, authType, socket);
	}

	@Override
	public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
		this.delegate.get().checkClientTrusted(chain, authType);
	}

	@Override
	public X509Certificate[] getAcceptedIssuers() {
		return this.delegate.get().getAcceptedIssuers();
	}

	/**
	 * Who is trusted.
	 */
	private static final class Authorities {

		private final List<X509Certificate> certificates;

		private final X509ExtendedTrustManager trustManager;

		Authorities(List<X509Certificate> certificates) {
			this.certificates = certificates;
			try {
				KeyStore store = KeyStore.getInstance("PKCS12");
				store.load(null, null);
				for (int i = 0; i < certificates.size(); i++) {
					store.setCertificateEntry("authority-" + i, certificates.get(i));
				}
				this.trustManager = trustManager(store);
			}
			catch (GeneralSecurityException | IOException ex) {
				throw new IllegalStateException("The JVM cannot keep certificates", ex);
			}
		}

		@Override
		public String toString() {
			return this.certificates.size() + " trusted, the first is "
					+ this.certificates.get(0).getSubjectX500Principal();
		}

	}

}
