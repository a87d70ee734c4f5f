/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.Iterator;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.auth.Caller;

/**
 * Keeps the token of a call where the services find it. The token is looked up when it is
 * needed and not before, because calls that need none ignore a bad one.
 */
final class Callers implements ServerInterceptor {

	private static final Context.Key<String> TOKEN = Context.key("etcd-token");

	private static final Metadata.Key<String> HEADER = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

	private static final Metadata.Key<String> OTHER_HEADER = Metadata.Key.of("authorization",
			Metadata.ASCII_STRING_MARSHALLER);

	/**
	 * Returns on whose behalf the current call is made.
	 * @param node the node that is called
	 * @return the caller, {@link Caller#ANYONE} without a token or while authentication
	 * is off
	 * @throws StatusRuntimeException if the token is unknown or has expired
	 */
	static Caller current(Node node) {
		return node.auth().caller(TOKEN.get());
	}

	/**
	 * Checks that the current call may use one of the maintenance operations that only
	 * the role root may, and whose refusals etcd 3.5 sends unmapped: as UNKNOWN, with the
	 * text of the auth package.
	 * @param node the node that is called
	 */
	static void checkMaintenance(Node node) {
		try {
			node.auth().checkAdmin(current(node));
		}
		catch (StatusRuntimeException ex) {
			String text = String.valueOf(ex.getStatus().getDescription());
			throw Status.UNKNOWN.withDescription(text.replaceFirst("^etcdserver: ", "auth: ")).asRuntimeException();
		}
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		String token = first(headers, HEADER);
		if (token == null) {
			token = first(headers, OTHER_HEADER);
		}
		if (token == null) {
			return next.startCall(call, headers);
		}
		return Contexts.interceptCall(Context.current().withValue(TOKEN, token), call, headers, next);
	}

	private static @Nullable String first(Metadata headers, Metadata.Key<String> key) {
		Iterable<String> values = headers.getAll(key);
		Iterator<String> all = (values != null) ? values.iterator() : null;
		return (all != null && all.hasNext()) ? all.next() : null;
	}

}
