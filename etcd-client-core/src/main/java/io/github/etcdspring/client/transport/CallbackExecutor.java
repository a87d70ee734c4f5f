/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the application's code, and knows which threads must never wait for the network.
 * Without an executor of the application it uses daemon threads of its own, as many as
 * there are callbacks that block.
 */
final class CallbackExecutor {

	private static final Logger logger = LoggerFactory.getLogger(CallbackExecutor.class);

	private static final ThreadLocal<@Nullable Boolean> engineThread = new ThreadLocal<>();

	private final @Nullable Executor applicationExecutor;

	private final String name;

	private final AtomicInteger count = new AtomicInteger();

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean complained = new AtomicBoolean();

	private @Nullable ExecutorService ownExecutor;

	private boolean closed;

	CallbackExecutor(@Nullable Executor applicationExecutor, String name) {
		this.applicationExecutor = applicationExecutor;
		this.name = name;
	}

	/**
	 * Whether this is a thread of the engine, lent to the application by an executor that
	 * runs tasks on the spot. Waiting for etcd there would wait for itself.
	 * @return whether the application must not wait here
	 */
	static boolean isEngineThread() {
		return engineThread.get() != null;
	}

	/**
	 * Run a task of the application. It is run even if its executor refuses it, because a
	 * completion that is lost would hang whoever waits for it.
	 * @param task the task
	 */
	void execute(Runnable task) {
		Executor executor = this.applicationExecutor;
		if (executor == null || !accepts(executor, task)) {
			executeOnOwnThread(task);
		}
	}

	private boolean accepts(Executor executor, Runnable task) {
		boolean nested = isEngineThread();
		engineThread.set(Boolean.TRUE);
		try {
			executor.execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The callback executor refused a task; an own thread runs it", ex);
			return false;
		}
		catch (Throwable ex) {
			// Executors also say so in other ways, for instance without memory for a
			// thread.
			if (this.complained.compareAndSet(false, true)) {
				logger.warn("The callback executor failed; own threads run what it does not", ex);
			}
			return false;
		}
		finally {
			if (!nested) {
				engineThread.remove();
			}
		}
	}

	private void executeOnOwnThread(Runnable task) {
		try {
			own().execute(task);
		}
		catch (Throwable ex) {
			// While closing, or without memory for another thread: what is completed
			// late, or
			// here, still is completed.
			executeSomehow(task);
		}
	}

	private void executeSomehow(Runnable task) {
		try {
			newThread(task).start();
		}
		catch (Throwable ex) {
			logger.warn("There is no thread for a callback; it runs on a thread of the client", ex);
			runHere(task);
		}
	}

	private static void runHere(Runnable task) {
		boolean nested = isEngineThread();
		engineThread.set(Boolean.TRUE);
		try {
			task.run();
		}
		finally {
			if (!nested) {
				engineThread.remove();
			}
		}
	}

	private synchronized ExecutorService own() {
		if (this.ownExecutor == null) {
			this.ownExecutor = Executors.newCachedThreadPool(this::newThread);
			if (this.closed) {
				this.ownExecutor.shutdown();
			}
		}
		return this.ownExecutor;
	}

	private Thread newThread(Runnable task) {
		Thread thread = new OwnThread(this, task, this.name + "-" + this.count.incrementAndGet());
		thread.setDaemon(true);
		this.threads.removeIf((each) -> each.getState() == Thread.State.TERMINATED);
		this.threads.add(thread);
		return thread;
	}

	/**
	 * Let tasks that were handed over end, and end the threads. Never waits on one of its
	 * own threads, so that a callback may close the client.
	 * @param nanos how long to wait before running tasks are interrupted
	 */
	void close(long nanos) {
		ExecutorService own;
		synchronized (this) {
			this.closed = true;
			own = this.ownExecutor;
		}
		if (own == null) {
			return;
		}
		own.shutdown();
		if (Thread.currentThread() instanceof OwnThread thread && thread.owner == this) {
			return;
		}
		long end = System.nanoTime() + nanos;
		try {
			if (!own.awaitTermination(Math.max(0, nanos), TimeUnit.NANOSECONDS)) {
				logger.warn("A callback is still running while its client closes; it is interrupted");
				own.shutdownNow();
			}
			// An executor has ended an instant before its last thread has.
			for (Thread thread : this.threads) {
				TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(0, end - System.nanoTime()));
			}
		}
		catch (InterruptedException ex) {
			own.shutdownNow();
			Thread.currentThread().interrupt();
		}
	}

	private static final class OwnThread extends Thread {

		private final CallbackExecutor owner;

		OwnThread(CallbackExecutor owner, Runnable task, String name) {
			super(task, name);
			this.owner = owner;
		}

	}

}
