/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.error.Failure;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

import static org.assertj.core.api.Assertions.assertThat;

class CredentialsTests {

	private static final Failure WRONG_PASSWORD = Failure.ofRead("authenticate", StatusCode.INVALID_ARGUMENT,
			Reason.AUTHENTICATION_FAILED);

	private static final Failure NOT_ENABLED = Failure.ofRead("authenticate", StatusCode.FAILED_PRECONDITION,
			Reason.AUTH_NOT_ENABLED);

	private final List<Credentials.Result> fetches = new ArrayList<>();

	private final Credentials credentials = Credentials.fetched(this.fetches::add);

	@Test
	void withoutAuthenticationTheTokenIsThereAndEmpty() {
		Credentials none = Credentials.fixed(null);
		assertThat(current(none).value()).isNull();
		assertThat(none.canReplace(none.current())).isFalse();
	}

	@Test
	void tokenOfTheApplicationIsNeverFetched() {
		Credentials fixed = Credentials.fixed("its-own");
		assertThat(current(fixed).value()).isEqualTo("its-own");
		assertThat(fixed.canReplace(fixed.current())).isFalse();
	}

	@Test
	void nothingIsFetchedBeforeItIsNeeded() {
		assertThat(this.credentials.current()).isNull();
		assertThat(this.credentials.canReplace(null)).isTrue();
		assertThat(this.fetches).isEmpty();
	}

	@Test
	void oneFetchServesAllWhoWait() {
		List<Told> calls = refresh(null, 100);
		assertThat(this.fetches).hasSize(1);
		assertThat(calls).allMatch(Told::nothing);
		this.fetches.get(0).fetched("first", null);
		assertThat(calls).allMatch(Told::readyOnce);
		assertThat(current(this.credentials).value()).isEqualTo("first");
	}

	@Test
	void whoComesAfterTheFetchGetsItsTokenAtOnce() {
		refresh(null, 1);
		this.fetches.get(0).fetched("first", null);
		assertThat(refresh(null, 5)).allMatch(Told::readyOnce);
		assertThat(this.fetches).hasSize(1);
	}

	@Test
	void refusedTokenIsReplacedByOneOfTheNextGeneration() {
		Credentials.Token first = fetch("first");
		List<Told> calls = refresh(first, 100);
		assertThat(this.fetches).hasSize(2);
		// Until there is a better one, the old one is what new calls have.
		assertThat(this.credentials.current()).isEqualTo(first);
		this.fetches.get(1).fetched("second", null);
		assertThat(calls).allMatch(Told::readyOnce);
		assertThat(current(this.credentials).value()).isEqualTo("second");
		assertThat(current(this.credentials).generation()).isGreaterThan(first.generation());
	}

	@Test
	void lateRefusalOfAnOldTokenFetchesNothing() {
		Credentials.Token first = fetch("first");
		refresh(first, 1);
		this.fetches.get(1).fetched("second", null);
		assertThat(refresh(first, 10)).allMatch(Told::readyOnce);
		assertThat(this.fetches).hasSize(2);
	}

	@Test
	void refusalOfTheCurrentTokenAfterAnEqualTextFetchesAgain() {
		// A server may hand out the same text twice; it is another token all the same.
		Credentials.Token first = fetch("same");
		refresh(first, 1);
		this.fetches.get(1).fetched("same", null);
		refresh(current(this.credentials), 1);
		assertThat(this.fetches).hasSize(3);
	}

	@Test
	void failedFetchFailsAllWhoWaitAndTheNextCallFetchesAgain() {
		List<Told> calls = refresh(null, 20);
		this.fetches.get(0).fetched(null, WRONG_PASSWORD);
		assertThat(calls).allMatch((call) -> call.failedOnce(WRONG_PASSWORD));
		assertThat(this.credentials.current()).isNull();
		List<Told> later = refresh(null, 2);
		assertThat(this.fetches).hasSize(2);
		this.fetches.get(1).fetched("first", null);
		assertThat(later).allMatch(Told::readyOnce);
	}

