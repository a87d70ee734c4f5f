/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.kv;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.transport.Request;

/**
 * A transaction in all its stages; the interfaces keep them in order.
 */
final class Txn implements TxnStart {

	private final KvCalls calls;

	private List<Compare> when = List.of();

	private List<Op> then = List.of();

	private List<Op> orElse = List.of();

	private @Nullable Duration timeout;

	Txn(KvCalls calls) {
		this.calls = calls;
	}

	@Override
	public TxnWhen when(Compare... compares) {
		this.when = Arguments.list("compares", compares);
		return this;
	}

	@Override
	public TxnWhen when(List<Compare> compares) {
		this.when = Arguments.list(compares, "compares");
		return this;
	}

	@Override
	public TxnThen then(Op... ops) {
		this.then = Arguments.list("ops", ops);
		return this;
	}

	@Override
	public TxnThen then(List<? extends Op> ops) {
		this.then = Arguments.list(ops, "ops");
		return this;
	}

	@Override
	public TxnRequest orElse(Op... ops) {
		this.orElse = Arguments.list("ops", ops);
		return this;
	}

	@Override
	public TxnRequest orElse(List<? extends Op> ops) {
		this.orElse = Arguments.list(ops, "ops");
		return this;
	}

	@Override
	public TxnRequest timeout(Duration timeout) {
		this.timeout = Request.checkTimeout(timeout);
		return this;
	}

	@Override
	public TxnResult sync() {
		return this.calls.sync(this.calls.txn(op()), this.timeout);
	}

	@Override
	public CompletableFuture<TxnResult> async() {
		return this.calls.async(this.calls.txn(op()), this.timeout);
	}

	private TxnOp op() {
		return new TxnOp(this.when, this.then, this.orElse);
	}

}
