/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/**
 * The sessions that TLS would resume. A connection that resumes one shows no certificate
 * and checks none: it goes on with those of the first connection, whatever has been
 * replaced or is no longer trusted. So they are forgotten before a connection is made.
 */
final class TlsSessions {

	private final Set<SSLSessionContext> contexts = Collections.newSetFromMap(new WeakHashMap<>());

	/** Of the handshakes since sessions were last forgotten. */
	private final List<SSLSession> latest = new ArrayList<>();

	/**
	 * A handshake is under way.
	 * @param engine its engine
	 */
	synchronized void remember(SSLEngine engine) {
		SSLSession session = engine.getHandshakeSession();
		if (session != null) {
			this.latest.add(session);
		}
	}

	/** A connection is about to be made. */
	synchronized void forget() {
		for (SSLSession session : this.latest) {
			SSLSessionContext context = session.getSessionContext();
			if (context != null) {
				this.contexts.add(context);
			}
			else {
				// With TLS 1.3 the JDK knows only from here what can be resumed.
				session.invalidate();
			}
		}
		this.latest.clear();
		this.contexts.forEach(TlsSessions::clear);
	}

	private static void clear(SSLSessionContext context) {
		for (byte[] id : Collections.list(context.getIds())) {
			SSLSession session = context.getSession(id);
			if (session != null) {
				session.invalidate();
			}
		}
	}

}
