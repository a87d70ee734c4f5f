/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.function.BiFunction;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;

/**
 * The trust and key managers of an SSL bundle that is reloaded when its files change. The
 * next handshake uses the new certificates; connections that are open stay as they are.
 */
final class ReloadingSslManagers implements SslManagerBundle {

	private volatile SslManagerBundle current;

	private volatile X509ExtendedTrustManager trustManager;

	private volatile KeyManagers keyManagers;

	private ReloadingSslManagers(SslBundle bundle) {
		this.current = bundle.getManagers();
		this.trustManager = find(this.current.getTrustManagers(), X509ExtendedTrustManager.class);
		X509ExtendedKeyManager keyManager = find(this.current.getKeyManagers(), X509ExtendedKeyManager.class);
		this.keyManagers = new KeyManagers(0, keyManager, keyManager);
	}

	/**
	 * Return a bundle that follows the updates of a registered one.
	 * @param bundles the registered bundles
	 * @param name the name of the bundle
	 * @return the bundle
	 * @throws org.springframework.boot.ssl.NoSuchSslBundleException if there is none of
	 * this name
	 */
	static SslBundle bundle(SslBundles bundles, String name) {
		SslBundle bundle = bundles.getBundle(name);
		ReloadingSslManagers managers = new ReloadingSslManagers(bundle);
		bundles.addBundleUpdateHandler(name, managers::update);
		return SslBundle.of(bundle.getStores(), bundle.getKey(), bundle.getOptions(), bundle.getProtocol(), managers);
	}

	private synchronized void update(SslBundle bundle) {
		SslManagerBundle updated = bundle.getManagers();
		X509ExtendedTrustManager newTrustManager = find(updated.getTrustManagers(), X509ExtendedTrustManager.class);
		X509ExtendedKeyManager newKeyManager = find(updated.getKeyManagers(), X509ExtendedKeyManager.class);
		KeyManagers before = this.keyManagers;
		this.keyManagers = new KeyManagers(before.generation() + 1, newKeyManager, before.current());
		this.trustManager = newTrustManager;
		this.current = updated;
	}

	private static <T> T find(Object[] managers, Class<T> type) {
		for (Object manager : managers) {
			if (type.isInstance(manager)) {
				return type.cast(manager);
			}
		}
		throw new IllegalStateException("The SSL bundle has no " + type.getSimpleName());
	}

	@Override
	public KeyManager[] getKeyManagers() {
		return new KeyManager[] { new CurrentKeyManager() };
	}

	@Override
	public KeyManagerFactory getKeyManagerFactory() {
		return this.current.getKeyManagerFactory();
	}

	@Override
	public TrustManager[] getTrustManagers() {
		return new TrustManager[] { new CurrentTrustManager() };
	}

	@Override
	public TrustManagerFactory getTrustManagerFactory() {
		return this.current.getTrustManagerFactory();
	}

	/**
	 * Asks the trust manager of the moment.
	 */
	private final class CurrentTrustManager extends X509ExtendedTrustManager {

		private X509ExtendedTrustManager now() {
			return ReloadingSslManagers.this.trustManager;
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
				throws CertificateException {
			now().checkClientTrusted(chain, authType, socket);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
				throws CertificateException {
			now().checkServerTrusted(chain, authType, socket);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
				throws CertificateException {
			now().checkClientTrusted(chain, authType, engine);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
				throws CertificateException {
			now().checkServerTrusted(chain, authType, engine);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
			now().checkClientTrusted(chain, authType);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
			now().checkServerTrusted(chain, authType);
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return now().getAcceptedIssuers();
		}

	}

	/**
	 * The key manager of the moment and the one before, and how an alias tells which one
	 * it is of: a handshake ends with the certificate that it began with.
	 *
	 * @param generation counts updates
	 * @param current the key manager of the moment
	 * @param previous the one before
	 */
	private record KeyManagers(long generation, X509ExtendedKeyManager current, X509ExtendedKeyManager previous) {

		@Nullable String name(@Nullable String alias) {
			return (alias != null) ? this.generation + ":" + alias : null;
		}

		String @Nullable [] names(String @Nullable [] aliases) {
			return (aliases != null) ? Arrays.stream(aliases).map(this::name).toArray(String[]::new) : null;
		}

		<T> @Nullable T find(String name, BiFunction<X509ExtendedKeyManager, String, @Nullable T> lookup) {
			String alias = name.substring(name.indexOf(':') + 1);
			if (name.equals(this.generation + ":" + alias)) {
				return lookup.apply(this.current, alias);
			}
			return name.equals((this.generation - 1) + ":" + alias) ? lookup.apply(this.previous, alias) : null;
		}

	}

	/**
	 * Asks the key manager of the moment.
	 */
	private final class CurrentKeyManager extends X509ExtendedKeyManager {

		private KeyManagers now() {
			return ReloadingSslManagers.this.keyManagers;
		}

		@Override
		public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
			KeyManagers now = now();
			return now.names(now.current().getClientAliases(keyType, issuers));
		}

		@Override
		public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
				@Nullable Socket socket) {
			KeyManagers now = now();
			return now.name(now.current().chooseClientAlias(keyTypes, issuers, socket));
		}

		@Override
		public @Nullable String chooseEngineClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
				@Nullable SSLEngine engine) {
			KeyManagers now = now();
			return now.name(now.current().chooseEngineClientAlias(keyTypes, issuers, engine));
		}

		@Override
		public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
			KeyManagers now = now();
			return now.names(now.current().getServerAliases(keyType, issuers));
		}

		@Override
		public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers,
				@Nullable Socket socket) {
			KeyManagers now = now();
			return now.name(now.current().chooseServerAlias(keyType, issuers, socket));
		}

		@Override
		public X509Certificate @Nullable [] getCertificateChain(String alias) {
			return now().<X509Certificate[]>find(alias, X509ExtendedKeyManager::getCertificateChain);
		}

		@Override
		public @Nullable PrivateKey getPrivateKey(String alias) {
			return now().<PrivateKey>find(alias, X509ExtendedKeyManager::getPrivateKey);
		}

	}

}
