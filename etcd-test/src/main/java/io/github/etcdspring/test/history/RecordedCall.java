/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.kv.OpResult;
import io.github.etcdspring.client.transport.Request;

/**
 * A call that is recorded when it is made, as often as it is. Immutable.
 *
 * @param <R> the type of its result
 * @since 0.1.0
 */
public final class RecordedCall<R extends OpResult> {

	private final Recorder recorder;

	private final Call call;

	RecordedCall(Recorder recorder, Call call) {
		this.recorder = recorder;
		this.call = call;
	}

	/**
	 * Say that the call must succeed only as long as a lock is held.
	 * @param holder the lock, which has been {@linkplain HolderRecorder#acquired(long)
	 * acquired}
	 * @return the call to make: a transaction with the fence of the lock
	 * @throws IllegalStateException if the lock has not been acquired
	 */
	public RecordedCall<R> guardedBy(HolderRecorder holder) {
		return new RecordedCall<>(this.recorder, this.call.guardedBy(holder.guard()));
	}

	/**
	 * Send the request and wait for its result.
	 * @param request the request, which does what was said
	 * @return the result
	 * @throws io.github.etcdspring.client.error.EtcdException if the request fails
	 */
	public R sync(Request<? extends R> request) {
		return make(request::sync);
	}

	/**
	 * Send the request.
	 * @param request the request, which does what was said
	 * @return completes as the request's own future, after it has been recorded;
	 * cancelling it cancels the request
	 */
	public CompletableFuture<R> async(Request<? extends R> request) {
		Operation operation = this.recorder.begin(this.call);
		CompletableFuture<? extends R> sent = request.async();
		CompletableFuture<R> result = new CompletableFuture<>();
		sent.whenComplete((answer, failure) -> {
			end(operation, answer, failure);
			if (failure != null) {
				result.completeExceptionally(failure);
			}
			else {
				result.complete(answer);
			}
		});
		result.whenComplete((answer, failure) -> {
			if (failure != null) {
				sent.cancel(true);
			}
		});
		return result;
	}

	/**
	 * Make the call in whatever way.
	 * @param call does what was said, and waits for the result
	 * @return the result
	 */
	public R make(Supplier<? extends R> call) {
		Operation operation = this.recorder.begin(this.call);
		try {
			R result = call.get();
			end(operation, result, null);
			return result;
		}
		catch (RuntimeException | Error ex) {
			end(operation, null, ex);
			throw ex;
		}
	}

	private void end(Operation operation, @Nullable R result, @Nullable Throwable failure) {
		long now = this.recorder.now();
		if (result != null) {
			operation.end(Ending.answered(now, result));
		}
		else if (failure != null) {
			operation.end(Ending.failed(now, failure));
		}
	}

}
