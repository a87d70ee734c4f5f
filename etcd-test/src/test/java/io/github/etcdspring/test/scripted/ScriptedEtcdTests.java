/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.scripted;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.EtcdTimeoutException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.transport.TlsOptions;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.proto.AuthGrpc;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.ElectionGrpc;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.LeaderResponse;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;
import io.github.etcdspring.proto.PutRequest;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeRequest;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.WatchGrpc;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * The failures that the server is made for, as the project's own client sees them, and
 * what the server has to say about it.
 */
@Timeout(60)
class ScriptedEtcdTests {

	private static final MethodDescriptor<PutRequest, PutResponse> PUT = KVGrpc.getPutMethod();

	private static final MethodDescriptor<RangeRequest, RangeResponse> RANGE = KVGrpc.getRangeMethod();

	private static final MethodDescriptor<WatchRequest, WatchResponse> WATCH = WatchGrpc.getWatchMethod();

	private static final MethodDescriptor<LeaseKeepAliveRequest, LeaseKeepAliveResponse> KEEP_ALIVE = LeaseGrpc
		.getLeaseKeepAliveMethod();

	private static final MethodDescriptor<AuthenticateRequest, AuthenticateResponse> AUTHENTICATE = AuthGrpc
		.getAuthenticateMethod();

	private ScriptedEtcd server;

	private EtcdClient etcd;

	@BeforeEach
	void start() {
		this.server = ScriptedEtcd.start();
		this.etcd = EtcdClient.builder().endpoints(this.server.endpoint()).build();
	}

	@AfterEach
	void stop() {
		this.etcd.close();
		this.server.close();
	}

	@Test
	void putThatFoundNoLeaderIsSentAgain() {
		this.server.on(PUT).fail(Status.Code.UNAVAILABLE, Reason.NO_LEADER).reply();
		this.etcd.kv().put("/app/greeting", "hello").sync();
		ScriptedCall<PutRequest, PutResponse> first = this.server.takeCall(PUT);
		ScriptedCall<PutRequest, PutResponse> second = this.server.takeCall(PUT);
		assertThat(first.requiresLeader()).isTrue();
		assertThat(second.request()).isEqualTo(first.request());
		assertThat(second.request().getKey().toStringUtf8()).isEqualTo("/app/greeting");
		assertThat(second.request().getValue().toStringUtf8()).isEqualTo("hello");
		assertThat(this.server.calls(PUT)).containsExactly(first, second);
	}

