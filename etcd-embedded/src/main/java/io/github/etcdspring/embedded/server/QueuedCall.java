/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * A unary call that is answered when it is its key's turn. A client that cancels, or
 * whose deadline passes, gives the place up, and its key is deleted.
 *
 * @param <A> the type of the answer
 */
final class QueuedCall<A> {

	private final Node node;

	private final ServerCallStreamObserver<A> answers;

	private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

	private final Context context = Context.current();

	private volatile KeyQueue.@Nullable Place place;

	private volatile @Nullable Candidate candidate;

	QueuedCall(Node node, StreamObserver<A> answers) {
		this.node = node;
		this.answers = (ServerCallStreamObserver<A>) answers;
	}

	/**
	 * Starts the call.
	 * @param queue where to wait
	 * @param steps what this call does when
	 */
	void start(KeyQueue queue, Steps<A> steps) {
		this.answers.setOnCancelHandler(() -> abandon(steps));
		Optional<A> first;
		try {
			first = this.node.write(() -> {
				Candidate candidate = steps.enter();
				this.candidate = candidate;
				A answer = steps.first(candidate);
				if (answer != null) {
					return Optional.of(answer);
				}
				this.place = queue.join(candidate.prefix(), candidate.createRevision(),
						this.context.wrap(() -> answerLater(() -> steps.turn(candidate))));
				return Optional.empty();
			});
		}
		catch (StatusRuntimeException ex) {
			answer(() -> {
				throw Candidate.withoutCode(ex);
			});
			return;
		}
		first.ifPresent((answer) -> answer(() -> answer));
		if (this.state.get() == State.ABANDONED) {
			// before there was a key to clean up, perhaps
			cleanUp(steps);
		}
	}

	private void answerLater(Supplier<A> turn) {
		answer(() -> {
			try {
				return this.node.read(turn);
			}
			catch (StatusRuntimeException ex) {
				throw Candidate.withoutCode(ex);
			}
		});
	}

	private void answer(Supplier<A> answer) {
		if (this.state.compareAndSet(State.NEW, State.ANSWERED)) {
			this.node.answer(this.answers, answer);
		}
	}

	private void abandon(Steps<A> steps) {
		if (this.state.compareAndSet(State.NEW, State.ABANDONED)) {
			cleanUp(steps);
		}
	}

	private void cleanUp(Steps<A> steps) {
		this.node.write(() -> {
			KeyQueue.Place place = this.place;
			if (place != null) {
				place.leave();
			}
			Candidate candidate = this.candidate;
			this.candidate = null;
			if (candidate != null) {
				steps.abandoned(candidate);
			}
			return null;
		});
	}

	/**
	 * What a queued call does when.
	 *
	 * @param <A> the type of the answer
	 */
	interface Steps<A> {

		/**
		 * Makes the key. Inside {@link Node#write}.
		 * @return the key
		 */
		Candidate enter();

		/**
		 * Looks whether there is nothing to wait for. In the same write.
		 * @param candidate the key
		 * @return the answer, or {@code null} to wait
		 */
		default @Nullable A first(Candidate candidate) {
			return null;
		}

		/**
		 * Makes the answer when the turn has come. Inside {@link Node#read}.
		 * @param candidate the key
		 * @return the answer
		 */
		A turn(Candidate candidate);

		/**
		 * Cleans up after a client that does not wait any more. Inside
		 * {@link Node#write}.
		 * @param candidate the key
		 */
		void abandoned(Candidate candidate);

	}

	private enum State {

		NEW, ANSWERED, ABANDONED

	}

}