	@Test
	void failedRefreshKeepsTheOldToken() {
		Credentials.Token first = fetch("first");
		List<Told> calls = refresh(first, 3);
		this.fetches.get(1).fetched(null, WRONG_PASSWORD);
		assertThat(calls).allMatch((call) -> call.failedOnce(WRONG_PASSWORD));
		assertThat(this.credentials.current()).isEqualTo(first);
	}

	@Test
	void authenticationThatIsNotEnabledMeansCallsWithoutToken() {
		List<Told> calls = refresh(null, 3);
		this.fetches.get(0).fetched(null, NOT_ENABLED);
		assertThat(calls).allMatch(Told::readyOnce);
		assertThat(current(this.credentials).value()).isNull();
		// Enabled later, the server refuses calls without a token.
		List<Told> refused = refresh(current(this.credentials), 3);
		assertThat(this.fetches).hasSize(2);
		this.fetches.get(1).fetched("first", null);
		assertThat(refused).allMatch(Told::readyOnce);
		assertThat(current(this.credentials).value()).isEqualTo("first");
	}

	@Test
	void authenticationThatIsDisabledLaterDropsTheToken() {
		Credentials.Token first = fetch("first");
		refresh(first, 1);
		this.fetches.get(1).fetched(null, NOT_ENABLED);
		assertThat(current(this.credentials).value()).isNull();
		assertThat(current(this.credentials).generation()).isGreaterThan(first.generation());
	}

	@Test
	void otherUserReplacesTheTokenOfTheApplication() {
		Credentials fixed = Credentials.fixed("its-own");
		Credentials.Token before = current(fixed);
		fixed.switchTo(this.fetches::add, "bob-1");
		assertThat(current(fixed).value()).isEqualTo("bob-1");
		assertThat(fixed.canReplace(before)).isTrue();
		assertThat(fixed.canReplace(fixed.current())).isTrue();
		Told call = new Told();
		fixed.refresh(fixed.current(), call);
		this.fetches.get(0).fetched("bob-2", null);
		assertThat(call.readyOnce()).isTrue();
		assertThat(current(fixed).value()).isEqualTo("bob-2");
	}

	@Test
	void otherUserNeedsNoTokenOfTheFormerOne() {
		List<Credentials.Result> others = new ArrayList<>();
		this.credentials.switchTo(others::add, "bob-1");
		assertThat(current(this.credentials).value()).isEqualTo("bob-1");
		assertThat(refresh(this.credentials.current(), 1)).allMatch(Told::nothing);
		assertThat(this.fetches).isEmpty();
		assertThat(others).hasSize(1);
	}

	@Test
	void whoWaitsForATokenGetsTheOneOfTheNewUser() {
		List<Told> calls = refresh(null, 5);
		this.credentials.switchTo(this.fetches::add, "bob-1");
		assertThat(calls).allMatch(Told::readyOnce);
		assertThat(this.fetches).hasSize(1);
	}

	@Test
	void lateTokenOfTheFormerUserIsIgnored() {
		Credentials.Token alice = fetch("alice-1");
		List<Told> calls = refresh(alice, 5);
		List<Credentials.Result> others = new ArrayList<>();
		this.credentials.switchTo(others::add, "bob-1");
		Credentials.Token bob = current(this.credentials);
		assertThat(bob.generation()).isGreaterThan(alice.generation());
		List<Told> later = refresh(bob, 2);
		this.fetches.get(1).fetched("alice-2", null);
		assertThat(this.credentials.current()).isEqualTo(bob);
		assertThat(calls).allMatch(Told::readyOnce);
		// The fetch of the new user is another one, and still under way.
		assertThat(later).allMatch(Told::nothing);
		assertThat(refresh(bob, 1)).allMatch(Told::nothing);
		assertThat(others).hasSize(1);
		others.get(0).fetched("bob-2", null);
		assertThat(later).allMatch(Told::readyOnce);
		assertThat(current(this.credentials).value()).isEqualTo("bob-2");
	}

