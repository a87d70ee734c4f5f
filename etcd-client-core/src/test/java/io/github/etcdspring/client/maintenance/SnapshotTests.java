/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.error.ClientClosedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.CountedAnswers;
import io.github.etcdspring.client.transport.ManualTimer;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TcpRelay;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.SnapshotResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Snapshots from a server that misbehaves, to targets that do.
 */
class SnapshotTests {

	private static final String SNAPSHOT = ScriptedServer.SNAPSHOT;

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final byte[] older = { 1, 2, 3 };

	@TempDir
	private Path folder;

	private Path file;

	private ScriptedServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = ScriptedServer.start();
		this.file = this.folder.resolve("backup.db");
		Files.write(this.file, older);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private static byte[] whole() {
		byte[] database = new byte[2048];
		new Random(7).nextBytes(database);
		try {
			byte[] whole = Arrays.copyOf(database, database.length + 32);
			System.arraycopy(MessageDigest.getInstance("SHA-256").digest(database), 0, whole, database.length, 32);
			return whole;
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static SnapshotResponse part(byte[] bytes) {
		return SnapshotResponse.newBuilder().setBlob(ByteString.copyFrom(bytes)).build();
	}

	private static void send(ScriptedStream stream, byte[] bytes, int chunk) {
		for (int i = 0; i < bytes.length; i += chunk) {
			stream.reply(part(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + chunk))));
		}
		stream.complete();
	}

	private TestClient client() {
		return TestClient.of(this.server.endpoint()).open();
	}

	private static <T extends Throwable> T failure(CompletableFuture<?> pending, Class<T> type) {
		return assertThat(pending).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.asInstanceOf(InstanceOfAssertFactories.type(type))
			.actual();
	}

