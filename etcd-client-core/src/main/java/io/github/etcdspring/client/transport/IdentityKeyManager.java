/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;

/**
 * Shows the one certificate there is, whomever the server says it trusts: it can tell
 * then what it has against it. A handshake ends with the certificate that it began with.
 */
final class IdentityKeyManager extends X509ExtendedKeyManager {

	private final FollowedPem<ClientIdentity> identity;

	private ClientIdentity current;

	private ClientIdentity previous;

	IdentityKeyManager(FollowedPem<ClientIdentity> identity) {
		this.identity = identity;
		this.current = identity.current();
		this.previous = this.current;
	}

	private synchronized String choose() {
		ClientIdentity now = this.identity.current();
		if (now != this.current) {
			this.previous = this.current;
			this.current = now;
		}
		return now.alias();
	}

	private synchronized @Nullable ClientIdentity find(@Nullable String alias) {
		if (this.current.alias().equals(alias)) {
			return this.current;
		}
		return this.previous.alias().equals(alias) ? this.previous : null;
	}

	@Override
	public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
		return new String[] { choose() };
	}

	@Override
	public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
		return choose();
	}

	@Override
	public String chooseEngineClientAlias(String[] keyTypes, Principal @Nullable [] issuers,
			@Nullable SSLEngine engine) {
		return choose();
	}

	@Override
	public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
		return new String[] { choose() };
	}

	@Override
	public String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
		return choose();
	}

	@Override
	public String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
		return choose();
	}

	@Override
	public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
		ClientIdentity found = find(alias);
		return (found != null) ? found.chain() : null;
	}

	@Override
	public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
		ClientIdentity found = find(alias);
		return (found != null) ? found.key() : null;
	}

}
