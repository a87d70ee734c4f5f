/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import com.google.protobuf.ByteString;

import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchResponse;

/**
 * What a server says on a watch stream, and how to read what it was told.
 */
final class WatchAnswers {

	private WatchAnswers() {
	}

	private static WatchResponse.Builder answer(long id, long revision) {
		return WatchResponse.newBuilder()
			.setWatchId(id)
			.setHeader(ResponseHeader.newBuilder().setRevision(revision).setClusterId(1).setMemberId(2));
	}

	static WatchResponse created(long id, long storeRevision) {
		return answer(id, storeRevision).setCreated(true).build();
	}

	static WatchResponse refused(String reason) {
		return answer(-1, 100).setCreated(true).setCanceled(true).setCancelReason(reason).build();
	}

	static WatchResponse cancelled(long id, String reason) {
		return answer(id, 100).setCanceled(true).setCancelReason(reason).build();
	}

	static WatchResponse compacted(long id, long compactRevision) {
		return WatchResponse.newBuilder()
			.setWatchId(id)
			.setHeader(ResponseHeader.getDefaultInstance())
			.setCanceled(true)
			.setCompactRevision(compactRevision)
			.build();
	}

	static WatchResponse progress(long id, long revision) {
		return answer(id, revision).build();
	}

	/**
	 * Events, such as {@code 5=a,6=b}: each with its revision.
	 * @param id the id of the watch
	 * @param events the events
	 * @return the answer
	 */
	static WatchResponse events(long id, String events) {
		WatchResponse.Builder answer = answer(id, 100);
		for (String event : events.split(",")) {
			int at = event.indexOf('=');
			answer.addEvents(Event.newBuilder()
				.setKv(KeyValue.newBuilder()
					.setKey(ByteString.copyFromUtf8(event.substring(at + 1)))
					.setModRevision(Long.parseLong(event.substring(0, at)))
					.setVersion(1)));
		}
		return answer.build();
	}

	/**
	 * Events of keys that were there before.
	 * @param id the id of the watch
	 * @param events the events
	 * @param told whether they tell how the keys were
	 * @return the answer
	 */
	static WatchResponse changes(long id, String events, boolean told) {
		WatchResponse.Builder answer = events(id, events).toBuilder();
		for (Event.Builder event : answer.getEventsBuilderList()) {
			event.getKvBuilder().setVersion(2);
			if (told) {
				event.setPrevKv(event.getKvBuilder().clone().setVersion(1));
			}
		}
		return answer.build();
	}

	static WatchResponse fragment(long id, String events) {
		return events(id, events).toBuilder().setFragment(true).build();
	}

	static io.github.etcdspring.proto.WatchRequest request(ScriptedStream stream, int number) {
		return stream.request(number, io.github.etcdspring.proto.WatchRequest.parser());
	}

	/**
	 * Wait for a request to create a watch.
	 * @param stream the stream
	 * @param number the number of the request on it, from 1
	 * @return the request
	 */
	static WatchCreateRequest create(ScriptedStream stream, int number) {
		return request(stream, number).getCreateRequest();
	}

	/**
	 * Wait for a request to cancel a watch.
	 * @param stream the stream
	 * @param number the number of the request on it, from 1
	 * @return the id
	 */
	static long cancel(ScriptedStream stream, int number) {
		return request(stream, number).getCancelRequest().getWatchId();
	}

	/**
	 * Answer a request to create a watch.
	 * @param stream the stream
	 * @param number the number of the request on it, from 1
	 * @param storeRevision the revision of the store
	 * @return the id
	 */
	static long accept(ScriptedStream stream, int number, long storeRevision) {
		long id = create(stream, number).getWatchId();
		stream.reply(created(id, storeRevision));
		return id;
	}

}
