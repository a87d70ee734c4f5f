/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * What can be wrong with a connection, to be inflicted by {@link FaultyLink} on many and
 * by {@link ProxiedConnection} on one.
 * <p>
 * Faults add up: a connection may be slow in one direction and stalled in the other.
 * Inflicted again with another argument, the later one counts. Instances are immutable,
 * and {@link #toString()} names fault and arguments, for the record of a test.
 *
 * @since 0.1.0
 */
public final class Fault {

	private static final List<Direction> BOTH = List.of(Direction.values());

	private final String name;

	private final Consumer<ProxiedConnection> effect;

	private Fault(String name, Consumer<ProxiedConnection> effect) {
		this.name = name;
		this.effect = effect;
	}

	/**
	 * The connection is closed on both sides in an orderly way (FIN), and bytes that wait
	 * in the proxy are lost. A connection yet to come is accepted before.
	 * @return the fault
	 */
	public static Fault cut() {
		return new Fault("cut", ProxiedConnection::cut);
	}

	/**
	 * The connection is reset on both sides (RST), and bytes on their way are lost. A
	 * connection yet to come is accepted before.
	 * @return the fault
	 */
	public static Fault reset() {
		return new Fault("reset", ProxiedConnection::reset);
	}

	/**
	 * The server's side is closed, and the client is not told: it stays connected, may
	 * send, and hears nothing. A connection yet to come is accepted and stays silent; the
	 * server never sees it. Healing resets the client, as the host of a server that came
	 * back would.
	 * @return the fault
	 */
	public static Fault halfOpen() {
		return new Fault("half-open", ProxiedConnection::loseServer);
	}

	/**
	 * Nothing passes in either direction, as {@link #stall(Direction)} says.
	 * @return the fault
	 */
	public static Fault stall() {
		return stall("", BOTH);
	}

	/**
	 * Nothing passes in this direction, neither bytes nor the news that the sender has
	 * closed or reset the connection. Both connections stay open. Up to 256 KiB wait in
	 * the proxy, more in the sockets, then the sender cannot write any more. Healing
	 * passes on all that waits.
	 * @param direction the direction
	 * @return the fault
	 */
	public static Fault stall(Direction direction) {
		return stall(" " + direction, List.of(direction));
	}

	/**
	 * All that is sent in this direction is thrown away unnoticed, also what waits in the
	 * proxy and the news that the sender has closed or reset the connection. Healing
	 * resets a connection that has lost something, because no TCP connection goes on with
	 * a gap.
	 * @param direction the direction
	 * @return the fault
	 */
	public static Fault discard(Direction direction) {
		return new Fault("discard " + direction, (connection) -> connection.pump(direction).discard());
	}

	/**
	 * All that is sent is delayed in both directions, by the same time.
	 * @param delay the time, zero for none
	 * @return the fault
	 * @throws IllegalArgumentException if the time is negative
	 */
	public static Fault delay(Duration delay) {
		return delay("delay " + delay, BOTH, delay, delay);
	}

	/**
	 * All that is sent in this direction is delayed, each portion that the proxy reads by
	 * a time of its own, evenly distributed. The order is kept, so that none passes
	 * before those sent before it. Up to 256 KiB wait in the proxy. Healing lets them
	 * pass at once.
	 * @param direction the direction
	 * @param least the shortest time
	 * @param most the longest time; the same for a fixed delay
	 * @return the fault
	 * @throws IllegalArgumentException if the shortest time is negative or longer than
	 * the longest
	 */
	public static Fault delay(Direction direction, Duration least, Duration most) {
		return delay("delay " + direction + " " + least + " to " + most, List.of(direction), least, most);
	}

	/**
	 * The connection is closed as by {@link #cut()} as soon as so many bytes more have
	 * passed in this direction.
	 * @param direction the direction
	 * @param bytes how many bytes still pass, at least 1
	 * @return the fault
	 * @throws IllegalArgumentException if the number is less than 1
	 */
	public static Fault cutAfter(Direction direction, long bytes) {
		if (bytes < 1) {
			throw new IllegalArgumentException(
					"bytes is " + bytes + ": give at least 1, or inflict cut() to let none pass");
		}
		return new Fault("cut after " + bytes + " bytes " + direction,
				(connection) -> connection.pump(direction).cutAfter(bytes));
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * Act. To be called in the proxy's loop.
	 * @param connection the connection to act on
	 */
	void strike(ProxiedConnection connection) {
		this.effect.accept(connection);
	}

	private static Fault stall(String where, List<Direction> directions) {
		return new Fault("stall" + where,
				(connection) -> directions.forEach((direction) -> connection.pump(direction).stall()));
	}

	private static Fault delay(String name, List<Direction> directions, Duration least, Duration most) {
		if (least.isNegative()) {
			throw new IllegalArgumentException("delay is " + least + ": give a time of zero or more");
		}
		if (least.compareTo(most) > 0) {
			throw new IllegalArgumentException(
					"least is " + least + " and most is " + most + ": least must not be the longer");
		}
		return new Fault(name, (connection) -> directions
			.forEach((direction) -> connection.pump(direction).delay(least.toNanos(), most.toNanos())));
	}

}
