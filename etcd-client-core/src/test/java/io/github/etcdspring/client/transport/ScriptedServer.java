/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.StatusResponse;
import io.github.etcdspring.proto.TxnResponse;

/**
 * A gRPC server on a loopback port that does what a script says, call by call, and
 * remembers what it saw. Without a script it answers as an etcd in good health.
 */
public final class ScriptedServer implements AutoCloseable {

	public static final String PUT = "etcdserverpb.KV/Put";

	public static final String RANGE = "etcdserverpb.KV/Range";

	public static final String TXN = "etcdserverpb.KV/Txn";

	public static final String AUTHENTICATE = "etcdserverpb.Auth/Authenticate";

	public static final String STATUS = "etcdserverpb.Maintenance/Status";

	public static final String LEASE_GRANT = "etcdserverpb.Lease/LeaseGrant";

	public static final String MEMBER_LIST = "etcdserverpb.Cluster/MemberList";

	public static final String ALARM = "etcdserverpb.Maintenance/Alarm";

	public static final String MOVE_LEADER = "etcdserverpb.Maintenance/MoveLeader";

	public static final String HEALTH = "grpc.health.v1.Health/Check";

	/** Of the health service. */
	public static final String HEALTH_WATCH = "grpc.health.v1.Health/Watch";

	public static final String WATCH = "etcdserverpb.Watch/Watch";

	public static final String KEEP_ALIVE = "etcdserverpb.Lease/LeaseKeepAlive";

	public static final String OBSERVE = "v3electionpb.Election/Observe";

	public static final String SNAPSHOT = "etcdserverpb.Maintenance/Snapshot";

	/** Receives the request and leaves it without an answer. */
	public static final Step SILENCE = (exchange) -> {
	};

	private static final ResponseHeader HEADER = ResponseHeader.newBuilder()
		.setClusterId(1)
		.setMemberId(2)
		.setRevision(7)
		.setRaftTerm(3)
		.build();

	/** gRPC says a lot about connections that a test breaks. Held, or it would forget. */
	private static final Logger grpc = Logger.getLogger("io.grpc");

	static {
		grpc.setLevel(Level.SEVERE);
	}

	private final Map<String, Script> scripts = new ConcurrentHashMap<>();

	private final Map<String, StreamScript> streamScripts = new ConcurrentHashMap<>();

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicInteger openConnections = new AtomicInteger();

