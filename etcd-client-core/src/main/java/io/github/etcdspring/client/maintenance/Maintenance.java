/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;

import io.github.etcdspring.client.transport.Transport;

/**
 * etcd's maintenance service: the state of its members, and what keeps them in shape.
 * Thread-safe; the requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class Maintenance {

	/** What a member works at for as long as it takes. */
	static final Duration LONG_TIMEOUT = Duration.ofMinutes(10);

	private final Transport transport;

	private final Downgrade downgrade;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 */
	public Maintenance(Transport transport) {
		this.transport = transport;
		this.downgrade = new Downgrade(transport);
	}

	/**
	 * Ask a member for its state. It answers without a leader, too.
	 * @param endpoint the member's endpoint, one of the client's
	 * @return the request
	 * @throws IllegalArgumentException if it is not one of the client's endpoints
	 */
	public StatusRequest status(String endpoint) {
		return new StatusRequest(this.transport, this.transport.checkEndpoint(endpoint));
	}

	/**
	 * List the alarms of the cluster.
	 * @return the request
	 */
	public AlarmsRequest alarms() {
		return new AlarmsRequest(this.transport, AlarmCalls.list());
	}

	/**
	 * Raise an alarm. The cluster then refuses what it refuses with such an alarm of its
	 * own, until it is disarmed.
	 * @param memberId the id of the member
	 * @param type what is wrong with it, not {@link Alarm.Type#OTHER}
	 * @return the request; its result has the alarm
	 * @throws IllegalArgumentException if the id is 0 or the type is
	 * {@link Alarm.Type#OTHER}
	 */
	public AlarmsRequest arm(long memberId, Alarm.Type type) {
		return new AlarmsRequest(this.transport, AlarmCalls.arm(AlarmCalls.Raised.of(memberId, type)));
	}

	/**
	 * End an alarm. Without its cause removed it comes back: compact and defragment
	 * before ending {@link Alarm.Type#NO_SPACE}.
	 * @param memberId the id of the member
	 * @param type what is no longer wrong with it, not {@link Alarm.Type#OTHER}
	 * @return the request; its result has the alarm, or nothing if there was none
	 * @throws IllegalArgumentException if the id is 0 or the type is
	 * {@link Alarm.Type#OTHER}
	 */
	public AlarmsRequest disarm(long memberId, Alarm.Type type) {
		return new AlarmsRequest(this.transport, AlarmCalls.disarm(AlarmCalls.Raised.of(memberId, type)));
	}

	/**
	 * End all alarms, those too that this client does not know.
	 * @return the request; its result has the alarms that were ended
	 */
	public DisarmAllRequest disarmAll() {
		return new DisarmAllRequest(this.transport);
	}

	/**
	 * Make a member give back the space that its database no longer needs. It answers
	 * nothing else meanwhile, so members should be defragmented one after the other, the
	 * leader last.
	 * @param endpoint the member's endpoint, one of the client's
	 * @return the request
	 * @throws IllegalArgumentException if it is not one of the client's endpoints
	 */
	public DefragmentRequest defragment(String endpoint) {
		return new DefragmentRequest(this.transport, this.transport.checkEndpoint(endpoint));
	}

	/**
	 * Ask a member for the hash of its whole database. It is of use for tests only:
	 * healthy members may differ. See {@link #hashKv(String)}.
	 * @param endpoint the member's endpoint, one of the client's
	 * @return the request
	 * @throws IllegalArgumentException if it is not one of the client's endpoints
	 */
	public HashRequest hash(String endpoint) {
		return new HashRequest(this.transport, this.transport.checkEndpoint(endpoint));
	}

	/**
	 * Ask a member for the hash of its keys and values, in order to compare it with that
	 * of other members at the same revision.
	 * @param endpoint the member's endpoint, one of the client's
	 * @return the request
	 * @throws IllegalArgumentException if it is not one of the client's endpoints
	 */
	public HashKvRequest hashKv(String endpoint) {
		return new HashKvRequest(this.transport, this.transport.checkEndpoint(endpoint));
	}

	/**
	 * Make another member the leader.
	 * @param targetMemberId the id of the member that shall be the leader
	 * @return the request
	 * @throws IllegalArgumentException if the id is 0
	 */
	public MoveLeaderRequest moveLeader(long targetMemberId) {
		return new MoveLeaderRequest(this.transport, targetMemberId);
	}

	/**
	 * Return what prepares the cluster for older servers.
	 * @return the requests about a downgrade
	 */
	public Downgrade downgrade() {
		return this.downgrade;
	}

	/**
	 * Copy the database of a member to a file. The file appears when the copy is complete
	 * and checked, in the place of one that was there.
	 * @param file the file, in a folder that exists
	 * @return the request
	 * @throws IllegalArgumentException if this is no file
	 */
	public SnapshotRequest snapshot(Path file) {
		return SnapshotRequest.toFile(this.transport, file);
	}

	/**
	 * Copy the database of a member to a channel. Whoever reads it must not take it for
	 * whole before the request has succeeded.
	 * @param channel the channel, in blocking mode; it stays open
	 * @return the request
	 */
	public SnapshotRequest snapshot(WritableByteChannel channel) {
		return SnapshotRequest.toChannel(this.transport, channel);
	}

}
