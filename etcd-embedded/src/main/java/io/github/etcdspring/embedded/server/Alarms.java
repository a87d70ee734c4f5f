/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.mvcc.MvccStore;
import io.github.etcdspring.proto.AlarmMember;
import io.github.etcdspring.proto.AlarmType;

/**
 * The alarms, and what they forbid. Used inside the node's lock only.
 */
final class Alarms {

	private final Map<AlarmType, TreeSet<Long>> members = new TreeMap<>();

	private final MvccStore store;

	private final long quotaBytes;

	Alarms(MvccStore store, long quotaBytes) {
		this.store = store;
		this.quotaBytes = quotaBytes;
	}

	/**
	 * Refuses a request that adds to the store if it is full; the first that does not fit
	 * raises the alarm.
	 * @param cost the bytes that the request adds
	 */
	void requireSpace(long cost) {
		requireSound();
		if (isTooLarge(cost)) {
			activate(Node.MEMBER_ID, AlarmType.NOSPACE);
		}
		requireNoAlarm();
	}

	boolean isTooLarge(long cost) {
		return this.store.allocatedBytes() + cost >= this.quotaBytes;
	}

	void requireNoAlarm() {
		if (isActive(AlarmType.NOSPACE)) {
			throw EtcdError.NO_SPACE.exception();
		}
	}

	/**
	 * Refuses changes after the content was found to be corrupt.
	 */
	void requireSound() {
		if (isActive(AlarmType.CORRUPT)) {
			throw EtcdError.CORRUPT.exception();
		}
	}

	boolean isActive(AlarmType type) {
		return this.members.containsKey(type);
	}

	List<AlarmMember> activate(long member, AlarmType type) {
		if (type == AlarmType.NONE || type == AlarmType.UNRECOGNIZED) {
			return List.of();
		}
		this.members.computeIfAbsent(type, (absent) -> new TreeSet<>()).add(member);
		return List.of(alarm(member, type));
	}

	List<AlarmMember> deactivate(long member, AlarmType type) {
		TreeSet<Long> of = this.members.get(type);
		if (of == null || !of.remove(member)) {
			return List.of();
		}
		if (of.isEmpty()) {
			this.members.remove(type);
		}
		return List.of(alarm(member, type));
	}

	List<AlarmMember> list(AlarmType type) {
		List<AlarmMember> found = new ArrayList<>();
		this.members.forEach((each, of) -> {
			if (type == AlarmType.NONE || type == each) {
				of.forEach((member) -> found.add(alarm(member, each)));
			}
		});
		return found;
	}

	private static AlarmMember alarm(long member, AlarmType type) {
		return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
	}

}
