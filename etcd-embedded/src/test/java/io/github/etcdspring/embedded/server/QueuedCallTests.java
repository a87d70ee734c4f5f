/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.time.Duration;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.embedded.time.EtcdClock;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QueuedCall}.
 */
class QueuedCallTests {

	private static final ByteString NAME = ByteString.copyFromUtf8("job");

	private final EtcdClock clock = EtcdClock.manual();

	private final Node node = new Node(
			new NodeOptions(0, 1L << 31, 1536 * 1024, 128, Duration.ofMinutes(5), this.clock));

	private final KeyQueue queue = new KeyQueue(this.node);

	@AfterEach
	void stop() {
		this.node.close();
		this.clock.close();
	}

	@Test
	void callThatEndsWhileItEntersLeavesNothing() {
		enter();
		Ended answers = new Ended();
		new QueuedCall<>(this.node, answers).start(this.queue, new QueuedCall.Steps<String>() {

			@Override
			public Candidate enter() {
				Candidate candidate = QueuedCallTests.this.enter();
				answers.cancel();
				return candidate;
			}

			@Override
			public String turn(Candidate candidate) {
				return "turn";
			}

			@Override
			public void abandoned(Candidate candidate) {
				Candidate.delete(QueuedCallTests.this.node, candidate.key());
			}

		});
		assertThat(this.queue.size()).isZero();
		assertThat(KeyQueue.oldest(this.node, Candidate.prefix(NAME))).isNotNull();
		assertThat(this.node.lessor().list()).hasSize(2)
			.satisfiesOnlyOnce((lease) -> assertThat(this.node.lessor().keys(lease.id())).hasSize(1))
			.satisfiesOnlyOnce((lease) -> assertThat(this.node.lessor().keys(lease.id())).isEmpty());
	}

	private Candidate enter() {
		return this.node.write(() -> Candidate.enter(this.node, Callers.current(this.node), NAME, 0, null));
	}

	/** A call that is cancelled whenever the test wants. */
	private static final class Ended extends ServerCallStreamObserver<String> {

		private Runnable onCancel = () -> {
		};

		void cancel() {
			this.onCancel.run();
		}

		@Override
		public void setOnCancelHandler(Runnable onCancelHandler) {
			this.onCancel = onCancelHandler;
		}

		@Override
		public boolean isCancelled() {
			return true;
		}

		@Override
		public void setCompression(String compression) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean isReady() {
			return false;
		}

		@Override
		public void setOnReadyHandler(Runnable onReadyHandler) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void request(int count) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void setMessageCompression(boolean enable) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void disableAutoInboundFlowControl() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void onNext(String answer) {
			throw new AssertionError("The call has ended, and is told " + answer);
		}

		@Override
		public void onError(Throwable ex) {
			throw new AssertionError("The call has ended", ex);
		}

		@Override
		public void onCompleted() {
			throw new AssertionError("The call has ended");
		}

	}

}
