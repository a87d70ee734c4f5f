/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Compares what clients did and were told with what the server kept. Each check returns
 * the first two dozen violations, and needs everything to have ended: operations that
 * have not count as unknown.
 *
 * <pre class="code">
 * HistoryChecker checker = new HistoryChecker(history, ServerHistory.read(etcd));
 * List&lt;Violation&gt; lost = checker.atMostOnce();
 * checker.assertNoViolations(Path.of("target", "histories"));
 * </pre>
 * <p>
 * A history that failed is saved, as text with all its keys and values. It can be checked
 * again:
 *
 * <pre class="code">
 * HistoryChecker.load(Path.of("target", "histories", "history-1.txt")).all().forEach(System.out::println);
 * </pre>
 * <p>
 * For one thread at a time.
 *
 * @since 0.1.0
 */
public final class HistoryChecker {

	private final History history;

	private final ServerHistory truth;

	private Duration tolerance = Duration.ZERO;

	private @Nullable List<Operation> operations;

	private @Nullable AppliedWrites applied;

	/**
	 * Prepare to check a history.
	 * @param history what was recorded
	 * @param truth what the server kept, read after everything was recorded
	 */
	public HistoryChecker(History history, ServerHistory truth) {
		this.history = history;
		this.truth = truth;
	}

	/**
	 * Load a history that was saved.
	 * @param file the file
	 * @return a checker of it
	 * @throws UncheckedIOException if the file cannot be read
	 * @throws IllegalArgumentException if it is not a history
	 */
	public static HistoryChecker load(Path file) {
		try {
			return HistoryFile.load(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot read " + file, ex);
		}
	}

	/**
	 * Set by how much somebody may believe too long in a lock or a lease. The default is
	 * zero, which is right if the clocks of clients and servers run equally fast.
	 * @param tolerance the time, not negative
	 * @return this checker
	 */
	public HistoryChecker tolerance(Duration tolerance) {
		if (tolerance.isNegative()) {
			throw new IllegalArgumentException("'tolerance' must not be negative but was " + tolerance);
		}
		this.tolerance = tolerance;
		return this;
	}

	/**
	 * Check that each write was applied as often as its result says: once at its revision
	 * if it succeeded; not at all if it was {@code NOT_APPLIED} or its comparison did not
	 * hold; at most once, and as a whole, if it is {@code UNKNOWN}; and that the keys
	 * that were written have no other changes than these and the ends of their leases.
	 * @return the first violations, empty if there are none
	 */
	public List<Violation> atMostOnce() {
		return new AtMostOnceCheck(operations(), this.truth, applied()).run();
	}

	/**
	 * Check that operations took effect one after the other between their begin and their
	 * end, in the order of their revisions. Each answer must fit to the state at its
	 * revision; a linearizable read must not be older than anything that was acknowledged
	 * before it began, to any client; a write must be newer. Serializable reads only have
	 * to be a state that there was.
	 * @return the first violations, empty if there are none
	 */
	public List<Violation> linearizable() {
		return new LinearizabilityCheck(operations(), this.truth, applied()).run();
	}

	/**
	 * Check that each watch told its part of the history from its start to the last
	 * revision it told: ordered, each once, whole revisions, without gaps, with the right
	 * states before; that progress and next revisions are not ahead of what was told; and
	 * that compactions were reported as they were.
	 * @return the first violations, empty if there are none
	 */
	public List<Violation> watches() {
		Violations violations = new Violations();
		this.history.watches()
			.forEach((watch) -> new WatchCheck(watch, this.truth, this.history.compactions(), violations).run());
		return violations.list();
	}

	/**
	 * Check for each lock that a holder's key was the oldest of the queue; that fencing
	 * tokens grow; that guarded writes were applied only while the holder's key was the
	 * oldest; and that nobody believed to hold the lock at a time when somebody had
	 * already been told of a revision at which it was the next one's. The keys of the
	 * queue must be deleted by their owners and leases only.
	 * @return the first violations, empty if there are none
	 */
	public List<Violation> mutualExclusion() {
		Violations violations = new Violations();
		List<HolderRecorder> holders = this.history.holders().stream().filter(HolderRecorder::wasAcquired).toList();
		Timeline timeline = new Timeline(this.history, operations());
		for (String lock : holders.stream().map(HolderRecorder::lock).distinct().toList()) {
			List<HolderRecorder> own = holders.stream().filter((holder) -> holder.lock().equals(lock)).toList();
			new MutualExclusionCheck(lock, own, operations(), new LockQueueHistory(lock, this.truth, violations),
					applied(), timeline, this.tolerance.toNanos(), violations)
				.run();
		}
		return violations.list();
	}

	/**
	 * Check that nobody believed in a lease at a time when somebody had already been told
	 * of a revision at which its key was gone.
	 * @return the first violations, empty if there are none
	 */
	public List<Violation> leases() {
		return new LeaseCheck(this.truth, new Timeline(this.history, operations()), this.tolerance.toNanos())
			.run(this.history.leases());
	}

	/**
	 * Make all checks.
	 * @return the first violations of each, empty if there are none
	 */
	public List<Violation> all() {
		List<Violation> violations = new ArrayList<>(atMostOnce());
		violations.addAll(linearizable());
		violations.addAll(watches());
		violations.addAll(mutualExclusion());
		violations.addAll(leases());
		return List.copyOf(violations);
	}

	/**
	 * Make all checks, and fail if there are violations.
	 * @param folder where to save the history then; it is created if need be
	 * @throws AssertionError if there are violations; it has them and names the file
	 */
	public void assertNoViolations(Path folder) {
		List<Violation> violations = all();
		if (violations.isEmpty()) {
			return;
		}
		StringBuilder message = new StringBuilder("The history breaks promises; it is saved in ")
			.append(HistoryFile.saveIn(folder, this));
		violations.forEach((violation) -> message.append("\n").append(violation));
		throw new AssertionError(message.toString());
	}

	/**
	 * Save the history, with all keys and values, to {@linkplain #load(Path) load} it
	 * again.
	 * @param file the file, which is replaced
	 * @throws UncheckedIOException if the file cannot be written
	 */
	public void save(Path file) {
		try {
			HistoryFile.save(file, this.history, this.truth);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot write " + file, ex);
		}
	}

	private List<Operation> operations() {
		List<Operation> operations = this.operations;
		if (operations == null) {
			operations = this.history.operations();
			this.operations = operations;
		}
		return operations;
	}

	private AppliedWrites applied() {
		AppliedWrites applied = this.applied;
		if (applied == null) {
			applied = new AppliedWrites(operations(), this.truth);
			this.applied = applied;
		}
		return applied;
	}

}