	@Test
	void putWhoseAnswerIsLostIsNotSentAgainAndHasAnUnknownOutcome() {
		this.server.on(PUT).dropConnection().reply();
		this.server.byDefault(RANGE).reply();
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> this.etcd.kv().put("/counter", "1").sync())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.CONNECTION_LOST));
		assertThat(this.server.calls(PUT)).singleElement()
			.satisfies((call) -> assertThat(call.request().getKey().toStringUtf8()).isEqualTo("/counter"))
			.satisfies((call) -> assertThat(call.connection()).isEqualTo(1));
		// A read tells whether it was applied.
		this.etcd.kv().get("/counter").sync();
		assertThat(this.server.connections()).isEqualTo(2);
	}

	@Test
	void watchThatIsCutBetweenFragmentsGoesOnAtTheTornRevision() throws Exception {
		this.server.on(WATCH).run((stream) -> {
			long id = accept(stream);
			stream.send(events(id, event(5, "a")).build());
			stream.send(events(id, event(6, "b")).setFragment(true).build());
			stream.dropConnection();
		}).run((stream) -> {
			long id = accept(stream);
			stream.send(events(id, event(6, "b")).setFragment(true).build());
			stream.send(events(id, event(6, "c")).build());
		});
		BlockingQueue<WatchBatch> batches = new LinkedBlockingQueue<>();
		try (Watch watch = this.etcd.watch(KeyRange.prefix("/app/")).fromRevision(5).open(batches::add)) {
			WatchBatch first = batches.poll(20, TimeUnit.SECONDS);
			assertThat(first).isNotNull();
			assertThat(first.revision()).isEqualTo(5);
			WatchBatch second = batches.poll(20, TimeUnit.SECONDS);
			assertThat(second).isNotNull();
			assertThat(second.revision()).isEqualTo(6);
			assertThat(second.events()).extracting((event) -> event.keyValue().keyAsUtf8()).containsExactly("b", "c");
			assertThat(this.server.takeCall(WATCH).request().getCreateRequest().getStartRevision()).isEqualTo(5);
			assertThat(this.server.takeCall(WATCH).request().getCreateRequest().getStartRevision()).isEqualTo(6);
			assertThat(watch.nextRevision()).isEqualTo(7);
		}
		assertThat(batches).isEmpty();
	}

	@Test
	void keepaliveGoesOnWhenItsStreamIsCompleted() {
		this.server.on(KEEP_ALIVE).run((stream) -> {
			stream.send(renewal(stream.request()));
			stream.complete();
		});
		this.server.byDefault(KEEP_ALIVE).reply(ScriptedEtcdTests::renewal);
		try (KeepAlive alive = this.etcd.leases().keepAlive(7).open()) {
			assertThat(alive.ready()).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(Duration.ofSeconds(60));
			assertThat(this.server.takeCall(KEEP_ALIVE).request().getID()).isEqualTo(7);
			ScriptedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> second = this.server.takeCall(KEEP_ALIVE);
			assertThat(second.request().getID()).isEqualTo(7);
			assertThat(alive.state().isLost()).isFalse();
			assertThat(second.isCancelled()).isFalse();
		}
	}

	@Test
	void streamThatIsCompletedOrRefusedIsOpenedAgain() throws Exception {
		this.server.on(ElectionGrpc.getObserveMethod())
			.reply(leader(5, "one"))
			.fail(Status.Code.UNAVAILABLE, Reason.NO_LEADER)
			.run((stream) -> stream.send(leader(6, "two")));
		BlockingQueue<String> leaders = new LinkedBlockingQueue<>();
		try (Observation observation = this.etcd.electionService()
			.observe("/leaders/report")
			.open((leader) -> leaders.add(leader.valueAsUtf8()))) {
			assertThat(observation).isNotNull();
			assertThat(leaders.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
			assertThat(leaders.poll(20, TimeUnit.SECONDS)).isEqualTo("two");
			assertThat(this.server.calls(ElectionGrpc.getObserveMethod())).hasSize(3)
				.allSatisfy(
						(stream) -> assertThat(stream.request().getName().toStringUtf8()).isEqualTo("/leaders/report"));
			assertThat(leaders).isEmpty();
		}
		this.server.calls(ElectionGrpc.getObserveMethod()).get(2).awaitCancelled();
	}

	@Test
	void expiredTokenIsReplacedByANewOne() {
		this.server.on(AUTHENTICATE).reply(token("old")).reply(token("new"));
		this.server.on(PUT).reply().fail(Status.Code.UNAUTHENTICATED, Reason.INVALID_AUTH_TOKEN).reply();
		try (EtcdClient user = EtcdClient.builder()
			.endpoints(this.server.endpoint())
			.credentials("user", "secret")
			.build()) {
			user.kv().put("/app/greeting", "hello").sync();
			user.kv().put("/app/greeting", "hi").sync();
		}
		assertThat(this.server.calls(PUT)).extracting(ScriptedCall::token).containsExactly("old", "old", "new");
		assertThat(this.server.calls(AUTHENTICATE)).hasSize(2).allSatisfy((call) -> {
			assertThat(call.token()).isNull();
			assertThat(call.requiresLeader()).isFalse();
			assertThat(call.request().getName()).isEqualTo("user");
			assertThat(call).asString().doesNotContain("secret");
		});
	}

	@Test
	void callThatIsNeverAnsweredEndsWithItsTimeout() {
		this.server.on(PUT).reply().silence();
		// Before the time counts, the client is connected.
		this.etcd.kv().put("/app/greeting", "hello").sync();
		this.server.takeCall(PUT);
		assertThatExceptionOfType(EtcdTimeoutException.class)
			.isThrownBy(() -> this.etcd.kv().put("/app/greeting", "hi").timeout(Duration.ofMillis(500)).sync())
			.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
		ScriptedCall<PutRequest, PutResponse> call = this.server.takeCall(PUT);
		call.awaitHalfClosed();
		call.awaitCancelled();
		assertThat(call.isCancelled()).isTrue();
		// Nobody hears it any more.
		call.send(PutResponse.getDefaultInstance());
		call.complete();
		assertThat(call).hasToString("etcdserverpb.KV/Put #2 (requests: 1 and no more, cancelled)");
	}

	@Test
	void testMayAnswerByItself() throws Exception {
		this.server.byDefault(PUT).silence();
		CompletableFuture<PutResult> put = this.etcd.kv().put("/app/greeting", "hello").async();
		ScriptedCall<PutRequest, PutResponse> call = this.server.takeCall(PUT);
		assertThat(call.request().getKey().toStringUtf8()).isEqualTo("/app/greeting");
		assertThat(put).isNotDone();
		call.send(PutResponse.newBuilder().setHeader(ResponseHeader.newBuilder().setRevision(77)).build());
		call.complete();
		PutResult result = put.get(20, TimeUnit.SECONDS);
		assertThat(result.revision()).isEqualTo(77);
		assertThat(result.header().clusterId()).isEqualTo(1);
		assertThat(result.header().memberId()).isEqualTo(2);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(call::awaitCancelled)
			.withMessage("it will not be cancelled: etcdserverpb.KV/Put #1 (requests: 1 and no more, completed)");
	}

	@Test
	void headersAreFilledWithWhatTheTestSays() {
		this.server.byDefault(PUT).reply();
		assertThat(this.etcd.kv().put("/a", "1").sync().revision()).isEqualTo(1);
		this.server.header(ResponseHeader.newBuilder().setRevision(40).setMemberId(9).build());
		PutResult result = this.etcd.kv().put("/a", "1").sync();
		assertThat(result.revision()).isEqualTo(40);
		assertThat(result.header().memberId()).isEqualTo(9);
		assertThat(result.header().clusterId()).isEqualTo(1);
	}

	@Test
	void answerMayDependOnTheRequest() {
		this.server.byDefault(RANGE)
			.reply((request) -> RangeResponse.newBuilder()
				.addKvs(KeyValue.newBuilder().setKey(request.getKey()).setModRevision(3))
				.setCount(1)
				.build());
		assertThat(this.etcd.kv().get("/one").sync().first())
			.hasValueSatisfying((found) -> assertThat(found.keyAsUtf8()).isEqualTo("/one"));
		assertThat(this.etcd.kv().get("/two").sync().first())
			.hasValueSatisfying((found) -> assertThat(found.keyAsUtf8()).isEqualTo("/two"));
	}

	@Test
	void delayIsForOneAnswer() {
		this.server.on(PUT).delay(Duration.ofMillis(250)).reply();
		this.server.byDefault(PUT).silence();
		long start = System.nanoTime();
		this.etcd.kv().put("/a", "1").sync();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(250));
		assertThat(this.server.on(RANGE).delay(Duration.ofSeconds(1)).reply()).isNotNull();
		assertThatIllegalArgumentException().isThrownBy(() -> this.server.on(PUT).delay(Duration.ofSeconds(-1)))
			.withMessageContaining("'delay'");
	}

	@Test
	void connectionMayBreakAfterTheAnswer() {
		this.server.on(PUT).run((call) -> {
			call.send(PutResponse.getDefaultInstance());
			call.complete();
			call.dropConnection();
		});
		this.server.byDefault(RANGE).reply();
		this.etcd.kv().put("/a", "1").sync();
		await().until(() -> this.server.openConnections() == 0 || this.server.connections() == 2);
		this.etcd.kv().get("/a").sync();
		assertThat(this.server.connections()).isEqualTo(2);
	}

	@Test
	void allConnectionsMayBeDropped() {
		this.server.byDefault(PUT).silence();
		CompletableFuture<PutResult> put = this.etcd.kv().put("/a", "1").async();
		ScriptedCall<PutRequest, PutResponse> call = this.server.takeCall(PUT);
		call.request();
		this.server.dropConnections();
		assertThat(put).failsWithin(Duration.ofSeconds(20));
		call.awaitCancelled();
	}

	@Test
	void methodWithoutAScriptIsNotImplemented() {
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> this.etcd.kv().put("/a", "1").sync())
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.UNIMPLEMENTED))
			.withMessageContaining("unknown method Put for service etcdserverpb.KV");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.server.takeCall(PUT, Duration.ZERO))
			.withMessageContaining("called were etcdserverpb.KV/Put without a script: 1");
	}

	@Test
	void methodThatIsOutOfAnswersSaysSo() {
		this.server.on(PUT).reply();
		this.etcd.kv().put("/a", "1").sync();
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> this.etcd.kv().put("/a", "2").sync())
			.withMessageContaining("there is no answer left for etcdserverpb.KV/Put #2");
	}

	@Test
	void scriptThatFailsFailsTheCall() {
		this.server.on(PUT).run((call) -> assertThat(call.request().getKey().toStringUtf8()).isEqualTo("/b"));
		assertThatExceptionOfType(EtcdException.class).isThrownBy(() -> this.etcd.kv().put("/a", "1").sync())
			.withMessageContaining("the script failed")
			.withMessageContaining("/b");
	}

	@Test
	void waitInVainTellsWhatCameInstead() {
		this.server.byDefault(PUT).reply();
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.server.takeCall(RANGE, Duration.ofMillis(10)))
			.withMessage("no call 1 of etcdserverpb.KV/Range; nothing was called; waited for 10 ms");
		this.etcd.kv().put("/a", "1").sync();
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.server.takeCall(RANGE, Duration.ofMillis(10)))
			.withMessage("no call 1 of etcdserverpb.KV/Range; called were etcdserverpb.KV/Put #1 (requests: 1"
					+ " and no more, completed); waited for 10 ms");
		assertThat(this.server).asString().contains(this.server.endpoint()).contains("KV/Put #1");
	}

	@Test
	void waitForARequestTellsWhyItDoesNotCome() {
		this.server.byDefault(WATCH).silence();
		Watch watch = this.etcd.watch(KeyRange.key("/a")).open((batch) -> {
		});
		ScriptedCall<WatchRequest, WatchResponse> stream = this.server.takeCall(WATCH);
		assertThat(stream.request().hasCreateRequest()).isTrue();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> stream.request(2, Duration.ofMillis(10)))
			.withMessage("no request 2 in etcdserverpb.Watch/Watch #1 (requests: 1, open); waited for 10 ms");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> stream.awaitCancelled(Duration.ofMillis(10)))
			.withMessageStartingWith("not cancelled: etcdserverpb.Watch/Watch #1");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> stream.awaitHalfClosed(Duration.ofMillis(10)))
			.withMessageStartingWith("not half-closed: etcdserverpb.Watch/Watch #1");
		stream.dropConnection();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> stream.request(2))
			.withMessageContaining("dropped with its connection");
		assertThatIllegalArgumentException().isThrownBy(() -> stream.request(0)).withMessageContaining("'number'");
		watch.close();
	}

	@Test
	void answersToManyCallsAtOnceAreUsedOnceEach() {
		LongStream.rangeClosed(1, 200)
			.forEach((revision) -> this.server.on(PUT)
				.reply(PutResponse.newBuilder().setHeader(ResponseHeader.newBuilder().setRevision(revision)).build()));
		List<CompletableFuture<PutResult>> puts = IntStream.range(0, 200)
			.mapToObj((i) -> this.etcd.kv().put("/k" + i, "v").async())
			.toList();
		assertThat(puts).extracting((put) -> put.get(20, TimeUnit.SECONDS).revision())
			.containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 200).boxed().toList());
		assertThat(IntStream.range(0, 200).mapToObj((i) -> this.server.takeCall(PUT).number())).isSorted()
			.doesNotHaveDuplicates()
			.hasSize(200);
	}

	@Test
	void closeEndsAllThreads() {
		Set<Thread> before = threads();
		ScriptedEtcd other = ScriptedEtcd.start();
		other.on(WATCH).run((stream) -> stream.request(1000, Duration.ofDays(1)));
		try (EtcdClient client = EtcdClient.builder().endpoints(other.endpoint()).build();
				Watch watch = client.watch(KeyRange.key("/a")).open((batch) -> {
				})) {
			ScriptedCall<WatchRequest, WatchResponse> stream = other.takeCall(WATCH);
			stream.request();
			assertThat(watch.ready()).isNotDone();
			assertThat(threads()).hasSizeGreaterThan(before.size());
			other.close();
			assertThat(threads()).isSubsetOf(before);
			other.close();
			assertThat(other.openConnections()).isZero();
			stream.dropConnection();
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> other.takeCall(WATCH))
				.withMessageContaining("the server was closed");
		}
	}

	@Test
	void answersThatMakeNoSenseAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.server.on(PUT).fail(Status.OK))
			.withMessageContaining("'status' must be an error");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.server.on(PUT).fail(Status.Code.UNAVAILABLE, Reason.TIMEOUT))
			.withMessageContaining("'reason' must be one that etcd has a text for but was TIMEOUT");
		MethodDescriptor<PutRequest, PutResponse> another = PUT.toBuilder().build();
		assertThatIllegalArgumentException().isThrownBy(() -> this.server.on(another))
			.withMessageContaining("another descriptor");
	}

	@Test
	void speaksTls(@TempDir Path folder) throws Exception {
		Path certificate = folder.resolve("server.pem");
		Path key = folder.resolve("server.key");
		issueCertificate(folder, certificate, key);
		try (ScriptedEtcd secure = ScriptedEtcd.start(TlsServerCredentials.create(certificate.toFile(), key.toFile()));
				EtcdClient client = EtcdClient.builder()
					.endpoints(secure.endpoint())
					.tls(TlsOptions.builder().trustCertificates(certificate).build())
					.build()) {
			assertThat(secure.endpoint()).startsWith("https://127.0.0.1:");
			secure.on(PUT).reply();
			assertThat(client.kv().put("/a", "1").sync().revision()).isEqualTo(1);
		}
	}

	private static long accept(ScriptedCall<WatchRequest, WatchResponse> stream) {
		long id = stream.request().getCreateRequest().getWatchId();
		stream.send(WatchResponse.newBuilder().setWatchId(id).setCreated(true).build());
		return id;
	}

	private static WatchResponse.Builder events(long id, Event event) {
		return WatchResponse.newBuilder().setWatchId(id).addEvents(event);
	}

	private static Event event(long revision, String key) {
		return Event.newBuilder()
			.setKv(KeyValue.newBuilder()
				.setKey(ByteString.copyFromUtf8(key))
				.setModRevision(revision)
				.setCreateRevision(revision)
				.setVersion(1))
			.build();
	}

	private static LeaseKeepAliveResponse renewal(LeaseKeepAliveRequest request) {
		return LeaseKeepAliveResponse.newBuilder().setID(request.getID()).setTTL(60).build();
	}

	private static LeaderResponse leader(long revision, String name) {
		return LeaderResponse.newBuilder()
			.setKv(KeyValue.newBuilder()
				.setKey(ByteString.copyFromUtf8("/leaders/report/1"))
				.setModRevision(revision)
				.setValue(ByteString.copyFromUtf8(name)))
			.build();
	}

	private static AuthenticateResponse token(String token) {
		return AuthenticateResponse.newBuilder().setToken(token).build();
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("scripted-etcd"))
			.collect(Collectors.toSet());
	}

	private static void issueCertificate(Path folder, Path certificate, Path key) throws Exception {
		Path file = folder.resolve("server.p12");
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		command.addAll(List.of("-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname",
				"CN=server", "-ext", "san=ip:127.0.0.1", "-ext", "bc:critical=ca:true", "-keystore", file.toString(),
				"-storetype", "PKCS12", "-storepass", "changeit"));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
			store.load(in, "changeit".toCharArray());
		}
		Files.writeString(certificate, pem("CERTIFICATE", store.getCertificate("server").getEncoded()));
		Files.writeString(key, pem("PRIVATE KEY", store.getKey("server", "changeit".toCharArray()).getEncoded()));
	}

	private static String pem(String type, byte[] content) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content)
				+ "\n-----END " + type + "-----\n";
	}

}
