/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.lease;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.StreamedCall;
import io.github.etcdspring.client.transport.StreamedRequest;

/**
 * Renews a lease once. A lease that does not exist is a
 * {@link io.github.etcdspring.client.error.LeaseNotFoundException
 * LeaseNotFoundException}.
 *
 * @since 0.1.0
 */
public final class KeepAliveOnceRequest extends StreamedRequest<KeepAliveOnceRequest, LeaseRenewal> {

	private final KeepAlives keepAlives;

	private final long id;

	KeepAliveOnceRequest(KeepAlives keepAlives, long id) {
		super(keepAlives.transport(), LeaseStream.OPERATION);
		this.keepAlives = keepAlives;
		this.id = KeepAliveRequest.checkId(id);
	}

	@Override
	protected void send(StreamedCall<LeaseRenewal> call) {
		User user = new User(call);
		call.start(() -> this.keepAlives.remove(user));
		this.keepAlives.add(user);
	}

	@Override
	protected KeepAliveOnceRequest self() {
		return this;
	}

	private final class User extends LeaseUser {

		private final StreamedCall<LeaseRenewal> call;

		User(StreamedCall<LeaseRenewal> call) {
			super(new KeptLease(KeepAliveOnceRequest.this.id, LeaseKnowledge.NONE));
			this.call = call;
		}

		@Override
		long wantedAt() {
			return this.call.startedAt();
		}

		@Override
		boolean wantsAnswer() {
			return true;
		}

		@Override
		boolean isOver() {
			return this.call.isOver();
		}

		@Override
		void renewed(LeaseRenewal renewal, long sentAt) {
			if (sentAt - wantedAt() >= 0) {
				this.call.succeed(renewal);
			}
		}

		@Override
		void suspect() {
			// It waits for an answer, and for nothing else.
		}

		@Override
		void connected() {
			this.call.connected();
		}

		@Override
		void disconnected(Failure failure, int attempts) {
			if (attempts > 0 && failure.reason().isTokenRefused() && failure.reason() != Reason.AUTH_OLD_REVISION) {
				// As a call: not for ever with tokens that are never valid.
				this.call.fail(failure);
			}
			else {
				this.call.disconnected(failure);
			}
		}

		@Override
		void lost(LeaseLoss loss, @Nullable Failure failure) {
			if (failure != null) {
				this.call.fail(failure);
			}
			else if (!isOver()) {
				// Others have waited too long; the server may still know the lease.
				this.lease = new KeptLease(KeepAliveOnceRequest.this.id, LeaseKnowledge.NONE);
				KeepAliveOnceRequest.this.keepAlives.add(this);
			}
		}

	}

}
