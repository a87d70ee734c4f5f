/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.embedded.mvcc.RangeOptions;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;
import io.github.etcdspring.proto.LeaseLeasesRequest;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.LeaseStatus;
import io.github.etcdspring.proto.LeaseTimeToLiveRequest;
import io.github.etcdspring.proto.LeaseTimeToLiveResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class LeaseServiceTests {

	private ServedNode served;

	private LeaseGrpc.LeaseBlockingStub leases;

	@BeforeEach
	void start() throws Exception {
		this.served = new ServedNode();
		this.leases = LeaseGrpc.newBlockingStub(this.served.channel());
	}

	@AfterEach
	void stop() throws Exception {
		this.served.close();
	}

	@Test
	void grantAnswersWithIdAndTimeToLive() {
		LeaseGrantResponse chosen = grant(7, 1);
		assertThat(chosen.getID()).isEqualTo(7);
		assertThat(chosen.getTTL()).isEqualTo(2);
		assertThat(chosen.getError()).isEmpty();
		assertThat(chosen.getHeader().getRevision()).isEqualTo(1);
		assertThat(grant(0, 60).getID()).isPositive();
		assertRefused(() -> grant(7, 60), Status.Code.FAILED_PRECONDITION, "etcdserver: lease already exists");
		assertRefused(() -> grant(8, 9_000_000_001L), Status.Code.OUT_OF_RANGE, "etcdserver: too large lease TTL");
	}

	@Test
	void revokeDeletesTheKeysInOneRevision() {
		grant(7, 60);
		this.served.put(Map.of("a", "1", "b", "1"), 7);
		this.served.put("c", "1");
		assertThat(this.leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()).getHeader().getRevision())
			.isEqualTo(4);
		assertThat(keys()).containsExactly("c");
		assertRefused(() -> this.leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()),
				Status.Code.NOT_FOUND, "etcdserver: requested lease not found");
	}

	@Test
	void revokeWithoutKeysMakesNoRevision() {
		grant(7, 60);
		assertThat(this.leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()).getHeader().getRevision())
			.isEqualTo(1);
	}

	@Test
	void advancePastTheTimeToLiveDeletesTheKeysBeforeItReturns() {
		grant(7, 60);
		this.served.put(Map.of("a", "1", "b", "1"), 7);
		this.served.clock().advance(Duration.ofSeconds(59));
		assertThat(keys()).containsExactly("a", "b");
		this.served.clock().advance(Duration.ofSeconds(1));
		assertThat(keys()).isEmpty();
		assertThat(timeToLive(7).getTTL()).isEqualTo(-1);
		assertThat(this.served.node().read(() -> this.served.node().store().revision())).isEqualTo(3);
	}

	@Test
	void timeToLiveTellsWhatIsLeftAndTheKeysIfAsked() {
		grant(7, 60);
		this.served.put(Map.of("a", "1", "b", "1"), 7);
		this.served.clock().advance(Duration.ofMillis(20_500));
		LeaseTimeToLiveResponse plain = timeToLive(7);
		assertThat(plain.getID()).isEqualTo(7);
		assertThat(plain.getTTL()).isEqualTo(39);
		assertThat(plain.getGrantedTTL()).isEqualTo(60);
		assertThat(plain.getKeysList()).isEmpty();
		assertThat(plain.getHeader().getRevision()).isEqualTo(2);
		LeaseTimeToLiveRequest withKeys = LeaseTimeToLiveRequest.newBuilder().setID(7).setKeys(true).build();
		assertThat(this.leases.leaseTimeToLive(withKeys).getKeysList()).containsExactly(ByteString.copyFromUtf8("a"),
				ByteString.copyFromUtf8("b"));
		assertThat(timeToLive(99)).satisfies((unknown) -> {
			assertThat(unknown.getID()).isEqualTo(99);
			assertThat(unknown.getTTL()).isEqualTo(-1);
			assertThat(unknown.getGrantedTTL()).isZero();
			assertThat(unknown.getHeader().getRevision()).isEqualTo(2);
		});
	}

	@Test
	void keysFollowTheirLastLease() {
		grant(7, 60);
		grant(8, 60);
		this.served.put(Map.of("a", "1", "b", "1", "c", "1"), 7);
		this.served.put(Map.of("a", "2"), 8);
		this.served.put("b", "2");
		this.leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build());
		assertThat(keys()).containsExactly("a", "b");
		this.leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(8).build());
		assertThat(keys()).containsExactly("b");
	}

	@Test
	void leasesAreListedInOrderOfExpiry() {
		grant(1, 30);
		grant(2, 10);
		grant(3, 20);
		assertThat(this.leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList())
			.extracting(LeaseStatus::getID)
			.containsExactly(2L, 3L, 1L);
	}

	@Test
	void keepAliveAnswersEachRequestInOrder() throws Exception {
		grant(7, 60);
		RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = keepAlive();
		this.served.clock().advance(Duration.ofSeconds(50));
		stream.send(request(7));
		stream.send(request(99));
		stream.send(request(0));
		List<LeaseKeepAliveResponse> answers = stream.take(3);
		assertThat(answers).extracting(LeaseKeepAliveResponse::getID).containsExactly(7L, 99L, 0L);
		assertThat(answers).extracting(LeaseKeepAliveResponse::getTTL).containsExactly(60L, 0L, 0L);
		assertThat(answers).allSatisfy((answer) -> assertThat(answer.getHeader().getRevision()).isEqualTo(1));
		assertThat(timeToLive(7).getTTL()).isEqualTo(60);
		stream.halfClose();
		assertThat(stream.end().getCode()).isEqualTo(Status.Code.OK);
	}

	@Test
	void keepAliveOfManyLeasesIsAnsweredInOrder() throws Exception {
		for (int i = 1; i <= 2000; i++) {
			this.served.node().lessor().grant(i, 60);
		}
		RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = keepAlive();
		LongStream.rangeClosed(1, 2000).forEach((id) -> stream.send(request(id)));
		assertThat(stream.take(2000)).extracting(LeaseKeepAliveResponse::getID)
			.containsExactlyElementsOf(LongStream.rangeClosed(1, 2000).boxed().toList());
	}

	@Test
	void keepAliveOfAClientThatTakesAnswersLateIsAnswered() throws Exception {
		grant(7, 60);
		RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = new RecordedCall<>(this.served.channel(),
				LeaseGrpc.getLeaseKeepAliveMethod(), new Metadata());
		for (int i = 0; i < 10_000; i++) {
			stream.send(request(7));
		}
		stream.request(10_000);
		assertThat(stream.take(10_000)).allSatisfy((answer) -> assertThat(answer.getTTL()).isEqualTo(60));
	}

	@Test
	void keepAliveWithoutLeaderEndsTheStream() throws Exception {
		grant(7, 60);
		this.served.node().leader(false);
		RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = keepAlive();
		stream.send(request(7));
		stream.send(request(7));
		Status status = stream.end();
		assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(status.getDescription()).isEqualTo("etcdserver: no leader");
		assertThat(stream.isEmpty()).isTrue();
	}

	@Test
	void cancelledKeepAliveLeavesTheLeaseToItsTime() throws Exception {
		grant(7, 60);
		RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = keepAlive();
		stream.send(request(7));
		stream.take();
		stream.cancel();
		this.served.clock().advance(Duration.ofSeconds(60));
		await().untilAsserted(() -> assertThat(timeToLive(7).getTTL()).isEqualTo(-1));
	}

	@Test
	void withAuthenticationTheKeysOfALeaseDecideWhoMayDoWhat() throws Exception {
		grant(1, 60);
		grant(2, 60);
		grant(3, 60);
		this.served.put(Map.of("a", "1"), 1);
		this.served.put(Map.of("c", "1"), 2);
		this.served.put(Map.of("z", "1"), 3);
		this.served.enableAuth();
		LeaseGrpc.LeaseBlockingStub reader = LeaseGrpc.newBlockingStub(this.served.as("reader"));
		assertThat(reader.leaseTimeToLive(ttl(3, false)).getTTL()).isEqualTo(60);
		assertThat(reader.leaseTimeToLive(ttl(2, true)).getKeysCount()).isEqualTo(1);
		assertThat(reader.leaseTimeToLive(ttl(9, true)).getTTL()).isEqualTo(-1);
		assertThat(reader.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()).getTTL()).isEqualTo(60);
		assertDenied(() -> reader.leaseTimeToLive(ttl(3, true)));
		assertDenied(() -> reader.leaseLeases(LeaseLeasesRequest.getDefaultInstance()));
		assertDenied(() -> reader.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(2).build()));
		assertDenied(() -> reader.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(3).build()));
		assertRefused(() -> reader.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(9).build()), Status.Code.NOT_FOUND,
				"etcdserver: requested lease not found");
		RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = RecordedCall.open(this.served.as("reader"),
				LeaseGrpc.getLeaseKeepAliveMethod());
		stream.send(request(1));
		stream.send(request(9));
		stream.send(request(2));
		assertThat(stream.take(2)).extracting(LeaseKeepAliveResponse::getTTL).containsExactly(60L, 0L);
		assertThat(stream.end()).satisfies((end) -> {
			assertThat(end.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
			assertThat(end.getDescription()).isEqualTo("etcdserver: permission denied");
		});
		reader.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(1).build());
		assertThat(keys()).containsExactly("c", "z");
	}

	@Test
	void withAuthenticationEverythingNeedsAUser() throws Exception {
		grant(1, 60);
		this.served.enableAuth();
		for (ThrowingCallable call : List.<ThrowingCallable>of(() -> grant(2, 60), () -> timeToLive(1),
				() -> this.leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()),
				() -> this.leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(9).build()))) {
			assertRefused(call, Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty");
		}
		RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream = keepAlive();
		stream.send(request(1));
		assertThat(stream.end().getDescription()).isEqualTo("etcdserver: user name is empty");
	}

	private static LeaseTimeToLiveRequest ttl(long id, boolean keys) {
		return LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build();
	}

	private static void assertDenied(ThrowingCallable call) {
		assertRefused(call, Status.Code.PERMISSION_DENIED, "etcdserver: permission denied");
	}

	private RecordedCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepAlive() {
		return RecordedCall.open(this.served.channel(), LeaseGrpc.getLeaseKeepAliveMethod());
	}

	private static LeaseKeepAliveRequest request(long id) {
		return LeaseKeepAliveRequest.newBuilder().setID(id).build();
	}

	private LeaseGrantResponse grant(long id, long ttl) {
		return this.leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
	}

	private LeaseTimeToLiveResponse timeToLive(long id) {
		return this.leases.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).build());
	}

	private List<String> keys() {
		ByteString all = ByteString.copyFrom(new byte[1]);
		return this.served.node()
			.read(() -> this.served.node().store().range(all, all, 0, RangeOptions.ALL))
			.keyValues()
			.stream()
			.map((pair) -> pair.getKey().toStringUtf8())
			.toList();
	}

	private static void assertRefused(ThrowingCallable call, Status.Code code, String text) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(call).satisfies((ex) -> {
			assertThat(ex.getStatus().getCode()).isEqualTo(code);
			assertThat(ex.getStatus().getDescription()).isEqualTo(text);
		});
	}

}
