/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All checks on histories by chance: valid ones pass, and what makes one invalid is
 * found. {@code -Dhistory.seed=...} repeats one.
 */
class RandomHistoryTests {

	private static final System.Logger logger = System.getLogger(RandomHistoryTests.class.getName());

	private static final long SEED = Long.getLong("history.seed", System.nanoTime());

	private static final int ROUNDS = 200;

	@Test
	void validHistoriesPass() {
		for (int i = 0; i < ROUNDS; i++) {
			long seed = SEED + i;
			assertThat(new RandomHistory(seed, 500, 10).watched(6).checker().all()).as("-Dhistory.seed=%d", seed)
				.isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void invalidHistoriesAreFound(Mutation mutation) {
		int changed = 0;
		int found = 0;
		for (int i = 0; i < ROUNDS; i++) {
			long seed = SEED + i;
			RandomHistory history = new RandomHistory(seed, 300, 6).watched(6);
			if (!mutation.apply(history, new Random(seed))) {
				continue;
			}
			changed++;
			List<Violation> violations = history.checker().all();
			if (!violations.isEmpty()) {
				found++;
				assertThat(violations).as("-Dhistory.seed=%d", seed)
					.allSatisfy((violation) -> assertThat(violation.evidence()).isNotEmpty());
			}
			else {
				assertThat(mutation.isCertain()).as("%s is not found with -Dhistory.seed=%d", mutation, seed).isFalse();
			}
		}
		logger.log(System.Logger.Level.INFO, mutation + ": found " + found + " of " + changed);
		assertThat(changed).isGreaterThan(ROUNDS / 2);
		assertThat(found).isGreaterThan(changed / 2);
	}

	@Test
	void savedHistoryIsTheSameWhenItIsLoaded(@TempDir Path folder) throws IOException {
		RandomHistory history = new RandomHistory(SEED, 300, 6).watched(6);
		Mutation.REPEATED_BATCH.apply(history, new Random(SEED));
		Mutation.WRONG_VALUE.apply(history, new Random(SEED));
		HistoryChecker checker = history.checker();
		checker.save(folder.resolve("one.txt"));
		HistoryChecker loaded = HistoryChecker.load(folder.resolve("one.txt"));
		loaded.save(folder.resolve("two.txt"));
		assertThat(Files.readAllLines(folder.resolve("two.txt")))
			.isEqualTo(Files.readAllLines(folder.resolve("one.txt")));
		assertThat(loaded.all()).isEqualTo(checker.all()).isNotEmpty();
	}

	@Test
	void millionOperationsAreCheckedInSeconds() {
		HistoryChecker checker = new RandomHistory(SEED, 1_000_000, 1000).watched(1).checker();
		// Other tests may have the processors.
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long begin = threads.getCurrentThreadCpuTime();
		assertThat(checker.all()).as("-Dhistory.seed=%d", SEED).isEmpty();
		Duration duration = Duration.ofNanos(threads.getCurrentThreadCpuTime() - begin);
		logger.log(System.Logger.Level.INFO, "A million operations took " + duration.toMillis() + " ms");
		assertThat(duration).isLessThan(Duration.ofSeconds(30));
	}

}
