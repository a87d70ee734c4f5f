/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.transport.CompositeRequest;
import io.github.etcdspring.client.transport.Transport;

/**
 * Ends all alarms: lists them, and disarms one after the other. Its result has those that
 * were ended, and is empty if there were none. If it fails between two of them, its
 * outcome is {@link Outcome#UNKNOWN UNKNOWN}.
 *
 * @since 0.1.0
 */
public final class DisarmAllRequest extends CompositeRequest<DisarmAllRequest, List<Alarm>> {

	DisarmAllRequest(Transport transport) {
		super(transport, null);
	}

	@Override
	protected CompletableFuture<List<Alarm>> run(Steps steps) {
		List<Alarm> ended = new ArrayList<>();
		return steps.send(AlarmCalls.listRaised())
			.thenCompose((raised) -> disarm(steps, raised.iterator(), ended))
			.exceptionally((ex) -> {
				throw new CompletionException(failed(Failure.causeOf(ex), ended.size()));
			});
	}

	private CompletableFuture<List<Alarm>> disarm(Steps steps, Iterator<AlarmCalls.Raised> rest, List<Alarm> ended) {
		if (!rest.hasNext()) {
			return CompletableFuture.completedFuture(List.copyOf(ended));
		}
		return steps.send(AlarmCalls.disarm(rest.next())).thenCompose((alarms) -> {
			ended.addAll(alarms);
			return disarm(steps, rest, ended);
		});
	}

	// The last call alone may say that it was not applied; the request as a whole was.
	private static Throwable failed(Throwable cause, int ended) {
		if (ended > 0 && cause instanceof EtcdException ex && ex.outcome() == Outcome.NOT_APPLIED) {
			return new Failure(ex.operation(), true, ex.status(), ex.reason(), Outcome.UNKNOWN, ex.endpoint(),
					ex.attempts(), "after " + ended + " alarms were disarmed: " + ex.getMessage(), OptionalLong.empty(),
					ex)
				.toException();
		}
		return cause;
	}

	@Override
	protected DisarmAllRequest self() {
		return this;
	}

}
