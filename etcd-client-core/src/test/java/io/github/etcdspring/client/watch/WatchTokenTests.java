/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.proto.WatchCreateRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a watch does about its token.
 */
class WatchTokenTests extends ScriptedWatchTests {

	private static final String DENIED = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";

	private Watches alice() {
		return watches(settings().credentials("alice", "secret"));
	}

	private int logins() {
		return this.server.count(ScriptedServer.AUTHENTICATE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token",
			"rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old",
			"rpc error: code = InvalidArgument desc = etcdserver: user name is empty" })
	void tokenThatIsRefusedIsReplacedOnceForAllWatches(String text) {
		Watches watches = alice();
		Told first = new Told();
		Told second = new Told();
		Told third = new Told();
		watches.watch(KeyRange.key("a")).fromRevision(5).open(first);
		WatchAnswers.accept(stream(1), 1, 100);
		assertThat(stream(1).header("token")).isEqualTo("token-1");
		watches.watch(KeyRange.key("b")).fromRevision(6).open(second);
		watches.watch(KeyRange.key("c")).fromRevision(7).open(third);
		WatchAnswers.create(stream(1), 3);
		stream(1).reply(WatchAnswers.refused(text));
		stream(1).reply(WatchAnswers.refused(text));
		assertThat(stream(2).header("token")).isEqualTo("token-2");
		for (int i = 1; i <= 3; i++) {
			WatchCreateRequest create = WatchAnswers.create(stream(2), i);
			assertThat(create.getStartRevision()).isEqualTo(4 + i);
			stream(2).reply(WatchAnswers.created(create.getWatchId(), 100));
			stream(2).reply(WatchAnswers.events(create.getWatchId(), "50=x"));
		}
		first.expect("disconnected", "resumed", "50=x");
		second.expect("50=x");
		third.expect("50=x");
		assertThat(logins()).isEqualTo(2);
		assertThat(streams()).isEqualTo(2);
	}

	@Test
	void fixedTokenThatIsRefusedEndsOnlyThatWatch() {
		Watches watches = watches(settings().authToken("fixed"));
		Told first = new Told();
		Told second = new Told();
		watches.watch(KeyRange.key("a")).fromRevision(5).open(first);
		watches.watch(KeyRange.key("b")).fromRevision(5).open(second);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		WatchAnswers.create(stream(1), 2);
		assertThat(stream(1).header("token")).isEqualTo("fixed");
		stream(1)
			.reply(WatchAnswers.refused("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"));
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		second.expect("closed at 5: INVALID_AUTH_TOKEN");
		assertThat(second.cause()).isInstanceOf(AuthenticationException.class);
		first.expect("5=a");
		assertThat(streams()).isEqualTo(1);
	}

	@Test
	void deniedWatchTriesOneNewerTokenOnAStreamOfItsOwn() {
		Watches watches = alice();
		Told permitted = new Told();
		Told denied = new Told();
		watches.watch(KeyRange.key("a")).fromRevision(5).open(permitted);
		watches.watch(KeyRange.key("b")).fromRevision(5).open(denied);
		long id = WatchAnswers.accept(stream(1), 1, 100);
		WatchAnswers.create(stream(1), 2);
		stream(1).reply(WatchAnswers.refused(DENIED));
		assertThat(WatchAnswers.create(stream(2), 1).getKey().toStringUtf8()).isEqualTo("b");
		assertThat(stream(2).header("token")).isEqualTo("token-2");
		stream(2).reply(WatchAnswers.refused(DENIED));
		denied.expect("closed at 5: PERMISSION_DENIED");
		assertThat(denied.cause()).isInstanceOf(PermissionDeniedException.class);
		stream(1).reply(WatchAnswers.events(id, "5=a"));
		permitted.expect("5=a");
		assertThat(logins()).isEqualTo(2);
		assertThat(streams()).isEqualTo(2);
		assertThat(stream(1).cancelled()).isNotDone();
		await().until(() -> stream(2).cancelled().isDone());
	}

