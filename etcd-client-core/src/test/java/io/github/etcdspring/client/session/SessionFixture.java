/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedServer.Exchange;
import io.github.etcdspring.client.transport.ScriptedServer.Step;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.client.watch.Watches;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrantResponse;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseKeepAliveResponse;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.LeaseRevokeResponse;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.ResponseOp;
import io.github.etcdspring.proto.TxnRequest;
import io.github.etcdspring.proto.TxnResponse;

/**
 * Sessions on a server that grants every lease, renews it unless it is gone, and else
 * says what a test says.
 */
@Timeout(60)
abstract class SessionFixture {

	static final Duration SOON = Duration.ofSeconds(20);

	static final String REVOKE = "etcdserverpb.Lease/LeaseRevoke";

	static final Step SILENT = (exchange) -> {
	};

	/** Leases that the server does not know any more. */
	final Set<Long> gone = ConcurrentHashMap.newKeySet();

	/** The seconds that it gives a lease when it renews it. */
	volatile int ttl = 3;

	ScriptedServer server;

	TestClient client;

	Sessions sessions;

	@BeforeEach
	void openClient() {
		this.server = ScriptedServer.start();
		this.server.on(ScriptedServer.LEASE_GRANT, SessionFixture::grant);
		this.server.on(REVOKE, ScriptedServer.reply(LeaseRevokeResponse.newBuilder().setHeader(header(1)).build()));
		this.server.onStream(ScriptedServer.KEEP_ALIVE, this::renew);
		this.client = settings().open();
		this.sessions = new Sessions(this.client.transport(), this.client.kv(), this.client.leases(),
				new Watches(this.client.transport(), Namespace.NONE));
	}

	TestClient.Settings settings() {
		return TestClient.of(this.server.endpoint());
	}

	@AfterEach
	void closeClient() {
		this.sessions.closeAsync();
		this.client.close();
		this.server.close();
	}

	static ResponseHeader header(long revision) {
		return ResponseHeader.newBuilder().setClusterId(1).setMemberId(2).setRevision(revision).build();
	}

	static void grant(Exchange exchange) {
		LeaseGrantRequest request = exchange.request(LeaseGrantRequest.parser());
		exchange.reply(LeaseGrantResponse.newBuilder()
			.setHeader(header(1))
			.setID(request.getID())
			.setTTL(request.getTTL())
			.build());
	}

	private void renew(ScriptedStream stream) {
		try {
			for (int i = 1;; i++) {
				long id = stream.request(i, LeaseKeepAliveRequest.parser()).getID();
				stream.reply(LeaseKeepAliveResponse.newBuilder()
					.setID(id)
					.setTTL(this.gone.contains(id) ? 0 : this.ttl)
					.build());
			}
		}
		catch (CancellationException ex) {
			// The stream is over.
		}
	}

	/** A session that looks after its lease every second. */
	Session session() {
		return this.sessions.session(Duration.ofSeconds(3)).sync();
	}

	static ByteString key(Session session, String name) {
		return ByteString.copyFromUtf8(name + "/" + Long.toHexString(session.leaseId()));
	}

	static KeyValue keyValue(ByteString key, long lease, long revision) {
		return KeyValue.newBuilder()
			.setKey(key)
			.setLease(lease)
			.setCreateRevision(revision)
			.setModRevision(revision)
			.setVersion(1)
			.build();
	}

	/**
	 * Answer that a key was made at the head of its queue.
	 * @param entering the call that makes it
	 * @param session whose it is
	 * @param revision the revision
	 */
	static void own(Exchange entering, Session session, long revision) {
		stand(entering, session, revision, revision);
	}

	/**
	 * Answer that a key was made in a queue.
	 * @param entering the call that makes it
	 * @param session whose it is
	 * @param revision the revision
	 * @param first the revision of the key at the head
	 */
	static void stand(Exchange entering, Session session, long revision, long first) {
		TxnRequest request = entering.request(TxnRequest.parser());
		KeyValue owner = keyValue(request.getSuccess(0).getRequestPut().getKey(), session.leaseId(), first);
		entering.reply(TxnResponse.newBuilder()
			.setHeader(header(revision))
			.setSucceeded(true)
			.addResponses(ResponseOp.newBuilder().setResponsePut(PutResponse.newBuilder().setHeader(header(revision))))
			.addResponses(ResponseOp.newBuilder()
				.setResponseRange(RangeResponse.newBuilder().setHeader(header(revision)).addKvs(owner).setCount(1)))
			.build());
	}

	static void found(Exchange asking, KeyValue... found) {
		asking.reply(RangeResponse.newBuilder()
			.setHeader(header(100))
			.addAllKvs(java.util.List.of(found))
			.setCount(found.length)
			.build());
	}

	static void answerTxn(Exchange exchange, boolean succeeded) {
		exchange.reply(TxnResponse.newBuilder().setHeader(header(100)).setSucceeded(succeeded).build());
	}

	static boolean deletes(TxnRequest request) {
		return request.getSuccessCount() == 1 && request.getSuccess(0).hasRequestDeleteRange();
	}

	TxnRequest txn(int number) {
		return this.server.call(ScriptedServer.TXN, number).request(TxnRequest.parser());
	}

	Exchange txnCall(int number) {
		return this.server.call(ScriptedServer.TXN, number);
	}

	long revoked(int number) {
		return this.server.call(REVOKE, number).request(LeaseRevokeRequest.parser()).getID();
	}

	static void pause(Duration time) throws InterruptedException {
		new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
	}

}