	@Test
	void lateFailureOfTheFormerUserIsIgnored() {
		List<Told> calls = refresh(null, 2);
		this.credentials.switchTo(this.fetches::add, "bob-1");
		List<Told> later = refresh(current(this.credentials), 2);
		this.fetches.get(0).fetched(null, WRONG_PASSWORD);
		assertThat(calls).allMatch(Told::readyOnce);
		assertThat(later).allMatch(Told::nothing);
		this.fetches.get(1).fetched(null, WRONG_PASSWORD);
		assertThat(later).allMatch((call) -> call.failedOnce(WRONG_PASSWORD));
	}

	@Test
	void refusalOfTheFormerUsersTokenFetchesNothing() {
		Credentials.Token alice = fetch("alice-1");
		this.credentials.switchTo(this.fetches::add, "bob-1");
		assertThat(refresh(alice, 3)).allMatch(Told::readyOnce);
		assertThat(this.fetches).hasSize(1);
	}

	@Test
	void droppedTokenIsFetchedAgainWhenItIsNeeded() {
		Credentials.Token first = fetch("first");
		this.credentials.drop();
		assertThat(current(this.credentials).value()).isNull();
		assertThat(refresh(first, 1)).allMatch(Told::readyOnce);
		List<Told> refused = refresh(this.credentials.current(), 2);
		this.fetches.get(1).fetched("second", null);
		assertThat(refused).allMatch(Told::readyOnce);
		assertThat(current(this.credentials).value()).isEqualTo("second");
	}

	@Test
	void tokenThatIsFetchedWhileItIsDroppedIsIgnored() {
		List<Told> calls = refresh(null, 2);
		this.credentials.drop();
		assertThat(calls).allMatch(Told::readyOnce);
		this.fetches.get(0).fetched("first", null);
		assertThat(current(this.credentials).value()).isNull();
	}

	@Test
	void droppedTokenOfTheApplicationIsGone() {
		Credentials fixed = Credentials.fixed("its-own");
		Credentials.Token before = current(fixed);
		fixed.drop();
		assertThat(current(fixed).value()).isNull();
		// A call that was sent with it may go on without.
		assertThat(fixed.canReplace(before)).isTrue();
		assertThat(fixed.canReplace(fixed.current())).isFalse();
	}

	@Test
	void whoIsToldMayAskAgainAtOnce() {
		List<String> log = new ArrayList<>();
		this.credentials.refresh(null, new Credentials.Waiter() {

			@Override
			public void tokenReady() {
				log.add("ready");
			}

			@Override
			public void tokenFailed(Failure failure) {
				log.add("failed");
				CredentialsTests.this.credentials.refresh(null, this);
			}

		});
		this.fetches.get(0).fetched(null, WRONG_PASSWORD);
		assertThat(this.fetches).hasSize(2);
		this.fetches.get(1).fetched("first", null);
		assertThat(log).containsExactly("failed", "ready");
	}

	@Test
	void fetchThatEndsOnTheSpotWorks() {
		AtomicInteger fetched = new AtomicInteger();
		Credentials immediate = Credentials
			.fetched((result) -> result.fetched("token-" + fetched.incrementAndGet(), null));
		Told call = new Told();
		immediate.refresh(null, call);
		assertThat(call.readyOnce()).isTrue();
		assertThat(fetched).hasValue(1);
	}

	@Test
	void manyThreadsThatSeeTheSameRefusalFetchOnce() throws InterruptedException {
		AtomicInteger fetched = new AtomicInteger();
		List<Credentials.Result> results = new ArrayList<>();
		Credentials shared = Credentials.fetched((result) -> {
			fetched.incrementAndGet();
			synchronized (results) {
				results.add(result);
			}
		});
		int threads = 16;
		CountDownLatch start = new CountDownLatch(1);
		CountDownLatch asked = new CountDownLatch(threads);
		List<Told> calls = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			Told call = new Told();
			calls.add(call);
			new Thread(() -> {
				try {
					start.await();
					shared.refresh(null, call);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				asked.countDown();
			}).start();
		}
		start.countDown();
		assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(fetched).hasValue(1);
		results.get(0).fetched("first", null);
		assertThat(calls).allMatch(Told::readyOnce);
	}

