/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is done to both servers.
 *
 * @param method what to call, {@code null} for something on the watch stream
 * @param request the request
 * @param user whose token to send, {@code null} for none
 */
record Step(@Nullable MethodDescriptor<?, ?> method, Message request, @Nullable String user) {

	static Step watch(Message request, @Nullable String user) {
		return new Step(null, request, user);
	}

	@Override
	public String toString() {
		String text = TextFormat.printer().emittingSingleLine(true).printToString(this.request);
		return this.request.getDescriptorForType().getName() + " {"
				+ ((text.length() > 1000) ? text.substring(0, 1000) + "..." : text) + "}"
				+ ((this.user != null) ? " as " + this.user : "");
	}

}
