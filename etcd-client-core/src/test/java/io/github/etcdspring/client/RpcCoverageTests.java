/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Method;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

import com.google.protobuf.MessageLite;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.etcdspring.client.auth.PermissionType;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.election.LeaderKey;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.proto.KVGrpc;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every method of every service of etcd can be reached through the client, by the call
 * that the table has for it. The methods are those of the generated services, so a new
 * one fails here until it has a call.
 */
@Timeout(60)
class RpcCoverageTests {

	private static final LeaderKey LEADER = new LeaderKey(Bytes.utf8("e"), Bytes.utf8("e/1"), 1, 1);

	static final Map<String, Function<EtcdClient, CompletableFuture<?>>> CALLS = Map.ofEntries(
			Map.entry("etcdserverpb.KV/Range", (etcd) -> etcd.kv().get("k").async()),
			Map.entry("etcdserverpb.KV/RangeStream", (etcd) -> etcd.kv().get("k").stream((found) -> {
			}).async()), Map.entry("etcdserverpb.KV/Put", (etcd) -> etcd.kv().put("k", "v").async()),
			Map.entry("etcdserverpb.KV/DeleteRange", (etcd) -> etcd.kv().delete("k").async()),
			Map.entry("etcdserverpb.KV/Txn", (etcd) -> etcd.kv().txn().then(Op.put("k", "v")).async()),
			Map.entry("etcdserverpb.KV/Compact", (etcd) -> etcd.kv().compact(1).async()),
			Map.entry("etcdserverpb.Watch/Watch", (etcd) -> etcd.watch(KeyRange.prefix("k")).open((batch) -> {
			}).ready()), Map.entry("etcdserverpb.Lease/LeaseGrant", (etcd) -> etcd.leases().grant(seconds(5)).async()),
			Map.entry("etcdserverpb.Lease/LeaseRevoke", (etcd) -> etcd.leases().revoke(1).async()),
			Map.entry("etcdserverpb.Lease/LeaseKeepAlive", (etcd) -> etcd.leases().keepAlive(1).open().ready()),
			Map.entry("etcdserverpb.Lease/LeaseTimeToLive", (etcd) -> etcd.leases().timeToLive(1).async()),
			Map.entry("etcdserverpb.Lease/LeaseLeases", (etcd) -> etcd.leases().list().async()),
			Map.entry("etcdserverpb.Cluster/MemberAdd", (etcd) -> etcd.cluster().add("http://127.0.0.1:2380").async()),
			Map.entry("etcdserverpb.Cluster/MemberRemove", (etcd) -> etcd.cluster().remove(1).async()),
			Map.entry("etcdserverpb.Cluster/MemberUpdate",
					(etcd) -> etcd.cluster().update(1, "http://127.0.0.1:2380").async()),
			Map.entry("etcdserverpb.Cluster/MemberList", (etcd) -> etcd.cluster().members().async()),
			Map.entry("etcdserverpb.Cluster/MemberPromote", (etcd) -> etcd.cluster().promote(1).async()),
			Map.entry("etcdserverpb.Maintenance/Alarm", (etcd) -> etcd.maintenance().alarms().async()),
			Map.entry("etcdserverpb.Maintenance/Status", (etcd) -> etcd.maintenance().status(endpoint(etcd)).async()),
			Map.entry("etcdserverpb.Maintenance/Defragment",
					(etcd) -> etcd.maintenance().defragment(endpoint(etcd)).async()),
			Map.entry("etcdserverpb.Maintenance/Hash", (etcd) -> etcd.maintenance().hash(endpoint(etcd)).async()),
			Map.entry("etcdserverpb.Maintenance/HashKV", (etcd) -> etcd.maintenance().hashKv(endpoint(etcd)).async()),
			Map.entry("etcdserverpb.Maintenance/Snapshot",
					(etcd) -> etcd.maintenance().snapshot(Channels.newChannel(new ByteArrayOutputStream())).async()),
			Map.entry("etcdserverpb.Maintenance/MoveLeader",
					(etcd) -> etcd.maintenance().moveLeader(1).endpoint(endpoint(etcd)).async()),
			Map.entry("etcdserverpb.Maintenance/Downgrade",
					(etcd) -> etcd.maintenance().downgrade().validate("3.5.0").async()),
			Map.entry("etcdserverpb.Auth/AuthEnable", (etcd) -> etcd.auth().enable().async()),
			Map.entry("etcdserverpb.Auth/AuthDisable", (etcd) -> etcd.auth().disable().async()),
			Map.entry("etcdserverpb.Auth/AuthStatus", (etcd) -> etcd.auth().status().async()),
			Map.entry("etcdserverpb.Auth/Authenticate", (etcd) -> etcd.auth().authenticate("u", "p").async()),
			Map.entry("etcdserverpb.Auth/UserAdd", (etcd) -> etcd.auth().addUser("u", "p").async()),
			Map.entry("etcdserverpb.Auth/UserGet", (etcd) -> etcd.auth().user("u").async()),
			Map.entry("etcdserverpb.Auth/UserList", (etcd) -> etcd.auth().users().async()),
			Map.entry("etcdserverpb.Auth/UserDelete", (etcd) -> etcd.auth().deleteUser("u").async()),
			Map.entry("etcdserverpb.Auth/UserChangePassword", (etcd) -> etcd.auth().changePassword("u", "p").async()),
			Map.entry("etcdserverpb.Auth/UserGrantRole", (etcd) -> etcd.auth().grantRole("u", "r").async()),
			Map.entry("etcdserverpb.Auth/UserRevokeRole", (etcd) -> etcd.auth().revokeRole("u", "r").async()),
			Map.entry("etcdserverpb.Auth/RoleAdd", (etcd) -> etcd.auth().addRole("r").async()),
			Map.entry("etcdserverpb.Auth/RoleGet", (etcd) -> etcd.auth().role("r").async()),
			Map.entry("etcdserverpb.Auth/RoleList", (etcd) -> etcd.auth().roles().async()),
			Map.entry("etcdserverpb.Auth/RoleDelete", (etcd) -> etcd.auth().deleteRole("r").async()),
			Map.entry("etcdserverpb.Auth/RoleGrantPermission",
					(etcd) -> etcd.auth().grantPermission("r", PermissionType.READ, KeyRange.prefix("k")).async()),
			Map.entry("etcdserverpb.Auth/RoleRevokePermission",
					(etcd) -> etcd.auth().revokePermission("r", KeyRange.prefix("k")).async()),
			Map.entry("v3lockpb.Lock/Lock", (etcd) -> etcd.lockService().lock("l", 1).async()),
			Map.entry("v3lockpb.Lock/Unlock", (etcd) -> etcd.lockService().unlock(Bytes.utf8("l/1")).async()),
			Map.entry("v3electionpb.Election/Campaign", (etcd) -> etcd.electionService().campaign("e", 1, "v").async()),
			Map.entry("v3electionpb.Election/Proclaim", (etcd) -> etcd.electionService().proclaim(LEADER, "v").async()),
			Map.entry("v3electionpb.Election/Leader", (etcd) -> etcd.electionService().leader("e").async()),
			Map.entry("v3electionpb.Election/Observe",
					(etcd) -> opened(etcd.electionService().observe("e").open((leader) -> {
					}))),
			Map.entry("v3electionpb.Election/Resign", (etcd) -> etcd.electionService().resign(LEADER).async()));