	private final ExecutorService executor = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "scripted-server");
		thread.setDaemon(true);
		return thread;
	});

	private final Server server;

	private ScriptedServer(int port) {
		on(PUT, reply(PutResponse.newBuilder().setHeader(HEADER).build()));
		on(RANGE, reply(RangeResponse.newBuilder().setHeader(HEADER).build()));
		on(TXN, reply(TxnResponse.newBuilder().setHeader(HEADER).build()));
		on(STATUS, reply(StatusResponse.newBuilder().setHeader(HEADER).setVersion("3.5.30").build()));
		on(AUTHENTICATE, (exchange) -> exchange
			.reply(AuthenticateResponse.newBuilder().setHeader(HEADER).setToken("token-" + exchange.number()).build()));
		List.of(WATCH, KEEP_ALIVE, OBSERVE, SNAPSHOT).forEach((method) -> onStream(method));
		onStream(HEALTH_WATCH, (stream) -> stream.reply(new byte[] { 8, 1 }));
		on(HEALTH, (exchange) -> exchange.reply(new byte[] { 8, 1 }));
		try {
			this.server = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
				.executor(this.executor)
				.maxInboundMessageSize(Integer.MAX_VALUE)
				.addTransportFilter(new Connections())
				.fallbackHandlerRegistry(new Registry())
				.build()
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static ScriptedServer start() {
		return new ScriptedServer(ReservedPort.next());
	}

	public static ScriptedServer start(int port) {
		return new ScriptedServer(port);
	}

	public static Step reply(MessageLite message) {
		byte[] bytes = message.toByteArray();
		return (exchange) -> exchange.reply(bytes);
	}

	public static Step fail(Status.Code code, String text) {
		return (exchange) -> exchange.fail(code, text);
	}

	/**
	 * Set what happens to the next calls of a method.
	 * @param method the full name of the method
	 * @param steps one for each call; the last one is for all further calls, too
	 * @return this server
	 */
	public ScriptedServer on(String method, Step... steps) {
		script(method).replace(List.of(steps));
		return this;
	}

	/**
	 * Set what happens to the next streams of a method. Before that, and without steps,
	 * streams are accepted and get no answer but from the test.
	 * @param method the full name of the method
	 * @param steps one for each stream; the last one is for all further streams, too
	 * @return this server
	 */
	public ScriptedServer onStream(String method, StreamStep... steps) {
		streamScript(method).replace(List.of(steps));
		return this;
	}

	private StreamScript streamScript(String method) {
		return this.streamScripts.computeIfAbsent(method, (name) -> new StreamScript(this.executor));
	}

	/**
	 * Return the streams of a method so far.
	 * @param method the full name of the method
	 * @return the streams in their order
	 */
	public List<ScriptedStream> streams(String method) {
		return streamScript(method).streams();
	}

	/**
	 * Wait for a stream.
	 * @param method the full name of the method
	 * @param number the number of the stream, from 1
	 * @return the stream
	 */
	public ScriptedStream stream(String method, int number) {
		return streamScript(method).await(number);
	}

	/**
	 * Return what the server does with a method by itself.
	 * @param method the full name of the method
	 * @return the step of a server without a script
	 */
	public static Step good(String method) {
		return switch (method) {
			case PUT -> reply(PutResponse.newBuilder().setHeader(HEADER).build());
			case RANGE -> reply(RangeResponse.newBuilder().setHeader(HEADER).build());
			default -> throw new IllegalArgumentException(method);
		};
	}

	private Script script(String method) {
		return this.scripts.computeIfAbsent(method, (name) -> new Script());
	}

	public List<Exchange> calls(String method) {
		return script(method).calls();
	}

	public int count(String method) {
		return calls(method).size();
	}

	/**
	 * Wait for a call.
	 * @param method the full name of the method
	 * @param number the number of the call, from 1
	 * @return the call
	 */
	public Exchange call(String method, int number) {
		return script(method).await(number);
	}

	public int port() {
		return this.server.getPort();
	}

	public String endpoint() {
		return "http://127.0.0.1:" + port();
	}

	/**
	 * Return how many connections there ever were.
	 * @return the number
	 */
	public int connections() {
		return this.connections.get();
	}

	public int openConnections() {
		return this.openConnections.get();
	}

	/** Send a GOAWAY on every connection; calls may end. */
	public void shutDown() {
		this.server.shutdown();
	}

	@Override
	public void close() {
		this.server.shutdownNow();
		try {
			this.server.awaitTermination(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.executor.shutdownNow();
	}

	/**
	 * What happens to a call whose request has arrived.
	 */
	@FunctionalInterface
	public interface Step {

		void handle(Exchange exchange);

	}

	/**
	 * What happens to a stream that was opened. It has a thread of its own, so it may
	 * wait for requests one after the other.
	 */
	@FunctionalInterface
	public interface StreamStep {

		void handle(ScriptedStream stream);

	}

	/**
	 * One call as the server sees it.
	 */
	public static final class Exchange {

		private final int number;

		private final ServerCall<byte[], byte[]> call;

		private final Metadata headers;

		private final byte[] request;

		private final CompletableFuture<Void> cancelled;

		Exchange(int number, ServerCall<byte[], byte[]> call, Metadata headers, byte[] request,
				CompletableFuture<Void> cancelled) {
			this.number = number;
			this.call = call;
			this.headers = headers;
			this.request = request;
			this.cancelled = cancelled;
		}

		public int number() {
			return this.number;
		}

		public @Nullable String header(String name) {
			return this.headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
		}

		public @Nullable String authority() {
			return this.call.getAuthority();
		}

		public <M> M request(Parser<M> parser) {
			try {
				return parser.parseFrom(this.request);
			}
			catch (InvalidProtocolBufferException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		/**
		 * Completes when the client has taken the call off the wire, or its connection is
		 * gone.
		 * @return the future
		 */
		public CompletableFuture<Void> cancelled() {
			return this.cancelled;
		}

		public void reply(MessageLite message) {
			reply(message.toByteArray());
		}

		public void reply(byte[] message) {
			synchronized (this.call) {
				this.call.sendHeaders(new Metadata());
				this.call.sendMessage(message);
				this.call.close(Status.OK, new Metadata());
			}
		}

		public void fail(Status.Code code, String text) {
			synchronized (this.call) {
				this.call.close(code.toStatus().withDescription(text), new Metadata());
			}
		}

	}

	private static final class Script {

		private final List<Exchange> calls = new ArrayList<>();

		private List<Step> steps = List.of();

		private int first;

		synchronized void replace(List<Step> steps) {
			this.steps = steps;
			this.first = this.calls.size();
		}

		synchronized boolean isEmpty() {
			return this.steps.isEmpty();
		}

		synchronized List<Exchange> calls() {
			return List.copyOf(this.calls);
		}

		void arrived(ServerCall<byte[], byte[]> call, Metadata headers, byte[] request,
				CompletableFuture<Void> cancelled) {
			Exchange exchange;
			Step step;
			synchronized (this) {
				exchange = new Exchange(this.calls.size() + 1, call, headers, request, cancelled);
				step = this.steps.get(Math.min(this.calls.size() - this.first, this.steps.size() - 1));
				this.calls.add(exchange);
				notifyAll();
			}
			step.handle(exchange);
		}

		synchronized Exchange await(int number) {
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
			while (this.calls.size() < number) {
				long rest = end - System.nanoTime();
				if (rest <= 0) {
					throw new AssertionError("Call " + number + " did not come, only " + this.calls.size());
				}
				try {
					TimeUnit.NANOSECONDS.timedWait(this, rest);
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}
			return this.calls.get(number - 1);
		}

	}

	private final class Registry extends HandlerRegistry {

		@Override
		public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
			Script script = ScriptedServer.this.scripts.get(name);
			if (script != null && !script.isEmpty()) {
				return ServerMethodDefinition.create(method(name, MethodDescriptor.MethodType.UNARY),
						(call, headers) -> {
							call.request(2);
							return new CallListener(script, call, headers);
						});
			}
			StreamScript streamScript = ScriptedServer.this.streamScripts.get(name);
			return (streamScript != null) ? ServerMethodDefinition
				.create(method(name, MethodDescriptor.MethodType.BIDI_STREAMING), streamScript::opened) : null;
		}

		private MethodDescriptor<byte[], byte[]> method(String name, MethodDescriptor.MethodType type) {
			return MethodDescriptor.<byte[], byte[]>newBuilder()
				.setType(type)
				.setFullMethodName(name)
				.setRequestMarshaller(new BytesMarshaller())
				.setResponseMarshaller(new BytesMarshaller())
				.build();
		}

	}

	private static final class CallListener extends ServerCall.Listener<byte[]> {

		private final Script script;

		private final ServerCall<byte[], byte[]> call;

		private final Metadata headers;

		private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

		private byte[] request = new byte[0];

		CallListener(Script script, ServerCall<byte[], byte[]> call, Metadata headers) {
			this.script = script;
			this.call = call;
			this.headers = headers;
		}

		@Override
		public void onMessage(byte[] message) {
			this.request = message;
		}

		@Override
		public void onHalfClose() {
			this.script.arrived(this.call, this.headers, this.request, this.cancelled);
		}

		@Override
		public void onCancel() {
			this.cancelled.complete(null);
		}

	}

	private final class Connections extends ServerTransportFilter {

		@Override
		public Attributes transportReady(Attributes attributes) {
			ScriptedServer.this.connections.incrementAndGet();
			ScriptedServer.this.openConnections.incrementAndGet();
			return attributes;
		}

		@Override
		public void transportTerminated(@Nullable Attributes attributes) {
			if (attributes != null) {
				// Otherwise it was gone before it was there.
				ScriptedServer.this.openConnections.decrementAndGet();
			}
		}

	}

	private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
