/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.Objects;
import java.util.function.LongFunction;
import java.util.function.Supplier;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * A request that changes something, on its way through the cluster.
 */
final class Proposal {

	private static final long PATIENCE = 7_000_000_000L;

	private final Member via;

	private final ServerCall call;

	private final Supplier<LongFunction<MessageLite>> change;

	private final VirtualTime.Event timeout;

	private boolean waited;

	private boolean done;

	private @Nullable LongFunction<MessageLite> answer;

	private @Nullable Status refusal;

	/**
	 * Create a proposal.
	 * @param via the member that was asked
	 * @param call is answered
	 * @param change what to do; it returns what the answer is at the revision after it,
	 * or throws
	 */
	Proposal(Member via, ServerCall call, Supplier<LongFunction<MessageLite>> change) {
		this.via = via;
		this.call = call;
		this.change = change;
		this.timeout = via.after(PATIENCE,
				() -> call.close(Status.UNAVAILABLE.withDescription("etcdserver: request timed out")));
	}

	Member via() {
		return this.via;
	}

	/** There is no leader. */
	void stuck() {
		this.waited = !this.via.knowsLeader();
	}

	boolean hasWaited() {
		return this.waited;
	}

	boolean isOver() {
		return this.call.isOver();
	}

	void commit() {
		if (this.done) {
			return;
		}
		this.done = true;
		int index = this.via.cluster().commit(() -> {
			try {
				this.answer = this.change.get();
			}
			catch (StatusRuntimeException ex) {
				this.refusal = ex.getStatus();
			}
		});
		long revision = this.via.cluster().store().revision();
		// The member answers what it has applied itself.
		this.via.whenApplied(index, () -> {
			this.timeout.cancel();
			if (this.refusal != null) {
				this.call.close(this.refusal);
			}
			else {
				this.call.answer(Objects.requireNonNull(this.answer).apply(revision));
			}
		});
	}

	void leaderChanged() {
		this.timeout.cancel();
		this.via.execute(() -> this.call.close(Status.UNAVAILABLE.withDescription("etcdserver: leader changed")));
	}

}
