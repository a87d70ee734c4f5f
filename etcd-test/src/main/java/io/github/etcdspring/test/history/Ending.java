/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.List;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.kv.DeleteResult;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.OpResult;
import io.github.etcdspring.client.kv.TxnResult;

/**
 * How an operation ended.
 *
 * @param at when
 * @param outcome {@code null} if it succeeded
 * @param revision the revision of the answer, 0 without one
 * @param applied whether a key was deleted, or the comparisons of a transaction held
 * @param more whether a read found more than it returned
 * @param found what a read found
 * @param failure the failure, in words
 */
record Ending(long at, @Nullable Outcome outcome, long revision, boolean applied, boolean more, List<KeyValue> found,
		@Nullable String failure) {

	static Ending answered(long at, OpResult result) {
		long revision = result.header().revision();
		if (result instanceof GetResult get) {
			return new Ending(at, null, revision, false, get.more(), get.keyValues(), null);
		}
		boolean applied = true;
		if (result instanceof DeleteResult delete) {
			applied = delete.deleted() > 0;
		}
		else if (result instanceof TxnResult txn) {
			applied = txn.succeeded();
		}
		return new Ending(at, null, revision, applied, false, List.of(), null);
	}

	static Ending failed(long at, Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		// Of what is not the client's own failure nothing is known.
		Outcome outcome = (cause instanceof EtcdException etcd) ? etcd.outcome() : Outcome.UNKNOWN;
		return new Ending(at, outcome, 0, false, false, List.of(), cause.toString());
	}

	boolean succeeded() {
		return this.outcome == null;
	}

	void describe(Line line) {
		line.with("end", this.at);
		if (this.outcome != null) {
			line.with("outcome", this.outcome.name());
		}
		else {
			line.with("revision", this.revision);
		}
		if (this.applied) {
			line.with("applied", "yes");
		}
		if (this.more) {
			line.with("more", "yes");
		}
		this.found.forEach((keyValue) -> line.with("found", keyValue));
		if (this.failure != null) {
			line.with("failure", this.failure);
		}
	}

	static @Nullable Ending parse(Line line) {
		if (!line.has("end")) {
			return null;
		}
		return new Ending(line.number("end"), line.has("outcome") ? Outcome.valueOf(line.text("outcome")) : null,
				line.number("revision", 0), line.has("applied"), line.has("more"), line.keyValues("found"),
				line.has("failure") ? line.text("failure") : null);
	}

}
