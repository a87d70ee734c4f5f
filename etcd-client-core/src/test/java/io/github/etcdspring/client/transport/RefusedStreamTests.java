/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Servers that take a call's headers and then say, in the language of HTTP/2, that they
 * have not looked at it. gRPC would send it again by itself; here only the client does,
 * and it counts what it sends.
 */
class RefusedStreamTests {

	@ParameterizedTest
	@EnumSource
	void writeIsNotSentAgain(Refusal refusal) {
		try (RefusingServer server = new RefusingServer(refusal);
				TestClient client = TestClient.of(server.endpoint()).open()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.kv().put("k", "v").timeout(Duration.ofSeconds(10)).sync())
				.satisfies((ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
					assertThat(ex.attempts()).isOne();
				});
			assertThat(server.calls).hasValue(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void readIsSentAsOftenAsTheClientSays(Refusal refusal) {
		try (RefusingServer server = new RefusingServer(refusal);
				TestClient client = TestClient.of(server.endpoint()).open()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> client.kv().get("k").timeout(Duration.ofSeconds(3)).sync())
				.satisfies((ex) -> assertThat(server.calls.get()).as("with perhaps a question for a sign of life")
					.isBetween(ex.attempts(), ex.attempts() + 2))
				.satisfies((ex) -> assertThat(ex.attempts()).isGreaterThan(4));
		}
	}

	@ParameterizedTest
	@EnumSource
	void readIsSentOnceIfReadsAreNotRepeated(Refusal refusal) {
		try (RefusingServer server = new RefusingServer(refusal);
				TestClient client = TestClient.of(server.endpoint()).retryReads(false).open()) {
			assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> client.kv().get("k").sync())
				.satisfies((ex) -> assertThat(ex.attempts()).isOne());
			assertThat(server.calls).hasValue(1);
		}
	}

	/** How a server says that it has not looked at a call. */
	enum Refusal {

		/** RST_STREAM with REFUSED_STREAM. */
		STREAM_REFUSED,

		/** GOAWAY, before the first stream. */
		GONE_BEFORE

	}

	/** Speaks as much HTTP/2 as it takes to refuse every call. */
	private static final class RefusingServer implements AutoCloseable {

		private static final int PREFACE = 24;

		private static final int HEADERS = 1;

		private static final int RST_STREAM = 3;

		private static final int SETTINGS = 4;

		private static final int PING = 6;

		private static final int GOAWAY = 7;

		private static final int ACK = 1;

		private static final int REFUSED_STREAM = 7;

		private final AtomicInteger calls = new AtomicInteger();

		private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

		private final Refusal refusal;

		private final ServerSocket listener;

		RefusingServer(Refusal refusal) {
			this.refusal = refusal;
			try {
				this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			start(this::accept);
		}

		String endpoint() {
			return "http://127.0.0.1:" + this.listener.getLocalPort();
		}

		private static void start(Runnable task) {
			Thread thread = new Thread(task, "refusing-server");
			thread.setDaemon(true);
			thread.start();
		}

		private void accept() {
			try {
				while (true) {
					Socket socket = this.listener.accept();
					this.sockets.add(socket);
					start(() -> serve(socket));
				}
			}
			catch (IOException ex) {
				// Closed.
			}
		}

		private void serve(Socket socket) {
			try (socket) {
				DataInputStream in = new DataInputStream(socket.getInputStream());
				DataOutputStream out = new DataOutputStream(socket.getOutputStream());
				in.readFully(new byte[PREFACE]);
				frame(out, SETTINGS, 0, 0);
				while (true) {
					int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
					int type = in.readUnsignedByte();
					int flags = in.readUnsignedByte();
					int stream = in.readInt();
					byte[] payload = new byte[length];
					in.readFully(payload);
					if (type == HEADERS) {
						this.calls.incrementAndGet();
						refuse(out, stream);
					}
					else if ((type == SETTINGS || type == PING) && (flags & ACK) == 0) {
						frame(out, type, ACK, 0, (type == PING) ? payload : new byte[0]);
					}
				}
			}
			catch (IOException ex) {
				// The client has closed the connection.
			}
		}

		private void refuse(DataOutputStream out, int stream) throws IOException {
			if (this.refusal == Refusal.STREAM_REFUSED) {
				frame(out, RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) REFUSED_STREAM);
			}
			else {
				// The last stream that was looked at is 0, and there is no error.
				frame(out, GOAWAY, 0, 0, new byte[8]);
			}
		}

		private static void frame(DataOutputStream out, int type, int flags, int stream, byte... payload)
				throws IOException {
			out.writeByte(payload.length >> 16);
			out.writeShort(payload.length);
			out.writeByte(type);
			out.writeByte(flags);
			out.writeInt(stream);
			out.write(payload);
			out.flush();
		}

		@Override
		public void close() {
			try {
				this.listener.close();
				for (Socket socket : this.sockets) {
					socket.close();
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
