/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the {@link Reason} for the text of a message.
 */
final class Messages {

	/** A status that Go code has printed, as in the cancel reason of a watch. */
	private static final String GO_STATUS = "rpc error: code = ";

	private static final String GO_DESCRIPTION = " desc = ";

	/** What some versions say instead, or say without the usual start. */
	static final Map<String, Reason> OTHER_TEXTS = Map.ofEntries(
			Map.entry("context canceled", Reason.REQUEST_CANCELLED),
			Map.entry("context deadline exceeded", Reason.REQUEST_DEADLINE_EXCEEDED),
			Map.entry("auth: permission denied", Reason.PERMISSION_DENIED),
			Map.entry("auth: authentication failed, password was given for no password user",
					Reason.AUTHENTICATION_FAILED),
			Map.entry("mvcc: required revision has been compacted", Reason.COMPACTED),
			Map.entry("mvcc: required revision is a future revision", Reason.FUTURE_REVISION),
			Map.entry("mvcc: database space exceeded", Reason.NO_SPACE),
			Map.entry("etcdserver: unknown method", Reason.UNIMPLEMENTED));

	private static final Map<String, Reason> BY_TEXT = byText();

	/** The texts that are followed by details: Go's first, then those of grpc-java. */
	private static final List<Start> STARTS = List.of(
			new Start("grpc: received message larger than max", Reason.MESSAGE_TOO_LARGE),
			new Start("grpc: received message after decompression larger than max", Reason.MESSAGE_TOO_LARGE),
			new Start("grpc: trying to send message larger than max", Reason.MESSAGE_TOO_LARGE),
			new Start("trying to send message larger than max", Reason.MESSAGE_TOO_LARGE),
			new Start("unknown service ", Reason.UNIMPLEMENTED), new Start("unknown method ", Reason.UNIMPLEMENTED),
			new Start("gRPC message exceeds maximum size", Reason.RESPONSE_TOO_LARGE),
			new Start("Decompressed gRPC message exceeds maximum size", Reason.RESPONSE_TOO_LARGE),
			new Start("Method not found: ", Reason.UNIMPLEMENTED));

	private Messages() {
	}

	static Reason reasonOf(String message) {
		String text = message;
		while (text.startsWith(GO_STATUS)) {
			int description = text.indexOf(GO_DESCRIPTION);
			if (description < 0) {
				return Reason.OTHER;
			}
			text = text.substring(description + GO_DESCRIPTION.length());
		}
		Reason reason = BY_TEXT.get(text);
		if (reason != null) {
			return reason;
		}
		for (Start start : STARTS) {
			if (text.startsWith(start.text())) {
				return start.reason();
			}
		}
		return Reason.OTHER;
	}

	private static Map<String, Reason> byText() {
		Map<String, Reason> reasons = new HashMap<>(OTHER_TEXTS);
		for (Reason reason : Reason.values()) {
			if (reason.text() != null) {
				reasons.put(reason.text(), reason);
			}
		}
		return Map.copyOf(reasons);
	}

	private record Start(String text, Reason reason) {
	}

}
