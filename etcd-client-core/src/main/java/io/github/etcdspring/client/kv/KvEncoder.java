/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.Encoded;
import io.github.etcdspring.client.transport.WireWriter;

/**
 * Writes requests of the key-value service, with the namespace in front of every key.
 */
final class KvEncoder {

	private final WireWriter writer;

	private final Namespace namespace;

	KvEncoder(int expectedSize, Namespace namespace) {
		this.writer = new WireWriter(expectedSize + namespace.prefix().length());
		this.namespace = namespace;
	}

	void int64(int field, long value) {
		this.writer.int64(field, value);
	}

	void alwaysInt64(int field, long value) {
		this.writer.alwaysInt64(field, value);
	}

	void bool(int field, boolean value) {
		this.writer.bool(field, value);
	}

	void alwaysBytes(int field, Bytes value) {
		this.writer.alwaysBytes(field, Bytes.EMPTY, value);
	}

	void key(int field, Bytes key) {
		this.writer.alwaysBytes(field, this.namespace.prefix(), key);
	}

	void range(KeyRange range, int startField, int endField) {
		if (range.isSingleKey()) {
			key(startField, range.start());
		}
		else {
			KeyRange absolute = this.namespace.apply(range);
			this.writer.bytes(startField, absolute.start());
			this.writer.bytes(endField, absolute.end());
		}
	}

	void txn(TxnOp txn) {
		for (Compare compare : txn.when()) {
			int begin = this.writer.beginMessage(1);
			compare.writeTo(this);
			this.writer.endMessage(begin);
		}
		txn.then().forEach((op) -> op(2, op));
		txn.orElse().forEach((op) -> op(3, op));
	}

	private void op(int field, Op op) {
		int begin = this.writer.beginMessage(field);
		if (op instanceof GetOp get) {
			int inner = this.writer.beginMessage(1);
			get.writeTo(this);
			this.writer.endMessage(inner);
		}
		else if (op instanceof PutOp put) {
			int inner = this.writer.beginMessage(2);
			put.writeTo(this);
			this.writer.bytes(2, put.value());
			this.writer.endMessage(inner);
		}
		else if (op instanceof DeleteOp delete) {
			int inner = this.writer.beginMessage(3);
			delete.writeTo(this);
			this.writer.endMessage(inner);
		}
		else if (op instanceof TxnOp txn) {
			int inner = this.writer.beginMessage(4);
			txn(txn);
			this.writer.endMessage(inner);
		}
		this.writer.endMessage(begin);
	}

	Encoded end() {
		return this.writer.end();
	}

	Encoded endWith(int field, Bytes value) {
		return this.writer.endWith(field, value);
	}

}