	@Test
	void deniedWatchGoesOnIfTheNewerTokenIsPermitted() {
		Watches watches = alice();
		Told told = new Told();
		watches.watch(KeyRange.key("b")).fromRevision(5).open(told);
		WatchAnswers.create(stream(1), 1);
		stream(1).reply(WatchAnswers.refused(DENIED));
		long id = WatchAnswers.accept(stream(2), 1, 100);
		stream(2).reply(WatchAnswers.events(id, "5=a"));
		told.expect("5=a");
		await().until(() -> stream(1).cancelled().isDone());
		stream(2).fail(Status.Code.UNAVAILABLE, "gone");
		id = WatchAnswers.accept(stream(3), 1, 100);
		stream(3).reply(WatchAnswers.events(id, "6=b"));
		told.expect("5=a", "disconnected", "resumed", "6=b");
	}

	@Test
	void tokenThatIsAlwaysRefusedEndsTheWatch() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			WatchAnswers.create(stream, 1);
			stream
				.reply(WatchAnswers.refused("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"));
		});
		Told told = new Told();
		alice().watch(KeyRange.key("b")).fromRevision(5).maxRetries(-1).open(told);
		await().atMost(Duration.ofSeconds(30)).until(() -> !told.all().isEmpty());
		told.expect("closed at 5: INVALID_AUTH_TOKEN");
		assertThat(streams()).isLessThan(10);
	}

	@Test
	void watchThatIsAlwaysRefusedDoesNotHarmOthersForEver() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			for (int i = 1; i <= 2; i++) {
				WatchCreateRequest create = WatchAnswers.create(stream, i);
				stream.reply(create.getKey().toStringUtf8().equals("a") ? WatchAnswers.created(create.getWatchId(), 100)
						: WatchAnswers
							.refused("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"));
			}
		});
		Watches watches = alice();
		Told works = new Told();
		Told refused = new Told();
		watches.watch(KeyRange.key("a")).fromRevision(5).open(works);
		watches.watch(KeyRange.key("b")).fromRevision(5).open(refused);
		await().atMost(Duration.ofSeconds(30)).until(() -> !refused.all().isEmpty());
		refused.expect("closed at 5: INVALID_AUTH_TOKEN");
		assertThat(streams()).isLessThan(10);
		ScriptedStream last = stream(streams());
		last.reply(WatchAnswers.events(WatchAnswers.create(last, 1).getWatchId(), "5=a"));
		await().until(() -> works.all().contains("5=a"));
		assertThat(works.all()).noneMatch((text) -> text.startsWith("closed"));
	}

	@Test
	void wrongPasswordEndsTheWatchAtOnce() {
		this.server.on(ScriptedServer.AUTHENTICATE, ScriptedServer.fail(Status.Code.INVALID_ARGUMENT,
				"etcdserver: authentication failed, invalid user ID or password"));
		Told told = new Told();
		alice().watch(KeyRange.key("b")).fromRevision(5).maxRetries(-1).open(told);
		told.expect("closed at 5: AUTHENTICATION_FAILED");
		assertThat(streams()).isZero();
		assertThat(logins()).isEqualTo(1);
	}

	@Test
	void watchOfAStreamThatLostItsTokenMayBeClosed() {
		this.server.on(ScriptedServer.AUTHENTICATE,
				this.server.calls(ScriptedServer.AUTHENTICATE).isEmpty() ? (exchange) -> exchange
					.reply(io.github.etcdspring.proto.AuthenticateResponse.newBuilder().setToken("token-1").build())
						: ScriptedServer.SILENCE,
				ScriptedServer.SILENCE);
		Watches watches = alice();
		Told told = new Told();
		Watch watch = watches.watch(KeyRange.key("b")).fromRevision(5).open(told);
		ScriptedStream stream = stream(1);
		WatchAnswers.accept(stream, 1, 100);
		watch.ready().join();
		stream.fail(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token");
		told.expect("disconnected");
		watch.close();
		told.expect("disconnected", "closed at 5");
	}

}
