/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.Status;

import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.LeaseLeasesResponse;
import io.github.etcdspring.proto.LeaseStatus;
import io.github.etcdspring.proto.LeaseTimeToLiveResponse;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * Answers as text in which two servers can only differ if they behave differently.
 */
final class Answer {

	private static final int LONG_TEXT = 4000;

	/** How much of a lease may have passed on one server and not on the other. */
	private static final long TTL_TOLERANCE = 60;

	private Answer() {
	}

	static String of(Message message) {
		String text = TextFormat.printer().emittingSingleLine(true).printToString(comparable(message));
		return message.getDescriptorForType().getName() + " {" + shorten(text) + "}";
	}

	static String of(Status status) {
		return status.getCode() + ": " + status.getDescription();
	}

	/**
	 * Returns a message without what differs between servers: who they are, the term of
	 * their leader, the rest of a lease's time, tokens, and any order that is random.
	 * @param message the message
	 * @return the message to compare
	 */
	static Message comparable(Message message) {
		if (message instanceof ResponseHeader header) {
			return header.toBuilder().clearClusterId().clearMemberId().clearRaftTerm().build();
		}
		if (message instanceof LeaseTimeToLiveResponse lease) {
			return withoutTime(lease);
		}
		if (message instanceof LeaseLeasesResponse leases) {
			List<LeaseStatus> sorted = new ArrayList<>(leases.getLeasesList());
			sorted.sort(Comparator.comparingLong(LeaseStatus::getID));
			return leases.toBuilder()
				.setHeader((ResponseHeader) comparable(leases.getHeader()))
				.clearLeases()
				.addAllLeases(sorted)
				.build();
		}
		Message known = (message instanceof AuthenticateResponse login) ? login.toBuilder().clearToken().build()
				: message;
		Message.Builder result = known.toBuilder();
		for (Map.Entry<FieldDescriptor, Object> field : known.getAllFields().entrySet()) {
			FieldDescriptor descriptor = field.getKey();
			if (descriptor.getJavaType() != JavaType.MESSAGE) {
				continue;
			}
			if (descriptor.isRepeated()) {
				List<?> parts = (List<?>) field.getValue();
				for (int i = 0; i < parts.size(); i++) {
					result.setRepeatedField(descriptor, i, comparable((Message) parts.get(i)));
				}
			}
			else {
				result.setField(descriptor, comparable((Message) field.getValue()));
			}
		}
		return result.build();
	}

	private static LeaseTimeToLiveResponse withoutTime(LeaseTimeToLiveResponse lease) {
		LeaseTimeToLiveResponse.Builder result = lease.toBuilder()
			.setHeader((ResponseHeader) comparable(lease.getHeader()));
		if (lease.getTTL() > 0 && lease.getGrantedTTL() - lease.getTTL() <= TTL_TOLERANCE) {
			result.setTTL(lease.getGrantedTTL());
		}
		List<ByteString> keys = new ArrayList<>(lease.getKeysList());
		keys.sort(ByteString.unsignedLexicographicalComparator());
		return result.clearKeys().addAllKeys(keys).build();
	}

	private static String shorten(String text) {
		return (text.length() <= LONG_TEXT) ? text
				: text.substring(0, LONG_TEXT) + "... " + text.length() + " characters, hash " + text.hashCode();
	}

}
