/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.transport.Request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Recorder}, {@link RecordedCall} and {@link HistoryChecker} as a whole.
 */
class RecorderTests {

	private static final PutResult WRITTEN = new PutResult(new Header(1, 1, 2, 1), Optional.empty());

	private final History history = new History();

	private final Recorder recorder = this.history.process("me");

	private final CompletableFuture<PutResult> sent = new CompletableFuture<>();

	private Request<PutResult> request() {
		return new Request<>() {
			@Override
			public Request<PutResult> timeout(Duration timeout) {
				return this;
			}

			@Override
			public PutResult sync() {
				return RecorderTests.this.sent.join();
			}

			@Override
			public CompletableFuture<PutResult> async() {
				return RecorderTests.this.sent;
			}
		};
	}

	private static EtcdException failure(Outcome outcome) {
		return Failure.ofWrite("put", StatusCode.UNAVAILABLE, Reason.OTHER, outcome).toException();
	}

	private Operation recorded() {
		assertThat(this.history.operations()).hasSize(1);
		return this.history.operations().get(0);
	}

	@Test
	void resultIsRecordedAndReturned() {
		this.sent.complete(WRITTEN);
		assertThat(this.recorder.put("k", "v").sync(request())).isSameAs(WRITTEN);
		assertThat(recorded().revision()).isEqualTo(2);
		assertThat(recorded().end()).isGreaterThanOrEqualTo(recorded().begin());
		assertThat(recorded()).asString().contains("process=me kind=PUT write=k,v");
	}

	@Test
	void failureIsRecordedWithItsOutcomeAndThrown() {
		EtcdException failure = failure(Outcome.NOT_APPLIED);
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> this.recorder.put("k", "v").make(() -> {
			throw failure;
		})).isSameAs(failure);
		assertThat(recorded().isUnknown()).isFalse();
		assertThat(recorded().applied()).isFalse();
		assertThat(recorded()).asString().contains("outcome=NOT_APPLIED");
	}

	@Test
	void asynchronousResultIsRecordedBeforeItIsTold() {
		CompletableFuture<PutResult> result = this.recorder.put("k", "v").async(request());
		assertThat(recorded().isUnknown()).isTrue();
		CompletableFuture<Boolean> knewIt = result.thenApply((put) -> recorded().applied());
		this.sent.complete(WRITTEN);
		assertThat(knewIt).isCompletedWithValue(true);
	}

	@Test
	void asynchronousFailureIsRecordedWithItsOutcome() {
		CompletableFuture<PutResult> result = this.recorder.put("k", "v").async(request());
		this.sent.completeExceptionally(failure(Outcome.UNKNOWN));
		assertThat(result).isCompletedExceptionally();
		assertThat(recorded().isUnknown()).isTrue();
		assertThat(recorded()).asString().contains("outcome=UNKNOWN");
	}

	@Test
	void cancellationIsPassedOn() {
		this.recorder.put("k", "v").async(request()).cancel(true);
		assertThat(this.sent).isCancelled();
		assertThat(recorded().isUnknown()).isTrue();
	}

	@Test
	void whatIsNoFailureOfTheClientIsUnknown() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.recorder.put("k", "v").make(() -> {
			throw new IllegalArgumentException("wrong");
		}));
		assertThat(recorded().isUnknown()).isTrue();
	}

	@Test
	void manyThreadsRecordEverything() throws InterruptedException {
		this.sent.complete(WRITTEN);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			String name = "k" + i;
			Thread thread = new Thread(() -> {
				for (int k = 0; k < 10_000; k++) {
					this.recorder.put(name, "" + k).sync(request());
				}
			});
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(this.history.operations()).hasSize(40_000).allMatch(Operation::applied);
	}

	@Test
	void historyThatFailsIsSavedAndCanBeCheckedAgain(@TempDir Path folder) throws IOException {
		this.sent.complete(WRITTEN);
		Bytes strange = Bytes.wrap(new byte[] { 0, ' ', '%', ',', '=', '\n', (byte) 0xC3 });
		this.recorder.put(strange, strange).sync(request());
		ModelStore store = new ModelStore();
		store.put("other", "1");
		HistoryChecker checker = new HistoryChecker(this.history, store.truth());
		Path target = folder.resolve("histories");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> checker.assertNoViolations(target))
			.withMessageContaining(target.toString())
			.withMessageContaining("MISSING_WRITE");
		try (var files = Files.list(target)) {
			assertThat(HistoryChecker.load(files.findFirst().orElseThrow()).all()).isEqualTo(checker.all()).hasSize(1);
		}
	}

	@Test
	void historyWithoutViolationsIsNotSaved(@TempDir Path folder) {
		new HistoryChecker(this.history, new ModelStore().truth()).assertNoViolations(folder.resolve("histories"));
		assertThat(folder.resolve("histories")).doesNotExist();
	}

	@Test
	void otherFilesAreRefused(@TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve("file"), "hello\n");
		assertThatIllegalArgumentException().isThrownBy(() -> HistoryChecker.load(file))
			.withMessageContaining("not a saved history");
		Files.writeString(file, "etcd-history format=1\nop begin=x\n");
		assertThatIllegalArgumentException().isThrownBy(() -> HistoryChecker.load(file))
			.withMessageContaining("Line 2");
	}

}
