/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;

import io.github.etcdspring.proto.AuthEnableRequest;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthRoleAddRequest;
import io.github.etcdspring.proto.AuthRoleGrantPermissionRequest;
import io.github.etcdspring.proto.AuthUserAddRequest;
import io.github.etcdspring.proto.AuthUserGrantRoleRequest;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.Permission;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls to a server with plain stubs.
 */
public final class TestCalls implements AutoCloseable {

	private final ManagedChannel connection;

	private final Channel channel;

	private TestCalls(ManagedChannel connection, Channel channel) {
		this.connection = connection;
		this.channel = channel;
	}

	public static TestCalls to(EmbeddedEtcd etcd) {
		ManagedChannel channel = Grpc.newChannelBuilder("127.0.0.1:" + etcd.port(), InsecureChannelCredentials.create())
			.build();
		return new TestCalls(channel, channel);
	}

	public static ByteString bytes(String text) {
		return ByteString.copyFromUtf8(text);
	}

	/**
	 * The same connection, with a header.
	 */
	public TestCalls with(String header, String value) {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), value);
		return new TestCalls(this.connection,
				ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
	}

	public <S extends AbstractStub<S>> S stub(Function<Channel, S> factory) {
		return factory.apply(this.channel);
	}

	public <S extends AbstractStub<S>> S blocking(Function<Channel, S> factory) {
		return factory.apply(this.channel).withDeadlineAfter(30, TimeUnit.SECONDS);
	}

	public PutResponse put(String key, String value) {
		return blocking(KVGrpc::newBlockingStub)
			.put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build());
	}

	public RangeResponse get(String key) {
		return get(key, "");
	}

	public RangeResponse get(String key, String end) {
		return blocking(KVGrpc::newBlockingStub)
			.range(RangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)).build());
	}

	public DeleteRangeResponse delete(String key, String end) {
		return blocking(KVGrpc::newBlockingStub)
			.deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)).build());
	}

	public long lease() {
		return blocking(LeaseGrpc::newBlockingStub).leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
			.getID();
	}

	public void revoke(long lease) {
		blocking(LeaseGrpc::newBlockingStub).leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
	}

	public void addUser(String name, String password) {
		blocking(AuthGrpc::newBlockingStub)
			.userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build());
	}

	public void addRole(String name) {
		blocking(AuthGrpc::newBlockingStub).roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
	}

	public void grantRole(String user, String role) {
		blocking(AuthGrpc::newBlockingStub)
			.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
	}

	public void permit(String role, Permission.Type type, String key, String end) {
		blocking(AuthGrpc::newBlockingStub).roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
			.setName(role)
			.setPerm(Permission.newBuilder().setPermType(type).setKey(bytes(key)).setRangeEnd(bytes(end)))
			.build());
	}

	/**
	 * Adds root with password root, and turns authentication on.
	 */
	public void enableAuth() {
		addUser("root", "root");
		grantRole("root", "root");
		blocking(AuthGrpc::newBlockingStub).authEnable(AuthEnableRequest.getDefaultInstance());
	}

	public String token(String user, String password) {
		return blocking(AuthGrpc::newBlockingStub)
			.authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
			.getToken();
	}

	/**
	 * The same connection, as a user.
	 */
	public TestCalls as(String user, String password) {
		return with("token", token(user, password));
	}

	/**
	 * Runs a call that must fail.
	 */
	public static Status failure(Runnable call) {
		try {
			call.run();
		}
		catch (StatusRuntimeException ex) {
			return ex.getStatus();
		}
		throw new AssertionError("The call did not fail");
	}

	/**
	 * Waits for a call that must fail.
	 */
	public static Status failure(Future<?> call) throws InterruptedException, TimeoutException {
		try {
			Object answer = call.get(10, TimeUnit.SECONDS);
			throw new AssertionError("The call did not fail but answered " + answer);
		}
		catch (ExecutionException ex) {
			return Status.fromThrowable(ex);
		}
	}

	public static void assertFails(Runnable call, Status.Code code, String text) {
		Status status = failure(call);
		assertThat(status.getCode() + ": " + status.getDescription()).isEqualTo(code + ": " + text);
	}

	@Override
	public void close() {
		this.connection.shutdownNow();
		try {
			assertThat(this.connection.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Keeps what a stream brings.
	 *
	 * @param <A> the type of the messages
	 */
	public static final class Received<A> implements StreamObserver<A> {

		private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

		@Override
		public void onNext(A value) {
			this.events.add(value);
		}

		@Override
		public void onError(Throwable ex) {
			this.events.add(Status.fromThrowable(ex));
		}

		@Override
		public void onCompleted() {
			this.events.add(Status.OK);
		}

		/**
		 * The next message, or the status the stream ended with.
		 */
		@SuppressWarnings("unchecked")
		public A next() throws InterruptedException {
			return (A) poll();
		}

		public Status end() throws InterruptedException {
			return (Status) poll();
		}

		private Object poll() throws InterruptedException {
			Object event = this.events.poll(10, TimeUnit.SECONDS);
			assertThat(event).as("next event of the stream").isNotNull();
			return event;
		}

		public boolean isQuiet() {
			return this.events.isEmpty();
		}

	}

}
