/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.transport.ScriptedServer.StreamStep;

/**
 * One stream as a {@link ScriptedServer} sees it: what came, in order, and what can be
 * done to it, by a script or by the test itself. Thread-safe.
 */
public final class ScriptedStream {

	private final int number;

	private final ServerCall<byte[], byte[]> call;

	private final Metadata headers;

	private final List<byte[]> requests = new ArrayList<>();

	private final CompletableFuture<Void> halfClosed = new CompletableFuture<>();

	private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

	private boolean headersSent;

	private boolean reading = true;

	private boolean over;

	ScriptedStream(int number, ServerCall<byte[], byte[]> call, Metadata headers) {
		this.number = number;
		this.call = call;
		this.headers = headers;
	}

	/**
	 * Return the place among the streams of the method.
	 * @return the number, from 1
	 */
	public int number() {
		return this.number;
	}

	public @Nullable String header(String name) {
		return this.headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
	}

	/**
	 * Return the address of the client's end of the connection, which tells connections
	 * apart.
	 * @return the address as text
	 */
	public String peer() {
		return String.valueOf(this.call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
	}

	/**
	 * Whether the client takes more: if not, what is sent waits here.
	 * @return whether an answer would go onto the wire
	 */
	public synchronized boolean isReady() {
		return !this.over && this.call.isReady();
	}

	/**
	 * Wait for a request.
	 * @param <M> the type of the request
	 * @param number the number of the request on this stream, from 1
	 * @param parser reads it
	 * @return the request
	 * @throws CancellationException if the stream ended without it
	 */
	public <M> M request(int number, Parser<M> parser) {
		byte[] bytes = StreamScript.awaitOrFail(this, () -> this.over || this.requests.size() >= number,
				() -> "request " + number, () -> {
					if (this.requests.size() < number) {
						throw new CancellationException("The stream ended before request " + number);
					}
					return this.requests.get(number - 1);
				});
		return parse(bytes, parser);
	}

	/**
	 * Return the requests so far.
	 * @param <M> the type of the requests
	 * @param parser reads them
	 * @return the requests in their order
	 */
	public synchronized <M> List<M> requests(Parser<M> parser) {
		return this.requests.stream().map((bytes) -> parse(bytes, parser)).toList();
	}

	private static <M> M parse(byte[] bytes, Parser<M> parser) {
		try {
			return parser.parseFrom(bytes);
		}
		catch (InvalidProtocolBufferException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Take no more requests off the wire, as a server that is stuck. */
	public synchronized void stopReading() {
		this.reading = false;
	}

	/** Send the headers, and nothing else yet. */
	public synchronized void accept() {
		if (!this.headersSent && !this.over) {
			this.headersSent = true;
			this.call.sendHeaders(new Metadata());
		}
	}

	public void reply(MessageLite message) {
		reply(message.toByteArray());
	}

	/**
	 * Send an answer; nothing happens if the stream has ended.
	 * @param message the answer
	 */
	public synchronized void reply(byte[] message) {
		accept();
		if (!this.over) {
			this.call.sendMessage(message);
		}
	}

	public void fail(Status.Code code, String text) {
		end(code.toStatus().withDescription(text));
	}

	/** End the stream with the status OK. */
	public void complete() {
		end(Status.OK);
	}

	private synchronized void end(Status status) {
		if (!this.over) {
			if (status.isOk()) {
				accept();
			}
			this.over = true;
			this.call.close(status, new Metadata());
			notifyAll();
		}
	}

	/**
	 * Completes when the client has said that it sends nothing more.
	 * @return the future
	 */
	public CompletableFuture<Void> halfClosed() {
		return this.halfClosed;
	}

	/**
	 * Completes when the client has taken the stream off the wire, or its connection is
	 * gone.
	 * @return the future
	 */
	public CompletableFuture<Void> cancelled() {
		return this.cancelled;
	}

	void run(StreamStep step) {
		try {
			step.handle(this);
		}
		catch (CancellationException ex) {
			// The client was not interested in the rest of the script.
		}
		catch (Throwable ex) {
			// The test shall see it, and it only sees its client.
			fail(Status.Code.INVALID_ARGUMENT, "The script failed: " + ex);
		}
	}

	ServerCall.Listener<byte[]> listener() {
		return new Listener();
	}

	private final class Listener extends ServerCall.Listener<byte[]> {

		@Override
		public void onMessage(byte[] message) {
			synchronized (ScriptedStream.this) {
				ScriptedStream.this.requests.add(message);
				ScriptedStream.this.notifyAll();
				if (ScriptedStream.this.reading) {
					ScriptedStream.this.call.request(1);
				}
			}
		}

		@Override
		public void onHalfClose() {
			ScriptedStream.this.halfClosed.complete(null);
		}

		@Override
		public void onCancel() {
			synchronized (ScriptedStream.this) {
				ScriptedStream.this.over = true;
				ScriptedStream.this.notifyAll();
			}
			ScriptedStream.this.cancelled.complete(null);
		}

	}

}