	private List<Path> files() {
		try (Stream<Path> files = Files.list(this.folder)) {
			return files.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void assertOnlyTheOlderFileIsThere() {
		assertThat(files()).containsExactly(this.file);
		assertThat(this.file).hasBinaryContent(older);
	}

	@Test
	void wholeSnapshotReplacesTheOlderFile() throws IOException {
		byte[] whole = whole();
		this.server.onStream(SNAPSHOT, (stream) -> {
			stream.reply(SnapshotResponse.newBuilder().setVersion("3.6.0").build());
			send(stream, whole, 700);
		});
		try (TestClient client = client()) {
			Snapshot snapshot = client.maintenance().snapshot(this.file).sync();
			assertThat(snapshot).isEqualTo(new Snapshot(whole.length, "3.6.0"));
		}
		assertThat(files()).containsExactly(this.file);
		assertThat(this.file).hasBinaryContent(whole);
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.file))).isEqualTo("rw-------");
		assertThat(this.server.stream(SNAPSHOT, 1).header("hasleader")).isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 31, 32, 33, 512, 2047, 2048, 2049, 2080 })
	void digestIsFoundHoweverTheSnapshotIsCut(int chunk) {
		byte[] whole = whole();
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, whole, chunk));
		ByteArrayOutputStream target = new ByteArrayOutputStream();
		try (TestClient client = client()) {
			assertThat(client.maintenance().snapshot(Channels.newChannel(target)).sync().size()).isEqualTo(2080);
		}
		assertThat(target.toByteArray()).isEqualTo(whole);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 512, 544, 2048, 2079 })
	void truncatedSnapshotIsRefused(int length) {
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, Arrays.copyOf(whole(), length), 100));
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.maintenance().snapshot(this.file).sync())
				.satisfies((ex) -> assertThat(ex.status()).isEqualTo(StatusCode.DATA_LOSS))
				.withMessageContaining("damaged");
		}
		assertOnlyTheOlderFileIsThere();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 2047, 2048, 2079 })
	void changedByteIsNoticed(int position) {
		byte[] bytes = whole();
		bytes[position] ^= 1;
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, bytes, 512));
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.maintenance().snapshot(this.file).sync())
				.withMessageContaining("digest");
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void nextPartIsAskedForWhenTheOneBeforeIsWritten() {
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 520));
		CountedAnswers answers = new CountedAnswers(SNAPSHOT);
		List<Integer> requested = new ArrayList<>();
		WritableByteChannel target = new Target((bytes) -> requested.add(answers.requested()));
		try (TestClient client = TestClient.of(this.server.endpoint())
			.channelCustomizer((builder) -> builder.intercept(answers))
			.open()) {
			client.maintenance().snapshot(target).sync();
		}
		assertThat(requested).containsExactly(1, 2, 3, 4);
	}

	@Test
	void failureBeforeTheFirstPartIsRepairedAtAnotherMember() {
		this.server.onStream(SNAPSHOT, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (ScriptedServer second = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), second.endpoint()).open()) {
			second.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 512));
			assertThat(client.maintenance().snapshot(this.file).sync().size()).isEqualTo(2080);
		}
		assertThat(this.file).hasBinaryContent(whole());
	}

	@Test
	void failureAfterTheFirstPartIsTheEnd() {
		this.server.onStream(SNAPSHOT, (stream) -> {
			stream.reply(part(new byte[512]));
			stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped");
		});
		try (TestClient client = client()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.maintenance().snapshot(this.file).sync())
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.SERVER_STOPPED))
				.satisfies((ex) -> assertThat(ex.endpoint()).isEqualTo(this.server.endpoint()));
		}
		assertThat(this.server.streams(SNAPSHOT)).hasSize(1);
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void lostConnectionIsTheEnd() {
		this.server.onStream(SNAPSHOT, (stream) -> stream.reply(part(new byte[512])));
		CountedAnswers answers = new CountedAnswers(SNAPSHOT);
		try (TcpRelay relay = new TcpRelay(this.server.port());
				TestClient client = TestClient.of(relay.endpoint())
					.channelCustomizer((builder) -> builder.intercept(answers))
					.open()) {
			CompletableFuture<Snapshot> pending = client.maintenance().snapshot(this.file).async();
			await().until(() -> answers.requested() == 2);
			relay.cut();
			assertThat(failure(pending, EtcdException.class).reason()).isEqualTo(Reason.CONNECTION_LOST);
		}
		assertThat(this.server.streams(SNAPSHOT)).hasSize(1);
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void thirtySecondsOfSilenceAreTheEnd() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(SNAPSHOT, (stream) -> stream.reply(part(new byte[512])));
		CountedAnswers answers = new CountedAnswers(SNAPSHOT);
		try (TestClient client = TestClient.of(this.server.endpoint())
			.timer(timer)
			.channelCustomizer((builder) -> builder.intercept(answers))
			.open()) {
			CompletableFuture<Snapshot> pending = client.maintenance().snapshot(this.file).async();
			await().until(() -> answers.requested() == 2);
			timer.advance(Duration.ofMillis(29_900));
			assertThat(pending).isNotDone();
			timer.advance(Duration.ofMillis(200));
			assertThat(failure(pending, EtcdTimeoutException.class)).hasMessageContaining("nothing came for 30 s");
			assertThat(this.server.stream(SNAPSHOT, 1).cancelled()).succeedsWithin(SOON);
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void silenceFromTheBeginningIsTheEndToo() {
		ManualTimer timer = new ManualTimer();
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			CompletableFuture<Snapshot> pending = client.maintenance().snapshot(this.file).async();
			this.server.stream(SNAPSHOT, 1);
			await().pollInterval(Duration.ofMillis(10)).until(() -> {
				timer.advance(Duration.ofMillis(500));
				return pending.isDone();
			});
			failure(pending, EtcdTimeoutException.class);
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void slowTargetIsNoSilence() throws InterruptedException {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 512));
		CountDownLatch writing = new CountDownLatch(1);
		CountDownLatch go = new CountDownLatch(1);
		WritableByteChannel target = new Target((bytes) -> {
			writing.countDown();
			assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
		});
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			CompletableFuture<Snapshot> pending = client.maintenance().snapshot(target).async();
			assertThat(writing.await(20, TimeUnit.SECONDS)).isTrue();
			timer.advance(Duration.ofMinutes(5));
			go.countDown();
			assertThat(pending).succeedsWithin(SOON);
		}
	}

	@Test
	void timeoutLimitsTheWhole() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(SNAPSHOT, (stream) -> stream.reply(part(new byte[512])));
		try (TestClient client = TestClient.of(this.server.endpoint()).timer(timer).open()) {
			CompletableFuture<Snapshot> pending = client.maintenance()
				.snapshot(this.file)
				.timeout(Duration.ofSeconds(5))
				.async();
			this.server.stream(SNAPSHOT, 1);
			timer.advance(Duration.ofSeconds(6));
			assertThat(failure(pending, EtcdTimeoutException.class)).hasMessageContaining("5000 ms");
			assertThat(this.server.stream(SNAPSHOT, 1).cancelled()).succeedsWithin(SOON);
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void cancellingEndsTheStreamAndLeavesNothing() {
		this.server.onStream(SNAPSHOT, (stream) -> stream.reply(part(new byte[512])));
		try (TestClient client = client()) {
			CompletableFuture<Snapshot> pending = client.maintenance().snapshot(this.file).async();
			ScriptedStream stream = this.server.stream(SNAPSHOT, 1);
			assertThat(files()).hasSize(2);
			pending.cancel(true);
			assertOnlyTheOlderFileIsThere();
			assertThat(stream.cancelled()).succeedsWithin(SOON);
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void interruptedThreadLeavesNothing() throws InterruptedException {
		this.server.onStream(SNAPSHOT, (stream) -> stream.reply(part(new byte[512])));
		try (TestClient client = client()) {
			CompletableFuture<List<Path>> left = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				assertThatExceptionOfType(EtcdException.class)
					.isThrownBy(() -> client.maintenance().snapshot(this.file).sync())
					.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.INTERRUPTED));
				assertThat(Thread.currentThread().isInterrupted()).isTrue();
				left.complete(files());
			});
			thread.start();
			ScriptedStream stream = this.server.stream(SNAPSHOT, 1);
			thread.interrupt();
			assertThat(left).succeedsWithin(SOON).isEqualTo(List.of(this.file));
			assertThat(stream.cancelled()).succeedsWithin(SOON);
			thread.join();
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void closedClientLeavesNothing() {
		this.server.onStream(SNAPSHOT, (stream) -> stream.reply(part(new byte[512])));
		try (TestClient client = client()) {
			CompletableFuture<Snapshot> pending = client.maintenance().snapshot(this.file).async();
			this.server.stream(SNAPSHOT, 1);
			client.close();
			failure(pending, ClientClosedException.class);
			assertOnlyTheOlderFileIsThere();
			failure(client.maintenance().snapshot(this.file).async(), ClientClosedException.class);
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void closedChannelIsReported() throws IOException {
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 512));
		try (TestClient client = client();
				FileChannel channel = FileChannel.open(this.folder.resolve("other"), StandardOpenOption.CREATE,
						StandardOpenOption.WRITE)) {
			channel.close();
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> client.maintenance().snapshot(channel).sync())
				.withCauseInstanceOf(ClosedChannelException.class);
		}
	}

	@Test
	void channelOfTheApplicationStaysOpen() throws IOException {
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 512),
				(stream) -> send(stream, new byte[32], 32));
		try (TestClient client = client();
				FileChannel channel = FileChannel.open(this.folder.resolve("other"), StandardOpenOption.CREATE,
						StandardOpenOption.WRITE)) {
			client.maintenance().snapshot(channel).sync();
			assertThat(channel.size()).isEqualTo(2080);
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.maintenance().snapshot(channel).sync());
			assertThat(channel.isOpen()).isTrue();
		}
	}

	@Test
	void fullTargetIsReported() {
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 512));
		WritableByteChannel full = new Target((bytes) -> {
			throw new IOException("No space left on device");
		});
		try (TestClient client = client()) {
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> client.maintenance().snapshot(full).sync())
				.withMessageContaining("No space left");
		}
	}

	@Test
	void whatTheTargetThrowsIsThrown() {
		this.server.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 512));
		AssertionError error = new AssertionError("thrown by the test's channel");
		IllegalStateException exception = new IllegalStateException("thrown by the test's channel");
		try (TestClient client = client()) {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> client.maintenance().snapshot(new Target((bytes) -> {
					throw exception;
				})).sync())
				.isSameAs(exception);
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> client.maintenance().snapshot(new Target((bytes) -> {
					throw error;
				})).sync())
				.isSameAs(error);
		}
	}

	@Test
	void missingFolderIsReportedAndNobodyAsked() {
		try (TestClient client = client()) {
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> client.maintenance().snapshot(this.folder.resolve("missing/backup.db")).sync())
				.withCauseInstanceOf(NoSuchFileException.class);
		}
		assertThat(this.server.streams(SNAPSHOT)).isEmpty();
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	void namedEndpointIsTheOneAsked() {
		try (ScriptedServer second = ScriptedServer.start();
				TestClient client = TestClient.of(this.server.endpoint(), second.endpoint()).open()) {
			second.onStream(SNAPSHOT, (stream) -> send(stream, whole(), 512));
			assertThat(client.maintenance().snapshot(this.file).endpoint(second.endpoint()).sync().size())
				.isEqualTo(2080);
			assertThatIllegalArgumentException()
				.isThrownBy(() -> client.maintenance().snapshot(this.file).endpoint("http://127.0.0.1:1"))
				.withMessageContaining("'endpoint'");
		}
		assertThat(this.server.streams(SNAPSHOT)).isEmpty();
	}

	@Test
	void namedEndpointIsNotReplacedByAnother() {
		this.server.onStream(SNAPSHOT, (stream) -> stream.fail(Status.Code.UNAVAILABLE, "etcdserver: server stopped"));
		try (ScriptedServer second = ScriptedServer.start();
				TestClient client = TestClient.of(second.endpoint(), this.server.endpoint()).open()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.maintenance().snapshot(this.file).endpoint(this.server.endpoint()).sync())
				.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.SERVER_STOPPED));
			assertThat(second.streams(SNAPSHOT)).isEmpty();
		}
		assertOnlyTheOlderFileIsThere();
	}

	@Test
	@SuppressWarnings("NullAway") // that is the test
	void argumentsAreChecked() {
		try (TestClient client = client()) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.maintenance().snapshot((Path) null))
				.withMessageContaining("'file'");
			assertThatIllegalArgumentException().isThrownBy(() -> client.maintenance().snapshot(Path.of("/")))
				.withMessageContaining("'file'");
			assertThatIllegalArgumentException()
				.isThrownBy(() -> client.maintenance().snapshot((WritableByteChannel) null))
				.withMessageContaining("'channel'");
		}
	}

	/** A channel that does something with each write. */
	private static final class Target implements WritableByteChannel {

		private final Writing writing;

		Target(Writing writing) {
			this.writing = writing;
		}

		@Override
		public int write(ByteBuffer bytes) throws IOException {
			int length = bytes.remaining();
			try {
				this.writing.write(bytes);
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
			bytes.position(bytes.limit());
			return length;
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public void close() {
			throw new AssertionError("The channel belongs to the application");
		}

		/** What a write does. */
		private interface Writing {

			void write(ByteBuffer bytes) throws IOException, InterruptedException;

		}

	}

}
