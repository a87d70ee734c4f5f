/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Runs schedules from fresh seeds. A schedule that breaks a promise is named by its seed:
 * {@code -Dsimulation.seed=N} runs it again, exactly, and says what happens in it.
 * {@code -Dsimulation.schedules=N} runs more of them than fit into a few seconds, and
 * {@code -Dsimulation.base=N} runs those whose seeds are N and the numbers after it.
 */
class SimulationTests {

	private static final int DEFAULT_SCHEDULES = 2000;

	private static final int LONG_SCHEDULES = 30_000;

	private static final long DEFAULT_NANOS = 15_000_000_000L;

	private final Defects defects = new Defects();

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.etcdspring.client");

	@BeforeEach
	void listenForDefects() {
		this.logger.setLevel(Level.ERROR);
		this.logger.setAdditive(false);
		this.defects.setContext(this.logger.getLoggerContext());
		this.defects.start();
		this.logger.addAppender(this.defects);
	}

	@AfterEach
	void restoreLogging() {
		this.logger.detachAppender(this.defects);
		this.logger.setAdditive(true);
		this.logger.setLevel(null);
	}

	@Test
	void everyPromiseHoldsInEverySchedule() {
		Long seed = Long.getLong("simulation.seed");
		if (seed != null) {
			Simulation.Result result = run(seed, true);
			System.out.println(result.notes());
			assertThat(result.complaints()).as(result.toString()).isEmpty();
			return;
		}
		int schedules = Integer.getInteger("simulation.schedules",
				Boolean.getBoolean("etcd.fault.long") ? LONG_SCHEDULES : 0);
		long longest = (schedules != 0) ? Long.MAX_VALUE : DEFAULT_NANOS;
		long base = Long.getLong("simulation.base", ThreadLocalRandom.current().nextLong() >>> 20);
		System.out.println("Simulation: schedules from seed " + base);
		long start = System.nanoTime();
		long simulated = 0;
		long contended = 0;
		int failed = 0;
		int ran = 0;
		while (ran < ((schedules != 0) ? schedules : DEFAULT_SCHEDULES) && System.nanoTime() - start < longest) {
			long each = base + ran;
			ran++;
			Simulation.Result result = run(each, false);
			simulated += result.nanos();
			contended += result.contended();
			if (!result.complaints().isEmpty()) {
				System.out.println("Replay with -Dsimulation.seed=" + result);
				failed++;
				if (failed == 10) {
					break;
				}
			}
		}
		long millis = (System.nanoTime() - start) / 1_000_000;
		System.out.println("Simulation: " + ran + " schedules in " + millis + " ms, "
				+ ran * 60_000L / Math.max(1, millis) + " a minute; " + hours(simulated) + " simulated, of which "
				+ hours(contended) + " of contention for locks and leadership");
		if (failed > 0) {
			fail(failed + " schedules broke a promise; see above for their seeds");
		}
	}

	private static String hours(long nanos) {
		return String.format("%.1f hours", nanos / 3.6e12);
	}

	@Test
	void aSeedIsReplayedExactly() {
		for (long seed = 1; seed <= 100; seed++) {
			Simulation.Result first = run(seed, false);
			Simulation.Result second = run(seed, seed % 10 == 0);
			assertThat(second.hash()).as("seed " + seed).isEqualTo(first.hash());
			assertThat(second.complaints()).isEqualTo(first.complaints());
		}
	}

	@Test
	void seedsDiffer() {
		List<Long> hashes = List.of(run(1, false).hash(), run(2, false).hash(), run(3, false).hash());
		assertThat(hashes).doesNotHaveDuplicates();
	}

	private Simulation.Result run(long seed, boolean noting) {
		this.defects.clear();
		Simulation.Result result;
		try {
			result = new Simulation(seed, noting).run();
		}
		catch (RuntimeException ex) {
			throw new IllegalStateException("seed " + seed, ex);
		}
		result = this.defects.addTo(result);
		return result;
	}

}
