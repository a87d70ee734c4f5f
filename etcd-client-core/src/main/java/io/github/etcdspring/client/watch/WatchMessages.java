/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.WatchCancelRequest;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchCreateRequest.FilterType;
import io.github.etcdspring.proto.WatchProgressRequest;
import io.github.etcdspring.proto.WatchRequest;

/**
 * The messages of a watch stream.
 */
final class WatchMessages {

	/** What an event costs beside its keys and values. */
	private static final int EVENT_OVERHEAD = 200;

	/** How a server writes a gRPC status into the reason of a cancellation. */
	private static final Pattern STATUS = Pattern.compile("rpc error: code = (\\w+) desc = (.*)", Pattern.DOTALL);

	private WatchMessages() {
	}

	static WatchRequest create(WatchOptions options, Namespace namespace, long id, long start) {
		KeyRange range = namespace.apply(options.range());
		WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
			.setWatchId(id)
			.setKey(bytes(range.start()))
			.setRangeEnd(bytes(range.end()))
			.setStartRevision(start)
			.setPrevKv(options.previousValues())
			// A notification moves a quiet watch away from what may be compacted.
			.setProgressNotify(true)
			.setFragment(true);
		if (!options.puts()) {
			create.addFilters(FilterType.NOPUT);
		}
		if (!options.deletes()) {
			create.addFilters(FilterType.NODELETE);
		}
		return WatchRequest.newBuilder().setCreateRequest(create).build();
	}

	static WatchRequest cancel(long id) {
		return WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id)).build();
	}

	static WatchRequest progress() {
		return WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.getDefaultInstance()).build();
	}

	static WatchEvent event(Event event, Namespace namespace) {
		return new WatchEvent(
				(event.getType() == Event.EventType.DELETE) ? WatchEvent.Type.DELETE : WatchEvent.Type.PUT,
				keyValue(event.getKv(), namespace), event.hasPrevKv() ? keyValue(event.getPrevKv(), namespace) : null);
	}

	static int size(Event event) {
		return event.getSerializedSize() + EVENT_OVERHEAD;
	}

	private static KeyValue keyValue(io.github.etcdspring.proto.KeyValue keyValue, Namespace namespace) {
		return new KeyValue(namespace.strip(bytes(keyValue.getKey())), bytes(keyValue.getValue()),
				keyValue.getCreateRevision(), keyValue.getModRevision(), keyValue.getVersion(), keyValue.getLease());
	}

	private static Bytes bytes(ByteString bytes) {
		return Bytes.wrap(bytes.toByteArray());
	}

	private static ByteString bytes(Bytes bytes) {
		return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
	}

	/**
	 * Say why a server refused or ended a watch.
	 * @param cancelReason the reason as it was sent
	 * @param endpoint the server
	 * @return the failure
	 */
	static Failure cancelled(String cancelReason, @Nullable String endpoint) {
		Matcher status = STATUS.matcher(cancelReason);
		boolean matches = status.matches();
		String text = matches ? status.group(2) : cancelReason;
		Reason reason = Reason.ofMessage(text);
		return new Failure("watch", false, matches ? status(status.group(1)) : StatusCode.CANCELLED,
				(reason != Reason.OTHER) ? reason : Reason.WATCH_CANCELLED, Outcome.NOT_APPLIED, endpoint, 1,
				text.isBlank() ? "the server cancelled the watch" : text, OptionalLong.empty(), null);
	}

	// The names are those of Go: InvalidArgument.
	private static StatusCode status(String name) {
		String constant = name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
		for (StatusCode status : StatusCode.values()) {
			if (status != StatusCode.OK && status.name().equals(constant)) {
				return status;
			}
		}
		return StatusCode.UNKNOWN;
	}

}
