/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Why a connection came to nothing, and what to do about it, where gRPC and TLS say it in
 * their own way.
 */
final class ConnectFailure {

	/** The words of OpenSSL, and of the JDK. */
	private static final Pattern ALERT = Pattern
		.compile("(?:OPENSSL_internal:(?:SSLV3|TLSV1|TLSV13)_ALERT_|fatal alert: )(\\w+)");

	private static final Pattern ENDED = Pattern.compile("(?i)Connection closed while performing TLS negotiation"
			+ "|Network closed for unknown reason|Connection reset|closed engine|Broken pipe|closed already");

	/** The first bytes of an alert. */
	private static final String ALERT_BYTES = "first 5 bytes: 1503";

	/** The first bytes of HTTP/1. */
	private static final String HTTP_BYTES = "first 5 bytes: 48545450";

	private ConnectFailure() {
	}

	/**
	 * Explain why a connection was not made.
	 * @param cause what gRPC says
	 * @param secure whether the client speaks TLS
	 * @param before whether the endpoint was connected before: if it just ends
	 * connections now, it is not because of what it speaks
	 * @return the same, or something better
	 */
	static String explain(String cause, boolean secure, boolean before) {
		String explanation = secure ? explainSecure(cause) : explainPlain(cause);
		if (explanation == null && !before && ENDED.matcher(cause).find()) {
			return secure
					? "the server ended the connection while it was made (" + brief(cause)
							+ "): if it does not speak TLS, write http://; if it wants a client certificate, give one"
							+ " that it trusts"
					: "the server ended the connection before it said anything (" + brief(cause)
							+ "): if it speaks TLS, write https://";
		}
		return (explanation != null) ? explanation : cause;
	}

	/**
	 * Explain what a server says when it refuses a handshake. With TLS 1.3 that is after
	 * its end, as the client sees it.
	 * @param cause what TLS says
	 * @return the same, or something better
	 */
	static String explainAlert(String cause) {
		Matcher alert = ALERT.matcher(cause);
		return alert.find() ? meaning(alert.group(1).toLowerCase(Locale.ROOT)) : cause;
	}

	private static @Nullable String explainPlain(String cause) {
		if (cause.contains(ALERT_BYTES)) {
			return "the server speaks TLS: write https://";
		}
		if (cause.contains(HTTP_BYTES)) {
			return "the server answers with HTTP/1, as one does that speaks TLS, or is no etcd: write https://, or"
					+ " another port";
		}
		return null;
	}

	private static @Nullable String explainSecure(String cause) {
		return cause.startsWith("not an SSL/TLS record") ? "the server does not speak TLS: write http://" : null;
	}

	private static String meaning(String alert) {
		String said = "the server ended the TLS handshake (" + alert + "): ";
		return switch (alert) {
			case "certificate_required", "no_certificate" ->
				said + "it wants a client certificate; give one (TlsOptions.clientCertificate, or the key store of the"
						+ " SSL bundle)";
			case "certificate_expired" -> said + "the client's certificate has expired; renew it";
			case "certificate_revoked" -> said + "the client's certificate was revoked; get another one";
			case "unknown_ca" ->
				said + "it does not trust the issuer of the client's certificate; use one that is issued by the"
						+ " server's --trusted-ca-file";
			case "bad_certificate", "certificate_unknown", "unsupported_certificate", "access_denied",
					"decrypt_error" ->
				said + "it wants a client certificate and got none, or one that it does not accept; give one that has"
						+ " not expired and is issued by the server's --trusted-ca-file";
			case "protocol_version" ->
				said + "server and client have no version of TLS in common; update the older one";
			case "handshake_failure", "insufficient_security" ->
				said + "it wants a client certificate, or has no cipher in common with the client";
			default -> said + "its log says why";
		};
	}

	// Without the innards of the channel.
	private static String brief(String cause) {
		int innards = cause.indexOf("Channel Pipeline:");
		return (innards >= 0) ? cause.substring(0, innards).strip() : cause;
	}

}
