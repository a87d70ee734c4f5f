/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.lease.LeaseState;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each checker is shown what it must find, and the same without the fault.
 */
class CheckerTests {

	private final VirtualTime time = new VirtualTime(false);

	private final Store store = new Store(this.time);

	private final List<String> complaints = new ArrayList<>();

	@Test
	void writeThatIsAppliedOnceIsFine() {
		put("k/0", "a", 0);
		check(write("a", Write.Result.APPLIED, 2));
		check(write("b", Write.Result.NOT_APPLIED, 0));
		check(write("c", Write.Result.UNKNOWN, 0));
		assertThat(this.complaints).isEmpty();
	}

	@Test
	void writeThatIsAppliedTwiceIsFound() {
		put("k/0", "a", 0);
		put("k/0", "a", 0);
		check(write("a", Write.Result.UNKNOWN, 0));
		assertThat(this.complaints).singleElement().asString().startsWith("applied twice");
	}

	@Test
	void writeThatIsAppliedAgainstWhatWasToldIsFound() {
		put("k/0", "a", 0);
		check(write("a", Write.Result.NOT_APPLIED, 0));
		assertThat(this.complaints).singleElement().asString().startsWith("told not to be applied");
	}

	@Test
	void writeWhoseConditionWasNotMetMustNotBeThere() {
		put("k/0", "a", 0);
		check(write("a", Write.Result.REFUSED, 2));
		assertThat(this.complaints).singleElement().asString().startsWith("told not to be applied");
	}

	@Test
	void writeThatWasAcknowledgedButLostIsFound() {
		check(write("a", Write.Result.APPLIED, 2));
		assertThat(this.complaints).singleElement().asString().startsWith("told to be applied");
	}

	@Test
	void writeWithAnotherRevisionIsFound() {
		put("k/0", "a", 0);
		put("k/0", "b", 0);
		check(write("a", Write.Result.APPLIED, 3));
		assertThat(this.complaints).singleElement().asString().startsWith("told to be applied");
	}

	@Test
	void writeThatNeverEndsIsFound() {
		WriteChecker.check(List.of(new Write("k/0", "a", 0), new Write("k/0", null, 0)), this.store.history(),
				this.complaints::add);
		assertThat(this.complaints).hasSize(2).allMatch((complaint) -> complaint.startsWith("never ended"));
	}

	@Test
	void readOfTheStateAtItsRevisionIsFine() {
		put("k/0", "a", 0);
		put("k/0", "b", 0);
		ReadChecker.check(List.of(new Read("k/0", "", false, 3, 3, List.of(keyValue(3))),
				new Read("k/0", "", true, 3, 2, List.of(keyValue(2)))), this.store, this.complaints::add);
		assertThat(this.complaints).isEmpty();
	}

	@Test
	void staleReadIsFound() {
		put("k/0", "a", 0);
		put("k/0", "b", 0);
		ReadChecker.check(List.of(new Read("k/0", "", false, 3, 2, List.of(keyValue(2)))), this.store,
				this.complaints::add);
		assertThat(this.complaints).singleElement().asString().startsWith("stale");
	}

	@Test
	void readOfAnotherRevisionThanItSaysIsFound() {
		put("k/0", "a", 0);
		put("k/0", "b", 0);
		ReadChecker.check(List.of(new Read("k/0", "", true, 2, 3, List.of(keyValue(2))),
				new Read("k/0", "", true, 2, 3, List.of())), this.store, this.complaints::add);
		assertThat(this.complaints).hasSize(2).allMatch((complaint) -> complaint.startsWith("read what was not there"));
	}

	@Test
	void watchThatTellsEverythingIsFine() {
		threePuts();
		check(watch(2, -1, 2, 3, 4), 4);
		assertThat(this.complaints).isEmpty();
	}

	@Test
	void lostEventIsFound() {
		threePuts();
		check(watch(2, -1, 2, 4), 4);
		assertThat(this.complaints).singleElement().asString().contains("misses");
	}

	@Test
	void eventThatIsToldTwiceIsFound() {
		threePuts();
		check(watch(2, -1, 2, 3, 3, 4), 4);
		assertThat(this.complaints).singleElement().asString().contains("tells revision 3 when 4 is next");
	}

	@Test
	void eventsInAnotherOrderAreFound() {
		threePuts();
		check(watch(3, -1, 4, 3), 4);
		assertThat(this.complaints).singleElement().asString().contains("misses");
	}

	@Test
	void eventBeforeTheBeginningIsFound() {
		threePuts();
		check(watch(3, -1, 2, 3, 4), 4);
		assertThat(this.complaints).singleElement().asString().contains("tells revision 2 when 3 is next");
	}

	@Test
	void watchThatFallsSilentIsFound() {
		threePuts();
		check(watch(2, -1, 2, 3), 4);
		assertThat(this.complaints).singleElement().asString().contains("has not told");
	}

	@Test
	void halfARevisionIsFound() {
		this.store.put("k/0", ByteString.copyFromUtf8("a"), 0);
		this.store.put("k/1", ByteString.copyFromUtf8("b"), 0);
		this.store.commit();
		check(watch(2, -1, 2), 2);
		assertThat(this.complaints).singleElement().asString().contains("instead of");
	}

