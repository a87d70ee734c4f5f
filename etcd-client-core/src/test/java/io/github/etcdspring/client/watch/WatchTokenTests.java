/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.error.AuthenticationException;
import io.github.etcdspring.client.error.PermissionDeniedException;
import io.github.etcdspring.client.transport.ManualTimer;
import io.github.etcdspring.client.transport.ScriptedServer;
import io.github.etcdspring.client.transport.ScriptedStream;
import io.github.etcdspring.client.transport.TestClient;
import io.github.etcdspring.proto.AuthenticateResponse;
import io.github.etcdspring.proto.RangeResponse;
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
		alice().watch(KeyRange.key("b")).fromRevision(5).maxRetries(1).open(told);
		await().atMost(Duration.ofSeconds(30)).until(() -> !told.all().isEmpty());
		told.expect("closed at 5: INVALID_AUTH_TOKEN");
		assertThat(streams()).isLessThan(10);
	}

	@Test
	void watchThatIsAlwaysRefusedDoesNotHarmOthersForEver() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			for (int i = 1; i <= ((stream.number() <= 6) ? 2 : 1); i++) {
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
		watches.watch(KeyRange.key("b")).fromRevision(5).maxRetries(1).open(refused);
		await().atMost(Duration.ofSeconds(30)).until(() -> !refused.all().isEmpty());
		refused.expect("closed at 5: INVALID_AUTH_TOKEN");
		// After five new tokens it is alone.
		assertThat(streams()).isEqualTo(7);
		ScriptedStream shared = stream(6);
		shared.reply(WatchAnswers.events(WatchAnswers.create(shared, 1).getWatchId(), "5=a"));
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
				this.server.calls(ScriptedServer.AUTHENTICATE).isEmpty()
						? (exchange) -> exchange.reply(AuthenticateResponse.newBuilder().setToken("token-1").build())
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

	/** Permit watches of one key, and of no other, as long as the stream is open. */
	private static void permitOnly(ScriptedStream stream, String key) {
		try {
			for (int i = 1; true; i++) {
				io.github.etcdspring.proto.WatchRequest request = WatchAnswers.request(stream, i);
				if (request.hasCreateRequest()) {
					WatchCreateRequest create = request.getCreateRequest();
					stream.reply(create.getKey().toStringUtf8().equals(key)
							? WatchAnswers.created(create.getWatchId(), 100) : WatchAnswers.refused(DENIED));
				}
			}
		}
		catch (CancellationException ex) {
			// The client has left.
		}
	}

	private long openStreams() {
		return this.server.streams(ScriptedServer.WATCH).stream().filter((each) -> !each.cancelled().isDone()).count();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void thousandDeniedWatchesFetchOneNewTokenAndLeaveNoStream(boolean another) {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> permitOnly(stream, "permitted"));
		Watches watches = alice();
		Told permitted = new Told();
		if (another) {
			watches.watch(KeyRange.key("permitted")).fromRevision(5).open(permitted);
		}
		List<Told> denied = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			denied.add(new Told());
			watches.watch(KeyRange.key("denied")).fromRevision(5).open(denied.get(i));
		}
		await().atMost(Duration.ofSeconds(30)).until(() -> denied.stream().noneMatch((each) -> each.all().isEmpty()));
		assertThat(denied)
			.allSatisfy((each) -> assertThat(each.all()).containsExactly("closed at 5: PERMISSION_DENIED"));
		assertThat(denied).allSatisfy((each) -> assertThat(each.cause()).isInstanceOf(PermissionDeniedException.class));
		assertThat(logins()).isLessThanOrEqualTo(2);
		assertThat(streams()).isLessThan(100);
		await().untilAsserted(() -> assertThat(openStreams()).isEqualTo(another ? 1 : 0));
		assertThat(permitted.all()).isEmpty();
	}

	@Test
	void watchesThatAreDeniedOneAfterTheOtherFetchOneNewTokenInTenSeconds() {
		ManualTimer timer = new ManualTimer();
		this.server.onStream(ScriptedServer.WATCH, (stream) -> permitOnly(stream, "permitted"));
		Watches watches = watches(settings().credentials("alice", "secret").timer(timer));
		for (int i = 0; i < 20; i++) {
			expectDenied(watches);
			assertThat(logins()).isEqualTo(2);
		}
		timer.advance(Duration.ofSeconds(11));
		expectDenied(watches);
		expectDenied(watches);
		assertThat(logins()).isEqualTo(3);
		await().untilAsserted(() -> assertThat(openStreams()).isZero());
	}

	private static void expectDenied(Watches watches) {
		Told told = new Told();
		watches.watch(KeyRange.key("denied")).fromRevision(5).open(told);
		told.expect("closed at 5: PERMISSION_DENIED");
	}

	@Test
	void deniedWatchDoesNotJoinAStreamWithATokenThatIsOldAsWell() {
		try (TestClient client = settings().credentials("alice", "secret").open()) {
			Watches watches = new Watches(client.transport(), Namespace.NONE);
			Told first = new Told();
			Told second = new Told();
			watches.watch(KeyRange.key("kept")).fromRevision(5).open(new Told());
			WatchAnswers.accept(stream(1), 1, 100);
			watches.watch(KeyRange.key("a")).fromRevision(5).open(first);
			WatchAnswers.create(stream(1), 2);
			stream(1).reply(WatchAnswers.refused(DENIED));
			long id = WatchAnswers.accept(stream(2), 1, 100);
			stream(2).reply(WatchAnswers.events(id, "5=a"));
			first.expect("5=a");
			// Another call finds out that the second token is old, too.
			this.server.on(ScriptedServer.RANGE,
					ScriptedServer.fail(Status.Code.UNAUTHENTICATED, "etcdserver: invalid auth token"),
					ScriptedServer.reply(RangeResponse.getDefaultInstance()));
			client.kv().get("k").sync();
			watches.watch(KeyRange.key("b")).fromRevision(5).open(second);
			WatchAnswers.create(stream(1), 3);
			stream(1).reply(WatchAnswers.refused(DENIED));
			id = WatchAnswers.accept(stream(3), 1, 100);
			assertThat(stream(3).header("token")).isEqualTo("token-3");
			stream(3).reply(WatchAnswers.events(id, "5=b"));
			second.expect("5=b");
		}
	}

	@Test
	void watchesThatAreDeniedTogetherTryTheNewerTokenOnOneStream() {
		ManualTimer timer = new ManualTimer();
		this.server.on(ScriptedServer.AUTHENTICATE, WatchTokenTests::authenticate, ScriptedServer.SILENCE,
				WatchTokenTests::authenticate);
		Watches watches = watches(settings().credentials("alice", "secret").timer(timer));
		List<Told> told = Stream.generate(Told::new).limit(5).toList();
		told.forEach((each) -> watches.watch(KeyRange.key("k")).fromRevision(5).open(each));
		WatchAnswers.accept(stream(1), 1, 100);
		WatchAnswers.create(stream(1), 5);
		for (int i = 2; i <= 4; i++) {
			stream(1).reply(WatchAnswers.refused(DENIED));
		}
		authenticate(this.server.call(ScriptedServer.AUTHENTICATE, 2));
		long first = WatchAnswers.accept(stream(2), 1, 100);
		long second = WatchAnswers.accept(stream(2), 2, 100);
		WatchAnswers.create(stream(2), 3);
		assertThat(stream(2).header("token")).isEqualTo("token-2");
		stream(2).reply(WatchAnswers.refused(DENIED));
		told.get(3).expect("closed at 5: PERMISSION_DENIED");
		// Who comes later goes where the newer token is.
		stream(1).reply(WatchAnswers.refused(DENIED));
		long third = WatchAnswers.accept(stream(2), 4, 100);
		stream(2).reply(WatchAnswers.events(first, "5=a"));
		stream(2).reply(WatchAnswers.events(second, "5=b"));
		stream(2).reply(WatchAnswers.events(third, "5=c"));
		told.get(1).expect("5=a");
		told.get(2).expect("5=b");
		told.get(4).expect("5=c");
		assertThat(logins()).isEqualTo(2);
		// That token is an old one some day, too.
		timer.advance(Duration.ofSeconds(11));
		stream(2).fail(Status.Code.UNAVAILABLE, "gone");
		WatchAnswers.create(stream(3), 3);
		assertThat(stream(3).header("token")).isEqualTo("token-2");
		stream(3).reply(WatchAnswers.refused(DENIED));
		WatchAnswers.accept(stream(3), 2, 100);
		WatchAnswers.accept(stream(3), 3, 100);
		long again = WatchAnswers.accept(stream(4), 1, 100);
		assertThat(stream(4).header("token")).isEqualTo("token-3");
		stream(4).reply(WatchAnswers.events(again, "6=a"));
		told.get(1).expect("5=a", "disconnected", "resumed", "6=a");
		assertThat(streams()).isEqualTo(4);
	}

	private static void authenticate(ScriptedServer.Exchange exchange) {
		exchange.reply(AuthenticateResponse.newBuilder().setToken("token-" + exchange.number()).build());
	}

	@Test
	void deniedWatchWithAStreamOfItsOwnTriesTheNewerTokenOnAnother() {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> permitOnly(stream, "permitted"));
		Told told = new Told();
		alice().watch(KeyRange.key("denied")).fromRevision(5).progress().open(told);
		told.expect("closed at 5: PERMISSION_DENIED");
		assertThat(logins()).isEqualTo(2);
		assertThat(streams()).isEqualTo(2);
		await().untilAsserted(() -> assertThat(openStreams()).isZero());
	}

	/**
	 * Somebody changes users and roles whenever there is a new token, or it expires
	 * before it is used.
	 * @param times how often
	 * @param reason what the server says of it
	 */
	private void refuseTokens(int times, String reason) {
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			if (stream.number() > times) {
				long id = WatchAnswers.accept(stream, 1, 100);
				stream.reply(WatchAnswers.events(id, "5=a"));
			}
			else {
				WatchAnswers.create(stream, 1);
				stream.reply(WatchAnswers.refused(reason));
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old",
			// Such as one that lives a second, on a machine with too much to do.
			"rpc error: code = Unauthenticated desc = etcdserver: invalid auth token" })
	void watchOutlivesTokensThatAreRefusedAgainAndAgain(String reason) {
		ManualTimer timer = new ManualTimer();
		refuseTokens(20, reason);
		Told told = new Told();
		watches(settings().credentials("alice", "secret").timer(timer)).watch(KeyRange.key("b"))
			.fromRevision(5)
			.maxRetries(-1)
			.open(told);
		passPauses(timer, 20);
		told.expect("5=a");
		assertThat(logins()).isGreaterThan(15);
	}

	@Test
	void watchesOfWhichNoneIsAcceptedStayOnOneStream() {
		ManualTimer timer = new ManualTimer();
		int refused = 12;
		this.server.onStream(ScriptedServer.WATCH, (stream) -> {
			if (stream.number() > refused) {
				stream.reply(WatchAnswers.events(WatchAnswers.accept(stream, 1, 100), "5=a"));
				stream.reply(WatchAnswers.events(WatchAnswers.accept(stream, 2, 100), "5=a"));
			}
			else {
				WatchAnswers.create(stream, 1);
				stream.reply(WatchAnswers
					.refused("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"));
			}
		});
		Watches watches = watches(settings().credentials("alice", "secret").timer(timer));
		List<Told> all = List.of(new Told(), new Told());
		all.forEach((told) -> watches.watch(KeyRange.key("b")).fromRevision(5).maxRetries(-1).open(told));
		passPauses(timer, refused);
		all.forEach((told) -> await().until(() -> told.all().contains("5=a")));
		assertThat(streams()).isEqualTo(refused + 1);
	}

	@Test
	void watchWithFewRetriesDoesNotWaitForTheEndOfAllChanges() {
		ManualTimer timer = new ManualTimer();
		refuseTokens(100, "rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old");
		Told told = new Told();
		watches(settings().credentials("alice", "secret").timer(timer)).watch(KeyRange.key("b"))
			.fromRevision(5)
			.maxRetries(2)
			.open(told);
		passPauses(timer, 7);
		told.expect("closed at 5: AUTH_OLD_REVISION");
		assertThat(told.cause()).isInstanceOf(AuthenticationException.class);
		// The first, five new tokens, and two more retries.
		assertThat(streams()).isEqualTo(8);
		// One more if the stream wants it before it hears that nobody does.
		assertThat(logins()).isBetween(8, 9);
	}

	/** Each refusal is followed by a pause, half a second longer than the one before. */
	private void passPauses(ManualTimer timer, int refusals) {
		for (int i = 2; i <= refusals; i++) {
			Duration pause = Duration.ofMillis(Math.min(5000, 500 * (i - 1)));
			int next = i + 1;
			await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10)).until(() -> {
				// An open stream has timers of its own.
				if (clientStreams() == 0 && timer.waitingAbout(pause) != null) {
					timer.pass(pause);
				}
				return streams() >= next;
			});
		}
	}

}
