/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a proxy, or of several that are to change together: it moves all
 * bytes and makes all changes, so that a fault holds when the call that inflicts it
 * returns.
 */
final class ProxyLoop implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ProxyLoop.class);

	private static final int BUFFER_SIZE = 64 * 1024;

	private final Selector selector;

	private final Thread thread;

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);

	private final PriorityQueue<Timer> timers = new PriorityQueue<>();

	// Guarded by itself, as closed is.
	private final Queue<Command> commands = new ArrayDeque<>();

	private boolean closed;

	ProxyLoop(String name) {
		try {
			this.selector = Selector.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("cannot open a selector", ex);
		}
		this.thread = new Thread(this::loop, name);
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Run a task in the loop and wait until it is done and its sockets are closed. An
	 * interrupt does not end the wait; it is kept for later.
	 * @param task the task
	 * @throws IllegalStateException if the loop is closed
	 */
	void run(Runnable task) {
		if (this.thread.equals(Thread.currentThread())) {
			task.run();
			return;
		}
		Command command = new Command(task, new CompletableFuture<>());
		synchronized (this.commands) {
			if (this.closed) {
				throw new IllegalStateException("the proxy is closed: make a new one");
			}
			this.commands.add(command);
		}
		this.selector.wakeup();
		command.await();
	}

	/**
	 * Call the handler when the channel is ready. To be called in the loop.
	 * @param channel a channel that does not block
	 * @param operations what to be ready for
	 * @param handler what to call
	 * @return the key
	 */
	SelectionKey register(SelectableChannel channel, int operations, Handler handler) {
		try {
			return channel.register(this.selector, operations, handler);
		}
		catch (ClosedChannelException ex) {
			throw new IllegalStateException("a channel is registered that is closed", ex);
		}
	}

	/**
	 * Run a task in the loop later. To be called in the loop.
	 * @param due when, as {@link System#nanoTime()} counts
	 * @param task the task
	 */
	void schedule(long due, Runnable task) {
		this.timers.add(new Timer(due, task));
	}

	/**
	 * Return the buffer that all who read in the loop share, emptied.
	 * @return the buffer
	 */
	ByteBuffer buffer() {
		return this.buffer.clear();
	}

	/**
	 * Close all channels and wait for the end of the thread.
	 */
	@Override
	public void close() {
		synchronized (this.commands) {
			this.closed = true;
		}
		this.selector.wakeup();
		boolean interrupted = false;
		while (this.thread.isAlive()) {
			try {
				this.thread.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private void loop() {
		List<Command> done = new ArrayList<>();
		try {
			while (!isClosed()) {
				this.selector.select(ProxyLoop::handle, millisToNextTimer());
				// The sockets that commands have closed are gone after a selection.
				done.forEach(Command::complete);
				done.clear();
				runTimers();
				runCommands(done);
			}
		}
		catch (IOException ex) {
			logger.error("A fault proxy cannot go on", ex);
		}
		finally {
			end(done);
		}
	}

	private boolean isClosed() {
		synchronized (this.commands) {
			return this.closed && this.commands.isEmpty();
		}
	}

	private void runCommands(List<Command> done) {
		while (true) {
			Command command;
			synchronized (this.commands) {
				command = this.commands.poll();
			}
			if (command == null) {
				break;
			}
			command.run();
			done.add(command);
		}
		if (!done.isEmpty()) {
			this.selector.wakeup();
		}
	}

	private void runTimers() {
		long now = System.nanoTime();
		for (Timer next = this.timers.peek(); next != null && next.due() - now <= 0; next = this.timers.peek()) {
			this.timers.remove();
			guard(next.task());
		}
	}

	private long millisToNextTimer() {
		Timer next = this.timers.peek();
		if (next == null) {
			return 0;
		}
		// Rounded up, and 0 would be for ever.
		return Math.max(1, TimeUnit.NANOSECONDS.toMillis(next.due() - System.nanoTime() + 999_999));
	}

	private static void handle(SelectionKey key) {
		// What was handled before may have closed the channel.
		if (key.isValid()) {
			guard(() -> ((Handler) key.attachment()).ready(key));
		}
	}

	// A defect in one connection is not to stop all others.
	private static void guard(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			logger.error("A fault proxy has a defect", ex);
		}
	}

	private void end(List<Command> done) {
		List<Command> late;
		synchronized (this.commands) {
			this.closed = true;
			late = List.copyOf(this.commands);
			this.commands.clear();
		}
		this.selector.keys().forEach((key) -> Sockets.close(key.channel()));
		Sockets.close(this.selector);
		done.forEach(Command::complete);
		late.forEach(Command::refuse);
	}

	/**
	 * What a channel belongs to.
	 */
	@FunctionalInterface
	interface Handler {

		/**
		 * Do what the channel is ready for.
		 * @param key the key of the channel
		 */
		void ready(SelectionKey key);

	}

	private record Timer(long due, Runnable task) implements Comparable<Timer> {

		@Override
		public int compareTo(Timer other) {
			return Long.signum(this.due - other.due);
		}

	}

	private record Command(Runnable task, CompletableFuture<Boolean> result) {

		void run() {
			try {
				this.task.run();
			}
			catch (RuntimeException ex) {
				this.result.completeExceptionally(ex);
			}
		}

		void complete() {
			this.result.complete(true);
		}

		void refuse() {
			this.result.completeExceptionally(new IllegalStateException("the proxy was closed meanwhile"));
		}

		void await() {
			try {
				this.result.join();
			}
			catch (CompletionException ex) {
				if (ex.getCause() instanceof RuntimeException cause) {
					throw cause;
				}
				throw ex;
			}
		}

	}

}
