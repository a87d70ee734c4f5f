/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.proto.ResponseHeader;

/**
 * A server on a loopback port that speaks etcd's protocol and does what it is told, call
 * by call. It keeps no data. It is for failures that a real etcd cannot be made to show
 * at the right moment: a write whose answer is lost, a stream that breaks between two
 * messages, a member without a leader.
 *
 * <pre>{@code
 * try (ScriptedEtcd server = ScriptedEtcd.start();
 * 		EtcdClient etcd = EtcdClient.builder().endpoints(server.endpoint()).build()) {
 * 	server.on(KVGrpc.getPutMethod()).fail(Status.Code.UNAVAILABLE, Reason.NO_LEADER).reply();
 *
 * 	etcd.kv().put("/app/greeting", "hello").sync();
 *
 * 	server.takeCall(KVGrpc.getPutMethod());                              // the refused one
 * 	PutRequest second = server.takeCall(KVGrpc.getPutMethod()).request();
 * }
 * }</pre>
 *
 * Methods are named by the descriptors of the generated classes, and any other gRPC
 * descriptor will do. What {@link #on} is told is for one call or stream each, in their
 * order; a stream has a {@linkplain Answers#run script}:
 *
 * <pre>{@code
 * server.on(WatchGrpc.getWatchMethod()).run((stream) -> {
 * 	long id = stream.request().getCreateRequest().getWatchId();
 * 	stream.send(WatchResponse.newBuilder().setWatchId(id).setCreated(true).build());
 * 	stream.dropConnection();
 * }).silence();
 * }</pre>
 *
 * A method that nothing was said about is answered with {@code UNIMPLEMENTED}, as by a
 * server that does not know it; a method that is out of answers with
 * {@code INVALID_ARGUMENT} and a text that says so. Everything that comes is kept until
 * the server is closed.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class ScriptedEtcd implements AutoCloseable {

	private final Monitor monitor = new Monitor();

	private final Headers headers = new Headers();

	private final Connections connections = new Connections();

	private final Threads threads = new Threads("scripted-etcd-script");

	private final ExecutorService executor = Executors.newCachedThreadPool(this.threads);

	private final Map<String, ScriptedMethod<?, ?>> methods = new LinkedHashMap<>();

	/** How many calls of a method came that there is no script for. */
	private final Map<String, Integer> unknown = new LinkedHashMap<>();

	private final String scheme;

	private final Server server;

	private ScriptedEtcd(ServerCredentials credentials) {
		this.scheme = (credentials instanceof InsecureServerCredentials) ? "http" : "https";
		try {
			this.server = NettyServerBuilder
				.forAddress(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), credentials)
				.channelType(NioServerSocketChannel.class)
				.bossEventLoopGroup(this.connections.group())
				.workerEventLoopGroup(this.connections.group())
				.directExecutor()
				.maxInboundMessageSize(Integer.MAX_VALUE)
				.fallbackHandlerRegistry(new Registry())
				.build()
				.start();
		}
		catch (IOException ex) {
			this.connections.close();
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start a server without TLS on a free port.
	 * @return the server, which the caller closes
	 * @throws UncheckedIOException if it can't listen
	 */
	public static ScriptedEtcd start() {
		return start(InsecureServerCredentials.create());
	}

	/**
	 * Start a server on a free port.
	 * @param credentials whether to use TLS, with which certificate, and whether to ask
	 * the client for one; see {@link io.grpc.TlsServerCredentials}
	 * @return the server, which the caller closes
	 * @throws UncheckedIOException if it can't listen
	 */
	public static ScriptedEtcd start(ServerCredentials credentials) {
		return new ScriptedEtcd(credentials);
	}

	/**
	 * Return where clients connect.
	 * @return a URL such as {@code http://127.0.0.1:20001}
	 */
	public String endpoint() {
		return this.scheme + "://127.0.0.1:" + this.server.getPort();
	}

	/**
	 * Say what happens to the next calls of a method, after those that something was said
	 * for already.
	 * @param <Q> the type of the requests
	 * @param <R> the type of the answers
	 * @param method the method
	 * @return says it, one answer after the other
	 * @throws IllegalArgumentException if the method was given by another descriptor
	 * before
	 */
	public <Q, R> Answers<Q, R> on(MethodDescriptor<Q, R> method) {
		return new Answers<>(scripted(method), false, Duration.ZERO);
	}

	/**
	 * Say what happens to all calls of a method that nothing was said for with
	 * {@link #on}.
	 * @param <Q> the type of the requests
	 * @param <R> the type of the answers
	 * @param method the method
	 * @return says it; the last answer counts
	 * @throws IllegalArgumentException if the method was given by another descriptor
	 * before
	 */
	public <Q, R> Answers<Q, R> byDefault(MethodDescriptor<Q, R> method) {
		return new Answers<>(scripted(method), true, Duration.ZERO);
	}

	/**
	 * Set what is filled into the headers of further answers where they leave a field at
	 * 0. By default that is cluster 1, member 2, revision 1 and term 3.
	 * @param header the values; fields that are 0 stay as they were
	 */
	public void header(ResponseHeader header) {
		this.headers.change(header);
	}

	/**
	 * Wait for the next call of a method, in the order of their arrival; each is returned
	 * once. Its requests may come later.
	 * @param <Q> the type of the requests
	 * @param <R> the type of the answers
	 * @param method the method
	 * @return the call
	 * @throws AssertionError if none comes in 10 seconds; the message tells what came
	 */
	public <Q, R> ScriptedCall<Q, R> takeCall(MethodDescriptor<Q, R> method) {
		return takeCall(method, Monitor.PATIENCE);
	}

	/**
	 * Wait for the next call of a method, in the order of their arrival; each is returned
	 * once. Its requests may come later.
	 * @param <Q> the type of the requests
	 * @param <R> the type of the answers
	 * @param method the method
	 * @param timeout for how long; zero takes only what is there
	 * @return the call
	 * @throws AssertionError if none comes in time; the message tells what came
	 */
	public <Q, R> ScriptedCall<Q, R> takeCall(MethodDescriptor<Q, R> method, Duration timeout) {
		return scripted(method).take(timeout, this::seen);
	}

	/**
	 * Return the calls of a method so far, taken or not; without those that came before
	 * anything was said about it.
	 * @param <Q> the type of the requests
	 * @param <R> the type of the answers
	 * @param method the method
	 * @return the calls in the order of their arrival
	 */
	public <Q, R> List<ScriptedCall<Q, R>> calls(MethodDescriptor<Q, R> method) {
		return scripted(method).calls();
	}

	/**
	 * Return how many connections there ever were.
	 * @return the number
	 */
	public int connections() {
		return this.connections.count();
	}

	/**
	 * Return how many connections there are.
	 * @return the number
	 */
	public int openConnections() {
		return this.connections.openCount();
	}

	/**
	 * Close all connections without a word; new ones are accepted.
	 */
	public void dropConnections() {
		this.connections.dropAll();
	}

	/**
	 * End all calls and connections, and wait until the scripts and the network thread
	 * have ended. Scripts are interrupted; one that goes on regardless is waited for at
	 * most 10 seconds. May be called again.
	 */
	@Override
	public void close() {
		this.monitor.close();
		this.server.shutdownNow();
		this.executor.shutdownNow();
		this.connections.dropAll();
		try {
			this.server.awaitTermination(Monitor.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.threads.join();
		this.connections.close();
	}

	@Override
	public String toString() {
		return "scripted etcd at " + endpoint() + ": " + seen();
	}

	private <Q, R> ScriptedMethod<Q, R> scripted(MethodDescriptor<Q, R> descriptor) {
		synchronized (this.monitor) {
			ScriptedMethod<?, ?> method = this.methods.computeIfAbsent(descriptor.getFullMethodName(),
					(name) -> new ScriptedMethod<>(descriptor, this, this.monitor));
			if (method.descriptor() != descriptor) {
				throw new IllegalArgumentException("'method' " + descriptor.getFullMethodName()
						+ " was given by another descriptor before: use the same one");
			}
			@SuppressWarnings("unchecked")
			ScriptedMethod<Q, R> same = (ScriptedMethod<Q, R>) method;
			return same;
		}
	}

	private String seen() {
		synchronized (this.monitor) {
			Map<String, String> seen = new LinkedHashMap<>();
			this.methods.forEach((name, method) -> {
				if (!method.calls().isEmpty()) {
					seen.put(name, method.calls().stream().map(Object::toString).collect(Collectors.joining(", ")));
				}
			});
			this.unknown.forEach((name, count) -> seen.merge(name, name + " without a script: " + count,
					(scripted, without) -> scripted + ", " + without));
			return seen.isEmpty() ? "nothing was called" : "called were " + String.join(", ", seen.values());
		}
	}

	<Q, R> ScriptedCall<Q, R> accept(int number, ServerCall<Q, R> call, Metadata metadata) {
		return new ScriptedCall<>(number, call, metadata, this.monitor, this.headers, this.connections.of(call));
	}

	void execute(Runnable script, Duration delay) {
		if (delay.isZero()) {
			execute(script);
		}
		else {
			this.connections.schedule(() -> execute(script), delay.toNanos());
		}
	}

	private void execute(Runnable script) {
		try {
			this.executor.execute(script);
		}
		catch (RejectedExecutionException ex) {
			if (!this.monitor.isClosed()) {
				throw ex;
			}
		}
	}

	private final class Registry extends HandlerRegistry {

		@Override
		public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
			synchronized (ScriptedEtcd.this.monitor) {
				ScriptedMethod<?, ?> method = ScriptedEtcd.this.methods.get(name);
				if (method != null && method.isScripted()) {
					return definition(method);
				}
				ScriptedEtcd.this.unknown.merge(name, 1, Integer::sum);
			}
			int slash = name.lastIndexOf('/');
			Status status = Status.UNIMPLEMENTED.withDescription(
					"unknown method " + name.substring(slash + 1) + " for service " + name.substring(0, slash));
			return ServerMethodDefinition.create(unknownMethod(name), (call, metadata) -> {
				call.close(status, new Metadata());
				return new ServerCall.Listener<>() {
				};
			});
		}

		private static <Q, R> ServerMethodDefinition<Q, R> definition(ScriptedMethod<Q, R> method) {
			return ServerMethodDefinition.create(method.descriptor(), method);
		}

		private static MethodDescriptor<byte[], byte[]> unknownMethod(String name) {
			return MethodDescriptor.<byte[], byte[]>newBuilder()
				.setType(MethodDescriptor.MethodType.UNKNOWN)
				.setFullMethodName(name)
				.setRequestMarshaller(new Ignored())
				.setResponseMarshaller(new Ignored())
				.build();
		}

	}

	/** What is not understood is not read. */
	private static final class Ignored implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			return new byte[0];
		}

	}

}
