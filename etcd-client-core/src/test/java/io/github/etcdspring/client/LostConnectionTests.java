/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.TcpRelay;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every unary call whose connection is lost after it was sent: what changes something is
 * never sent again, and says that nobody knows; what only reads is.
 */
@Timeout(60)
class LostConnectionTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	/** And granting a lease, of which there can be only one with its id. */
	private static final Set<String> READS = Set.of("etcdserverpb.KV/Range", "etcdserverpb.Lease/LeaseGrant",
			"etcdserverpb.Lease/LeaseTimeToLive", "etcdserverpb.Lease/LeaseLeases", "etcdserverpb.Cluster/MemberList",
			"etcdserverpb.Maintenance/Alarm", "etcdserverpb.Maintenance/Status", "etcdserverpb.Maintenance/Hash",
			"etcdserverpb.Maintenance/HashKV", "etcdserverpb.Maintenance/Downgrade", "etcdserverpb.Auth/AuthStatus",
			"etcdserverpb.Auth/Authenticate", "etcdserverpb.Auth/UserGet", "etcdserverpb.Auth/UserList",
			"etcdserverpb.Auth/RoleGet", "etcdserverpb.Auth/RoleList", "v3electionpb.Election/Leader");

	private static Map<String, MethodDescriptor<?, ?>> methods;

	@BeforeAll
	static void find() throws ReflectiveOperationException {
		methods = RpcCoverageTests.allMethods();
	}

	static Collection<String> unary() throws ReflectiveOperationException {
		return RpcCoverageTests.allMethods()
			.values()
			.stream()
			.filter((method) -> method.getType() == MethodType.UNARY)
			.map(MethodDescriptor::getFullMethodName)
			.toList();
	}

	@Test
	void readsAreAmongTheMethods() {
		assertThat(methods.keySet()).containsAll(READS);
	}

	@ParameterizedTest
	@MethodSource("unary")
	void onlyReadsAreSentAgain(String name) {
		MethodDescriptor<?, ?> method = Objects.requireNonNull(methods.get(name));
		try (ScriptedServer server = ScriptedServer.start();
				TcpRelay relay = new TcpRelay(server.port());
				EtcdClient etcd = EtcdClient.builder().endpoints(relay.endpoint()).build()) {
			server.on(name, (exchange) -> relay.cut(),
					ScriptedServer.reply(RpcCoverageTests.prototype(method.getResponseMarshaller())));
			CompletableFuture<?> call = Objects.requireNonNull(RpcCoverageTests.CALLS.get(name)).apply(etcd);
			if (READS.contains(name)) {
				assertThat(call).succeedsWithin(SOON);
				assertThat(server.count(name)).isEqualTo(2);
				return;
			}
			assertThat(call).failsWithin(SOON)
				.withThrowableOfType(ExecutionException.class)
				.havingCause()
				.isInstanceOfSatisfying(EtcdException.class, (ex) -> {
					assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN);
					assertThat(ex.reason()).isEqualTo(Reason.CONNECTION_LOST);
					assertThat(ex.attempts()).isOne();
				});
			// A call that comes after shows that no second one is under way.
			etcd.kv().get("k").sync();
			assertThat(server.count(name)).isOne();
		}
	}

}
