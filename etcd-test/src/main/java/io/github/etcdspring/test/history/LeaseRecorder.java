/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.function.BooleanSupplier;

import io.github.etcdspring.client.data.Bytes;

/**
 * Records what somebody believes about a lease:
 *
 * <pre class="code">
 * LeaseRecorder recorded = recorder.lease(lease, "/alive/me");
 * recorded.believes(() -&gt; !keepAlive.state().isLost());
 * </pre>
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class LeaseRecorder {

	private final String process;

	private final long leaseId;

	private final Bytes key;

	private final Belief belief;

	LeaseRecorder(History history, String process, long leaseId, Bytes key) {
		this.process = process;
		this.leaseId = leaseId;
		this.key = key;
		this.belief = new Belief(history);
	}

	/**
	 * Ask whether the lease is there, and record the answer.
	 * @param isAlive asks the client
	 * @return the answer
	 */
	public boolean believes(BooleanSupplier isAlive) {
		return this.belief.ask(isAlive);
	}

	long leaseId() {
		return this.leaseId;
	}

	Bytes key() {
		return this.key;
	}

	long believedUntil() {
		return this.belief.last();
	}

	static LeaseRecorder parse(History history, Line line) {
		LeaseRecorder lease = new LeaseRecorder(history, line.text("process"), line.number("id"),
				Bytes.utf8(line.text("key")));
		lease.belief.believed(line.number("believed", -1));
		return lease;
	}

	@Override
	public String toString() {
		return new Line("lease").with("process", this.process)
			.with("id", this.leaseId)
			.with("key", this.key.asUtf8())
			.with("believed", this.belief.last())
			.toString();
	}

}
