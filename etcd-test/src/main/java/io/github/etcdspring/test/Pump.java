/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection. All but the counters belongs to the loop.
 */
final class Pump {

	private static final long MAX_WAITING = 256 * 1024;

	private static final long UNLIMITED = -1;

	private final ProxiedConnection connection;

	private final Traffic traffic;

	private final AtomicLong received = new AtomicLong();

	private final AtomicLong forwarded = new AtomicLong();

	private final Deque<Portion> waiting = new ArrayDeque<>();

	private long bytesWaiting;

	private long lastDue = System.nanoTime();

	private boolean stalled;

	private boolean discarding;

	// Something is gone that the receiver should have got.
	private boolean lost;

	private long leastDelay;

	private long mostDelay;

	private long bytesLeft = UNLIMITED;

	// The sender will send no more.
	private boolean ended;

	// The receiver has been told so, or never will be.
	private boolean finished;

	// The receiver's socket is full.
	private boolean blocked;

	Pump(ProxiedConnection connection, Traffic traffic) {
		this.connection = connection;
		this.traffic = traffic;
	}

	long received() {
		return this.received.get();
	}

	long forwarded() {
		return this.forwarded.get();
	}

	boolean isFinished() {
		return this.finished;
	}

	boolean wantsRead() {
		return !this.ended && (this.discarding || this.bytesWaiting < MAX_WAITING);
	}

	boolean wantsWrite() {
		return this.blocked;
	}

	void stall() {
		this.stalled = true;
		this.blocked = false;
	}

	void discard() {
		this.discarding = true;
		this.blocked = false;
		boolean ending = this.waiting.stream().anyMatch((portion) -> portion.end() != null);
		if (!this.waiting.isEmpty()) {
			this.lost = true;
			this.waiting.clear();
			this.bytesWaiting = 0;
		}
		if (ending) {
			this.finished = true;
		}
	}

	/**
	 * Discard all, as for a receiver that is gone.
	 */
	void loseReceiver() {
		this.lost = true;
		discard();
	}

	/**
	 * Say no more to the receiver, as for a sender that is gone.
	 */
	void loseSender() {
		loseReceiver();
		this.ended = true;
		this.finished = true;
	}

	void delay(long least, long most) {
		this.leastDelay = least;
		this.mostDelay = most;
	}

	void cutAfter(long bytes) {
		this.bytesLeft = bytes;
	}

	/**
	 * Undo all faults.
	 * @return {@code false} if the connection cannot go on
	 */
	boolean heal() {
		this.stalled = false;
		this.discarding = false;
		this.bytesLeft = UNLIMITED;
		delay(0, 0);
		this.lastDue = System.nanoTime();
		Deque<Portion> late = new ArrayDeque<>(this.waiting);
		this.waiting.clear();
		late.forEach((portion) -> this.waiting.add(new Portion(portion.bytes(), portion.end(), this.lastDue)));
		return !this.lost;
	}

	/**
	 * Read once from a sender that is ready.
	 * @param from the sender
	 * @param buffer what to read into
	 */
	void read(SocketChannel from, ByteBuffer buffer) {
		int count;
		try {
			count = from.read(buffer);
		}
		catch (IOException ex) {
			end(End.RESET);
			return;
		}
		if (count < 0) {
			end(End.FIN);
			return;
		}
		this.received.addAndGet(count);
		this.traffic.received(count);
		if (this.discarding) {
			this.lost |= count > 0;
			return;
		}
		byte[] bytes = new byte[count];
		buffer.flip().get(bytes);
		this.bytesWaiting += count;
		enqueue(ByteBuffer.wrap(bytes), null);
	}

	/**
	 * Note that the sender will send no more.
	 * @param end how it ended
	 */
	void end(End end) {
		this.ended = true;
		if (this.discarding) {
			this.lost = true;
			this.finished = true;
		}
		else {
			enqueue(null, end);
		}
	}

	void unblock() {
		this.blocked = false;
	}

	/**
	 * Pass on what is due.
	 */
	void flush() {
		SocketChannel to = this.connection.receiver(this);
		while (to != null && !this.stalled && !this.blocked && this.connection.isOpen()) {
			Portion next = this.waiting.peek();
			if (next == null) {
				return;
			}
			if (next.due() - System.nanoTime() > 0) {
				this.connection.flushAt(next.due());
				return;
			}
			if (next.bytes() != null) {
				write(next.bytes(), to);
			}
			else {
				this.waiting.remove();
				finish(next.end(), to);
			}
		}
	}

	private void enqueue(@Nullable ByteBuffer bytes, @Nullable End end) {
		long delay = (this.mostDelay > 0) ? ThreadLocalRandom.current().nextLong(this.leastDelay, this.mostDelay + 1)
				: 0;
		long due = System.nanoTime() + delay;
		if (due - this.lastDue > 0) {
			this.lastDue = due;
		}
		this.waiting.add(new Portion(bytes, end, this.lastDue));
	}

	private void write(ByteBuffer bytes, SocketChannel to) {
		int before = bytes.remaining();
		int limit = bytes.limit();
		if (this.bytesLeft != UNLIMITED) {
			bytes.limit((int) Math.min(limit, bytes.position() + this.bytesLeft));
		}
		try {
			to.write(bytes);
		}
		catch (IOException ex) {
			loseReceiver();
			this.connection.receiverFailed(this);
			return;
		}
		boolean full = bytes.hasRemaining();
		bytes.limit(limit);
		int count = before - bytes.remaining();
		this.bytesWaiting -= count;
		this.forwarded.addAndGet(count);
		this.traffic.forwarded(count);
		if (this.bytesLeft != UNLIMITED) {
			this.bytesLeft -= count;
			if (this.bytesLeft == 0) {
				this.connection.cut();
				return;
			}
		}
		if (!bytes.hasRemaining()) {
			this.waiting.remove();
		}
		this.blocked = full;
	}

	private void finish(@Nullable End end, SocketChannel to) {
		this.finished = true;
		if (end == End.RESET) {
			this.connection.reset();
			return;
		}
		try {
			to.shutdownOutput();
		}
		catch (IOException ex) {
			// It is gone, which its own direction will tell.
		}
	}

	/**
	 * How a sender can end.
	 */
	enum End {

		FIN, RESET

	}

	/**
	 * Bytes, or an end.
	 *
	 * @param bytes the bytes
	 * @param end the end
	 * @param due when to pass it on, as {@link System#nanoTime()} counts
	 */
	private record Portion(@Nullable ByteBuffer bytes, @Nullable End end, long due) {

	}

}
