/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import io.github.etcdspring.proto.ResponseHeader;

/**
 * Completes the headers of answers, so that scripts need not.
 */
final class Headers {

	private volatile ResponseHeader header = ResponseHeader.newBuilder()
		.setClusterId(1)
		.setMemberId(2)
		.setRevision(1)
		.setRaftTerm(3)
		.build();

	/**
	 * Change what is filled in.
	 * @param fields the values; those that are 0 stay
	 */
	synchronized void change(ResponseHeader fields) {
		this.header = this.header.toBuilder().mergeFrom(fields).build();
	}

	/**
	 * Fill what an answer leaves open in its header, if it is of a type that has one.
	 * @param <R> the type of the answer
	 * @param answer the answer
	 * @return the complete answer
	 */
	<R> R complete(R answer) {
		if (!(answer instanceof Message message)) {
			return answer;
		}
		FieldDescriptor field = message.getDescriptorForType().findFieldByName("header");
		if (field == null || !(message.getField(field) instanceof ResponseHeader given)) {
			return answer;
		}
		ResponseHeader complete = this.header.toBuilder().mergeFrom(given).build();
		@SuppressWarnings("unchecked")
		R completed = (R) message.toBuilder().setField(field, complete).build();
		return completed;
	}

}