	@Test
	void oneNewTokenProvesForAWhileThatADenialIsMeant() {
		Credentials.Token first = fetch("first");
		assertThat(this.credentials.tryNewTokenAfterDenial(first, false, 0)).isTrue();
		// Whoever else has the same token waits for the same new one.
		assertThat(this.credentials.tryNewTokenAfterDenial(first, false, 1)).isTrue();
		Credentials.Token second = fetch("second");
		assertThat(this.credentials.tryNewTokenAfterDenial(first, false, TimeUnit.HOURS.toNanos(1))).isTrue();
		assertThat(this.credentials.tryNewTokenAfterDenial(second, false, 2)).isFalse();
		Credentials.Token third = fetch("third");
		assertThat(this.credentials.tryNewTokenAfterDenial(third, false, TimeUnit.SECONDS.toNanos(9))).isFalse();
		// What worked before was not meant by that.
		assertThat(this.credentials.tryNewTokenAfterDenial(third, true, TimeUnit.SECONDS.toNanos(9))).isTrue();
		Credentials.Token fourth = fetch("fourth");
		assertThat(this.credentials.tryNewTokenAfterDenial(fourth, false, TimeUnit.SECONDS.toNanos(10))).isFalse();
		assertThat(this.credentials.tryNewTokenAfterDenial(fourth, false, TimeUnit.SECONDS.toNanos(20))).isTrue();
	}

	@Test
	void newTokenThatCouldNotBeFetchedProvesNothing() {
		Credentials.Token first = fetch("first");
		assertThat(this.credentials.tryNewTokenAfterDenial(first, false, 0)).isTrue();
		List<Told> denied = refresh(first, 1);
		this.fetches.get(1).fetched(null, Failure.ofRead("authenticate", StatusCode.UNAVAILABLE, Reason.OTHER));
		assertThat(denied).noneMatch(Told::readyOnce);
		assertThat(this.credentials.tryNewTokenAfterDenial(first, false, 1)).isTrue();
	}

	@Test
	void tokenOfTheApplicationIsNotReplacedForADenial() {
		Credentials fixed = Credentials.fixed("its-own");
		Credentials.Token before = current(fixed);
		assertThat(fixed.tryNewTokenAfterDenial(before, false, 0)).isFalse();
		fixed.switchTo(this.fetches::add, "bob-1");
		assertThat(fixed.tryNewTokenAfterDenial(before, false, 0)).isTrue();
	}

	@Test
	void tokenIsNotShown() {
		assertThat(fetch("top-secret")).asString().doesNotContain("top-secret");
		assertThat(Credentials.fixed("top-secret").current()).asString().doesNotContain("top-secret");
	}

	private Credentials.Token fetch(String token) {
		refresh(this.credentials.current(), 1);
		this.fetches.get(this.fetches.size() - 1).fetched(token, null);
		return current(this.credentials);
	}

	private List<Told> refresh(Credentials.@Nullable Token refused, int count) {
		List<Told> calls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Told call = new Told();
			calls.add(call);
			this.credentials.refresh(refused, call);
		}
		return calls;
	}

	private static Credentials.Token current(Credentials credentials) {
		return Objects.requireNonNull(credentials.current());
	}

	private static final class Told implements Credentials.Waiter {

		private final List<Object> told = new ArrayList<>();

		@Override
		public void tokenReady() {
			this.told.add("ready");
		}

		@Override
		public void tokenFailed(Failure failure) {
			this.told.add(failure);
		}

		boolean nothing() {
			return this.told.isEmpty();
		}

		boolean readyOnce() {
			return this.told.equals(List.of("ready"));
		}

		boolean failedOnce(Failure failure) {
			return this.told.equals(List.of(failure));
		}

	}

}