	private static Map<String, MethodDescriptor<?, ?>> methods;

	@BeforeAll
	static void find() throws ReflectiveOperationException {
		methods = allMethods();
	}

	/**
	 * Find the methods of the generated services.
	 * @return the methods by their full names
	 */
	static Map<String, MethodDescriptor<?, ?>> allMethods() throws ReflectiveOperationException {
		Map<String, MethodDescriptor<?, ?>> found = new TreeMap<>();
		for (JavaClass type : new ClassFileImporter().withImportOption((location) -> location.contains("Grpc.class"))
			.importPackages(KVGrpc.class.getPackageName())) {
			Method getter = type.reflect().getMethod("getServiceDescriptor");
			ServiceDescriptor service = (ServiceDescriptor) getter.invoke(null);
			service.getMethods().forEach((method) -> found.put(method.getFullMethodName(), method));
		}
		return found;
	}

	static Collection<String> reachable() {
		return CALLS.keySet().stream().sorted().toList();
	}

	@Test
	void everyMethodHasACall() {
		assertThat(CALLS).containsOnlyKeys(methods.keySet()).hasSize(49);
	}

	@ParameterizedTest
	@MethodSource("reachable")
	void callReachesItsMethodAndNoOther(String name) {
		MethodDescriptor<?, ?> method = Objects.requireNonNull(methods.get(name));
		boolean unary = method.getType() == MethodType.UNARY;
		try (ScriptedServer server = server(); EtcdClient etcd = client(server)) {
			CompletableFuture<?> answer = Objects.requireNonNull(CALLS.get(name)).apply(etcd);
			MessageLite request = prototype(method.getRequestMarshaller());
			request = unary ? server.call(name, 1).request(request.getParserForType())
					: server.stream(name, 1).request(1, request.getParserForType());
			assertThat(request).isNotNull();
			if (unary) {
				assertThat(answer).succeedsWithin(seconds(20));
			}
			assertThat(seen(server)).containsExactly(Map.entry(name, 1));
		}
	}

	/** Answers with empty messages, and streams not at all. */
	private static ScriptedServer server() {
		ScriptedServer server = ScriptedServer.start();
		methods.forEach((name, method) -> {
			if (method.getType() == MethodType.UNARY) {
				server.on(name, ScriptedServer.reply(prototype(method.getResponseMarshaller())));
			}
			else {
				server.onStream(name);
			}
		});
		return server;
	}

	private static Map<String, Integer> seen(ScriptedServer server) {
		Map<String, Integer> seen = new TreeMap<>();
		Stream.concat(methods.keySet().stream(), Stream.of(ScriptedServer.HEALTH))
			.forEach((name) -> seen.put(name, server.count(name) + server.streams(name).size()));
		seen.values().removeIf((count) -> count == 0);
		return seen;
	}

	static MessageLite prototype(MethodDescriptor.Marshaller<?> marshaller) {
		return (MessageLite) Objects.requireNonNull(((PrototypeMarshaller<?>) marshaller).getMessagePrototype());
	}

	private static EtcdClient client(ScriptedServer server) {
		return EtcdClient.builder().endpoints(List.of(server.endpoint())).build();
	}

	/** For what does not tell when it was answered. */
	private static CompletableFuture<?> opened(AutoCloseable handle) {
		assertThat(handle).isNotNull();
		return new CompletableFuture<>();
	}

	private static String endpoint(EtcdClient etcd) {
		return etcd.endpoints().get(0);
	}

	private static Duration seconds(long seconds) {
		return Duration.ofSeconds(seconds);
	}

}
