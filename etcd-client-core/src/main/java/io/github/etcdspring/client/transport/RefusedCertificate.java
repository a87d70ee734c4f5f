/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Why the server's certificate was not accepted, and what to do about it.
 */
final class RefusedCertificate {

	private static final int DNS_NAME = 2;

	private static final int IP_ADDRESS = 7;

	private RefusedCertificate() {
	}

	/**
	 * Explain a refusal.
	 * @param chain what the server showed
	 * @param host whom the client wanted, if it is known
	 * @param refusal what the JDK says
	 * @return the explanation if there is one, otherwise the refusal; without a cause, so
	 * that it is what a user sees
	 */
	static CertificateException explain(X509Certificate[] chain, @Nullable String host, CertificateException refusal) {
		String explanation = (chain.length > 0) ? explanation(chain, host, refusal) : null;
		if (explanation == null) {
			return refusal;
		}
		CertificateException explained = new CertificateException(explanation);
		explained.addSuppressed(refusal);
		return explained;
	}

	private static @Nullable String explanation(X509Certificate[] chain, @Nullable String host,
			CertificateException refusal) {
		String message = refusal.getMessage();
		if (refusal.getCause() == null && message != null
				&& (message.startsWith("No subject alternative") || message.startsWith("No name matching"))) {
			return "the server's certificate is for " + names(chain[0]) + ", not for "
					+ ((host != null) ? host : "this host")
					+ ": write a name of the certificate into the endpoint, or give the server a certificate with this one";
		}
		Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
		for (X509Certificate certificate : chain) {
			String who = "the server's certificate " + certificate.getSubjectX500Principal();
			Instant from = certificate.getNotBefore().toInstant();
			Instant until = certificate.getNotAfter().toInstant();
			if (now.isAfter(until)) {
				return who + " expired on " + until + ", and here it is " + now + ": renew it on the server";
			}
			if (now.isBefore(from)) {
				return who + " is not valid before " + from + ", and here it is " + now
						+ ": wait, or set the clocks of server and client right";
			}
		}
		if (isPathMissing(refusal)) {
			return unknownAuthority(chain);
		}
		return null;
	}

	private static boolean isPathMissing(Throwable refusal) {
		for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
			if (cause instanceof CertPathBuilderException) {
				return true;
			}
		}
		return false;
	}

	private static String unknownAuthority(X509Certificate[] chain) {
		X509Certificate last = chain[chain.length - 1];
		boolean own = chain.length == 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
		return "the server's certificate " + chain[0].getSubjectX500Principal() + " is "
				+ (own ? "signed by itself and" : "issued by " + last.getIssuerX500Principal() + ", which is")
				+ " not trusted here: trust " + (own ? "it" : "that authority")
				+ " (TlsOptions.trustCertificates, or the trust store of the SSL bundle)"
				+ ((chain.length == 1 && !own) ? ", or let the server send the certificates in between too" : "");
	}

	private static String names(X509Certificate certificate) {
		try {
			Collection<List<?>> names = certificate.getSubjectAlternativeNames();
			List<String> known = (names != null) ? names.stream()
				.filter((name) -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
				.map((name) -> String.valueOf(name.get(1)))
				.toList() : List.of();
			if (!known.isEmpty()) {
				return String.join(", ", known);
			}
		}
		catch (CertificateParsingException ex) {
			// Then by its subject.
		}
		return certificate.getSubjectX500Principal().getName() + " (no alternative names)";
	}

}
