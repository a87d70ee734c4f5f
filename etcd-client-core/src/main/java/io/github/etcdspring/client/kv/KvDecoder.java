/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.transport.WireReader;

/**
 * Reads answers of the key-value service, and takes the namespace off every key.
 */
final class KvDecoder {

	private static final Header NO_HEADER = new Header(0, 0, 0, 0);

	private final int namespaceLength;

	KvDecoder(int namespaceLength) {
		this.namespaceLength = namespaceLength;
	}

	GetResult get(WireReader in) {
		Header header = NO_HEADER;
		KeyValue only = null;
		List<KeyValue> several = null;
		boolean more = false;
		long count = 0;
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			switch (field) {
				case 1 -> header = header(in);
				case 2 -> {
					KeyValue next = keyValue(in);
					if (only == null) {
						only = next;
					}
					else {
						if (several == null) {
							several = new ArrayList<>();
							several.add(only);
						}
						several.add(next);
					}
				}
				case 3 -> more = in.bool();
				case 4 -> count = in.int64();
				default -> in.skip();
			}
		}
		return new GetResult(header, list(only, several), more, count);
	}

	GetResult rangeChunk(WireReader in) {
		GetResult chunk = new GetResult(NO_HEADER, List.of(), false, 0);
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			if (field == 1) {
				int outer = in.enterMessage();
				chunk = get(in);
				in.leaveMessage(outer);
			}
			else {
				in.skip();
			}
		}
		return chunk;
	}

	PutResult put(WireReader in) {
		Header header = NO_HEADER;
		Optional<KeyValue> previous = Optional.empty();
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			switch (field) {
				case 1 -> header = header(in);
				case 2 -> previous = Optional.of(keyValue(in));
				default -> in.skip();
			}
		}
		return new PutResult(header, previous);
	}

	DeleteResult delete(WireReader in) {
		Header header = NO_HEADER;
		long deleted = 0;
		List<KeyValue> previous = new ArrayList<>(0);
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			switch (field) {
				case 1 -> header = header(in);
				case 2 -> deleted = in.int64();
				case 3 -> previous.add(keyValue(in));
				default -> in.skip();
			}
		}
		return new DeleteResult(header, deleted, List.copyOf(previous));
	}

	TxnResult txn(WireReader in) {
		Header header = NO_HEADER;
		boolean succeeded = false;
		List<OpResult> responses = new ArrayList<>();
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			switch (field) {
				case 1 -> header = header(in);
				case 2 -> succeeded = in.bool();
				case 3 -> response(in, responses);
				default -> in.skip();
			}
		}
		return new TxnResult(header, succeeded, List.copyOf(responses));
	}

	private void response(WireReader in, List<OpResult> responses) {
		int outer = in.enterMessage();
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			if (field > 4) {
				in.skip();
				continue;
			}
			int inner = in.enterMessage();
			OpResult response = switch (field) {
				case 1 -> get(in);
				case 2 -> put(in);
				case 3 -> delete(in);
				default -> txn(in);
			};
			responses.add(response);
			in.leaveMessage(inner);
		}
		in.leaveMessage(outer);
	}

	CompactResult compact(WireReader in) {
		Header header = NO_HEADER;
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			if (field == 1) {
				header = header(in);
			}
			else {
				in.skip();
			}
		}
		return new CompactResult(header);
	}

	private static List<KeyValue> list(@Nullable KeyValue only, @Nullable List<KeyValue> several) {
		if (several != null) {
			return List.copyOf(several);
		}
		return (only != null) ? List.of(only) : List.of();
	}

	private KeyValue keyValue(WireReader in) {
		int outer = in.enterMessage();
		Bytes key = Bytes.EMPTY;
		Bytes value = Bytes.EMPTY;
		long createRevision = 0;
		long modRevision = 0;
		long version = 0;
		long lease = 0;
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			switch (field) {
				case 1 -> key = in.bytesWithout(this.namespaceLength);
				case 2 -> createRevision = in.int64();
				case 3 -> modRevision = in.int64();
				case 4 -> version = in.int64();
				case 5 -> value = in.bytes();
				case 6 -> lease = in.int64();
				default -> in.skip();
			}
		}
		in.leaveMessage(outer);
		return new KeyValue(key, value, createRevision, modRevision, version, lease);
	}

	private static Header header(WireReader in) {
		int outer = in.enterMessage();
		long clusterId = 0;
		long memberId = 0;
		long revision = 0;
		long raftTerm = 0;
		for (int field = in.nextField(); field != 0; field = in.nextField()) {
			switch (field) {
				case 1 -> clusterId = in.int64();
				case 2 -> memberId = in.int64();
				case 3 -> revision = in.int64();
				case 4 -> raftTerm = in.int64();
				default -> in.skip();
			}
		}
		in.leaveMessage(outer);
		return new Header(clusterId, memberId, revision, raftTerm);
	}

}
