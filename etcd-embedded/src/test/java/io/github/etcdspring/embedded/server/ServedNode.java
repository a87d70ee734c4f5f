/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;

import io.github.etcdspring.embedded.mvcc.Change;
import io.github.etcdspring.embedded.time.EtcdClock;
import io.github.etcdspring.proto.AuthEnableRequest;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthRoleAddRequest;
import io.github.etcdspring.proto.AuthRoleGrantPermissionRequest;
import io.github.etcdspring.proto.AuthUserAddRequest;
import io.github.etcdspring.proto.AuthUserGrantRoleRequest;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.Permission;

/**
 * A node on a manual clock with some of its services served on a loopback port, and a
 * channel to it.
 */
final class ServedNode implements AutoCloseable {

	private final EtcdClock clock = EtcdClock.manual();

	private final Node node = new Node(
			new NodeOptions(0, 1L << 31, 1536 * 1024, 128, Duration.ofMinutes(5), this.clock));

	private final Server server;

	private final ManagedChannel channel;

	ServedNode() throws IOException {
		InetAddress loopback = InetAddress.getLoopbackAddress();
		NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(loopback, 0))
			.intercept(new Callers());
		for (BindableService service : new BindableService[] { new WatchService(this.node), new LeaseService(this.node),
				new AuthService(this.node) }) {
			builder.addService(service);
		}
		this.server = builder.build().start();
		this.channel = NettyChannelBuilder.forAddress(new InetSocketAddress(loopback, this.server.getPort()))
			.usePlaintext()
			.maxInboundMessageSize(Integer.MAX_VALUE)
			.build();
	}

	Node node() {
		return this.node;
	}

	EtcdClock clock() {
		return this.clock;
	}

	ManagedChannel channel() {
		return this.channel;
	}

	long put(String key, String value) {
		return put(Map.of(key, value), 0);
	}

	/**
	 * Put pairs in one revision.
	 */
	long put(Map<String, String> pairs, long lease) {
		return this.node.write(() -> {
			try (Change change = this.node.store().begin()) {
				pairs.forEach((key, value) -> change.put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value),
						lease, false, false));
				change.commit();
			}
			return this.node.store().revision();
		});
	}

	void compact(long revision) {
		this.node.write(() -> {
			this.node.store().compact(revision);
			return revision;
		});
	}

	/**
	 * Turn authentication on, with the user root and a user "reader" that may read and
	 * write the keys from "a" to "b" and read "c"; passwords are the names.
	 */
	void enableAuth() {
		AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(this.channel);
		for (String user : new String[] { "root", "reader" }) {
			auth.userAdd(AuthUserAddRequest.newBuilder().setName(user).setPassword(user).build());
			auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(user).build());
			auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(user).build());
		}
		permit(auth, Permission.newBuilder().setPermType(Permission.Type.READWRITE), "a", "b");
		permit(auth, Permission.newBuilder().setPermType(Permission.Type.READ), "c", "");
		auth.authEnable(AuthEnableRequest.getDefaultInstance());
	}

	private static void permit(AuthGrpc.AuthBlockingStub auth, Permission.Builder permission, String key, String end) {
		permission.setKey(ByteString.copyFromUtf8(key)).setRangeEnd(ByteString.copyFromUtf8(end));
		auth.roleGrantPermission(
				AuthRoleGrantPermissionRequest.newBuilder().setName("reader").setPerm(permission).build());
	}

	/**
	 * Return a channel whose calls show the token of a user.
	 */
	Channel as(String user) {
		return withToken(AuthGrpc.newBlockingStub(this.channel)
			.authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(user).build())
			.getToken());
	}

	Channel withToken(String token) {
		Metadata metadata = new Metadata();
		metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
		return ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
	}

	@Override
	public void close() throws InterruptedException {
		this.channel.shutdownNow();
		this.server.shutdownNow();
		this.node.close();
		this.clock.close();
		this.channel.awaitTermination(10, TimeUnit.SECONDS);
		this.server.awaitTermination(10, TimeUnit.SECONDS);
	}

}
