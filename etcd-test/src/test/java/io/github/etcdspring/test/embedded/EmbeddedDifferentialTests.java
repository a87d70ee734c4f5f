/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.embedded.EmbeddedEtcd;
import io.github.etcdspring.proto.AuthenticateRequest;
import io.github.etcdspring.proto.CompactionRequest;
import io.github.etcdspring.proto.DeleteRangeRequest;
import io.github.etcdspring.proto.KVGrpc;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.ResponseHeader;
import io.github.etcdspring.proto.WatchCancelRequest;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.test.EtcdBinaries;
import io.github.etcdspring.test.EtcdBinary;
import io.github.etcdspring.test.EtcdServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Does the same random things to the embedded server and to a real one and compares every
 * answer and every event. A difference is told with what does the same once more: the
 * seed of the first sequence that the two servers saw, and how many they saw.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class EmbeddedDifferentialTests {

	private static final boolean LONG = Boolean.getBoolean("etcd.fault.long");

	private static final String SEED = "etcd.differential.seed";

	private static final String SEQUENCES = "etcd.differential.sequences";

	private static final int STEPS = 40;

	/** How long two servers may need to tell the same. */
	private static final long LIMIT_NANOS = 5_000_000_000L;

	private static final long PAUSE_NANOS = 1_000_000;

	private static final Step DELETE_ALL = new Step(KVGrpc.getDeleteRangeMethod(),
			DeleteRangeRequest.newBuilder().setKey(zero()).setRangeEnd(zero()).build(), null);

	@Test
	void sameCallsHaveSameAnswers() {
		runAll("calls", LONG ? 5000 : 40);
	}

	@Test
	void sameCallsWithUsersHaveSameAnswers() {
		runAll("users", LONG ? 1000 : 8);
	}

	private static void runAll(String form, int sequences) {
		EtcdBinary binary = EtcdBinaries.all()
			.stream()
			.filter((each) -> each.version().isAtLeast("3.5.13") && !each.version().isAtLeast("3.6.0"))
			.reduce((older, newer) -> newer)
			.orElse(null);
		Assumptions.assumeTrue(binary != null, "No etcd 3.5 (from 3.5.13 on) to compare the embedded server with");
		Long replayed = Long.getLong(SEED);
		long first = (replayed != null) ? replayed : System.nanoTime();
		int count = Integer.getInteger(SEQUENCES, (replayed != null) ? 1 : sequences);
		System.out.println(
				"EmbeddedDifferentialTests: " + form + " -D" + SEED + "=" + first + " -D" + SEQUENCES + "=" + count);
		List<String> differences = new ArrayList<>();
		long steps = 0;
		int cutShort = 0;
		for (int i = 0; i < count && differences.size() < Integer.getInteger("etcd.differential.differences", 3);) {
			try (EtcdServer real = EtcdServer.builder()
				.binary(binary)
				.arguments("--unsafe-no-fsync", "--bcrypt-cost=4")
				.start();
					EmbeddedEtcd embedded = EmbeddedEtcd.start();
					Pair pair = new Pair(real, embedded.endpoint(), first + i)) {
				while (i < count && pair.difference == null && !pair.dead) {
					run(pair, form, first + i++);
				}
				steps += pair.steps;
				cutShort += pair.dead ? 1 : 0;
				if (pair.difference != null) {
					differences.add(pair.difference);
				}
			}
		}
		System.out.println("EmbeddedDifferentialTests: " + form + ", " + count + " sequences, of which " + cutShort
				+ " ended with the process of etcd, " + steps + " operations, differences: " + differences.size());
		assertThat(differences).as("differences").isEmpty();
	}

	private static void run(Pair pair, String form, long seed) {
		Random random = new Random(seed);
		RandomKv kv = new RandomKv(random);
		pair.begin(kv);
		if (form.equals("users")) {
			RandomUsers users = new RandomUsers(random, kv, new RandomServices(random, kv));
			users.prologue().forEach(pair::step);
			for (int i = 0; i < STEPS; i++) {
				pair.step(users.next());
			}
			pair.settle();
			users.epilogue().forEach(pair::step);
		}
		else {
			RandomServices services = new RandomServices(random, kv);
			boolean watches = kv.chance(2);
			for (int i = 0; i < STEPS; i++) {
				int kind = random.nextInt(10);
				if (kind < 2) {
					pair.step(services.lease());
				}
				else if (kind < 4 && watches) {
					pair.step(services.watch());
				}
				else if (kind == 4 && kv.chance(2)) {
					pair.step(services.lockOrElection());
				}
				else {
					pair.step(kv.next());
				}
			}
			pair.settle();
		}
		pair.end();
	}

	private static ByteString zero() {
		return ByteString.copyFrom(new byte[1]);
	}

	/**
	 * The two servers.
	 */
	private static final class Pair implements AutoCloseable {

		private final ComparedServer real;

		private final ComparedServer embedded;

		private final List<String> done = new ArrayList<>();

		private RandomKv kv = new RandomKv(new Random(0));

		private final EtcdServer process;

		private final long first;

		private long sequences;

		private long steps;

		private long revision = 1;

		private @Nullable String difference;

		private boolean dead;

		Pair(EtcdServer real, String embedded, long first) {
			this.process = real;
			this.first = first;
			this.real = new ComparedServer(real.endpoint());
			this.embedded = new ComparedServer(embedded);
		}

		void begin(RandomKv kv) {
			this.sequences++;
			this.kv = kv;
			this.done.clear();
			kv.begin(this.revision);
		}

		void step(Step step) {
			if (this.difference != null || this.dead) {
				return;
			}
			this.steps++;
			this.done.add(step.toString());
			if (step.method() == null) {
				watch(step);
				return;
			}
			if (step.request() instanceof CompactionRequest) {
				settle();
			}
			List<Object> expected = this.real.call(step.method(), step.request(), step.user());
			List<Object> actual = this.embedded.call(step.method(), step.request(), step.user());
			if (hasDied(expected)) {
				this.dead = true;
				return;
			}
			compare(text(expected), text(actual));
			if (step.request() instanceof AuthenticateRequest login) {
				this.real.keepToken(login.getName(), expected);
				this.embedded.keepToken(login.getName(), actual);
			}
			if (!expected.isEmpty() && expected.get(0) instanceof Message answer) {
				this.revision = Math.max(this.revision, revision(answer));
				this.kv.reached(this.revision);
			}
		}

		/**
		 * Returns whether the process has ended. That of etcd 3.5 does so where an
		 * operation of a transaction fails after another one has written.
		 */
		private boolean hasDied(List<Object> answers) {
			boolean unavailable = answers.get(answers.size() - 1) instanceof Status status
					&& status.getCode() == Status.Code.UNAVAILABLE;
			if (unavailable) {
				await().atMost(10, TimeUnit.SECONDS)
					.untilAsserted(() -> assertThat(this.process.isRunning())
						.as("whether etcd runs that has answered " + answers)
						.isFalse());
			}
			return unavailable;
		}

		private static String text(List<Object> answers) {
			StringBuilder text = new StringBuilder();
			for (Object each : answers) {
				text.append((each instanceof Status status) ? Answer.of(status) : Answer.of((Message) each))
					.append('\n');
			}
			return text.toString();
		}

		private static long revision(Message answer) {
			FieldDescriptor header = answer.getDescriptorForType().findFieldByName("header");
			return (header != null) ? ((ResponseHeader) answer.getField(header)).getRevision() : 0;
		}

		private void watch(Step step) {
			// what comes before has come before on both sides
			settle();
			boolean future = step.request() instanceof WatchCreateRequest create
					&& create.getStartRevision() > this.revision;
			for (ComparedServer each : List.of(this.real, this.embedded)) {
				WatchTranscript watches = each.watches(step.user() + (future ? ", later" : ""), step.user());
				if (step.request() instanceof WatchCreateRequest create) {
					watches.create(create);
				}
				else if (step.request() instanceof WatchCancelRequest cancel) {
					watches.cancel(cancel.getWatchId());
				}
			}
			settle();
		}

		void settle() {
			if (this.dead) {
				return;
			}
			for (ComparedServer each : List.of(this.real, this.embedded)) {
				each.watches().values().forEach((watches) -> watches.settle(this.revision));
			}
			this.real.watches().forEach((name, watches) -> {
				WatchTranscript others = this.embedded.watches(name, null);
				long limit = System.nanoTime() + LIMIT_NANOS;
				while (!watches.text().equals(others.text()) && System.nanoTime() < limit) {
					LockSupport.parkNanos(PAUSE_NANOS);
				}
				compare(watches.text(), others.text());
			});
		}

		/** Leaves nothing behind for the next sequence. */
		void end() {
			this.real.closeWatches();
			this.embedded.closeWatches();
			for (long lease : RandomKv.LEASES) {
				step(new Step(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(lease).build(),
						null));
			}
			step(DELETE_ALL);
		}

		private void compare(String expected, String actual) {
			if (this.difference == null && !expected.equals(actual)) {
				this.difference = "-D" + SEED + "=" + this.first + " -D" + SEQUENCES + "=" + this.sequences
						+ "\nafter\n" + String.join("\n", this.done) + "\na real etcd says\n" + expected
						+ "\nand the embedded one\n" + actual;
				System.out.println(this.difference);
			}
		}

		@Override
		public void close() {
			this.real.close();
			this.embedded.close();
		}

	}

}