	@Test
	void watchThatEndsWithoutACauseIsFound() {
		threePuts();
		Observed watch = watch(2, -1, 2);
		watch.closed(new WatchClosed(3, null));
		check(watch, 4);
		assertThat(this.complaints).singleElement().asString().contains("closed by nobody");
	}

	@Test
	void watchThatWouldSkipSomethingWhenResumedIsFound() {
		threePuts();
		Observed watch = watch(2, -1, 2);
		watch.closing();
		watch.closed(new WatchClosed(4, null));
		check(watch, 4);
		assertThat(this.complaints).singleElement().asString().contains("miss something");
	}

	@Test
	void watchThatEndsTwiceOrGoesOnIsFound() {
		threePuts();
		Observed watch = watch(2, -1, 2);
		watch.closing();
		watch.closed(new WatchClosed(3, null));
		watch.told(batch(3));
		watch.closed(new WatchClosed(4, null));
		check(watch, 4);
		assertThat(this.complaints).singleElement().asString().contains("ends 2 times");
	}

	@Test
	void leaseThatIsBelievedToLiveWhenItExpiresIsFound() {
		Holders holders = new Holders(() -> 0, this.complaints::add);
		holders.keeps(7, () -> LeaseState.ALIVE);
		holders.keeps(8, () -> LeaseState.SUSPECT);
		holders.expiring(7);
		holders.expiring(8);
		holders.expiring(9);
		assertThat(this.complaints).hasSize(2);
	}

	@Test
	void twoHoldersAreFound() {
		put("lock/a", "", 0);
		put("lock/b", "", 0);
		Holders holders = new Holders(() -> 0, this.complaints::add);
		holders.holds(held(2, true));
		holders.holds(held(3, false));
		holders.check(this.store);
		assertThat(this.complaints).isEmpty();
		holders.holds(held(3, true));
		holders.check(this.store);
		assertThat(this.complaints).singleElement().asString().contains("belongs to 2");
	}

	@Test
	void holderWhoseLeaseSomebodyRevokedMayNotKnow() {
		put("lock/b", "", 0);
		Holders holders = new Holders(() -> 0, this.complaints::add);
		holders.disown(5);
		holders.holds(held(5, true));
		holders.check(this.store);
		assertThat(this.complaints).isEmpty();
	}

	@Test
	void contentionIsTheTimeInWhichTwoWantTheSame() {
		long[] now = new long[1];
		Holders holders = new Holders(() -> now[0], this.complaints::add);
		holders.wants("lock/");
		holders.wants("leader/");
		now[0] = 10;
		holders.wants("lock/");
		now[0] = 15;
		holders.wantsNoMore("lock/");
		now[0] = 100;
		holders.wantsNoMore("lock/");
		assertThat(holders.contended()).isEqualTo(5);
	}

	@Test
	void guardedWriteOfAStaleHolderIsFound() {
		put("lock/a", "", 0);
		this.store.delete(this.store.range("lock/a", "", 2).get(0));
		this.store.commit();
		put("lock/b", "", 0);
		put("g/lock", "a", 0);
		Holders holders = new Holders(() -> 0, this.complaints::add);
		holders.checkGuarded(write("a", Write.Result.APPLIED, 5), "lock/", 4, this.store);
		assertThat(this.complaints).isEmpty();
		holders.checkGuarded(write("a", Write.Result.APPLIED, 5), "lock/", 2, this.store);
		assertThat(this.complaints).singleElement().asString().contains("not kept off");
	}

	private void check(Write write) {
		WriteChecker.check(List.of(write), this.store.history(), this.complaints::add);
	}

	private void check(Observed watch, long upTo) {
		new WatchChecker(this.store.history(), List.of(), this.complaints::add).check(watch, upTo);
	}

	private Write write(String value, Write.Result result, long revision) {
		Write write = new Write("k/0", value, 0);
		write.ended(result, revision, 1);
		return write;
	}

	private void threePuts() {
		put("k/0", "a", 0);
		put("k/0", "b", 0);
		put("k/0", "c", 0);
	}

	private void put(String key, String value, long lease) {
		this.store.put(key, ByteString.copyFromUtf8(value), lease);
		this.store.commit();
	}

	private KeyValue keyValue(long revision) {
		Store.Version now = this.store.revision(revision).changes().get(0).now();
		return new KeyValue(Bytes.utf8(now.key()), Bytes.utf8(now.value().toStringUtf8()), now.createRevision(),
				now.modRevision(), now.version(), now.lease());
	}

	private WatchBatch batch(long revision) {
		return new WatchBatch(revision, List.of(new WatchEvent(WatchEvent.Type.PUT, keyValue(revision), null)),
				new Header(1, 1, revision, 1));
	}

	private Observed watch(long from, int maxRetries, long... revisions) {
		Observed watch = new Observed("w", "k/", "k0", new Observed.Settings(from, false, true, true, maxRetries));
		for (long revision : revisions) {
			watch.told(batch(revision));
		}
		return watch;
	}

	private static Holders.Held held(long token, boolean held) {
		return new Holders.Held() {

			@Override
			public String prefix() {
				return "lock/";
			}

			@Override
			public long lease() {
				return token;
			}

			@Override
			public long token() {
				return token;
			}

			@Override
			public boolean isHeld() {
				return held;
			}

		};
	}

}
