/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a member says of its cluster.
 *
 * @param member the id of the member
 * @param leader the id of the member that leads, {@code null} for none
 * @param term the term
 */
record RaftView(String member, @Nullable String leader, long term) {

	private static final Pattern MEMBER = Pattern.compile("\"member_id\": *\"(\\d+)\"");

	private static final Pattern LEADER = Pattern.compile("\"leader\": *\"(\\d+)\"");

	private static final Pattern TERM = Pattern.compile("\"raftTerm\": *\"(\\d+)\"");

	/**
	 * Ask a member.
	 * @param ports the ports of the member
	 * @return its answer, or {@code null} if it has none
	 */
	static @Nullable RaftView of(Ports ports) {
		String status = ShortHttp.post(ports.clientUrl() + "/v3/maintenance/status", "{}");
		if (status == null) {
			return null;
		}
		String member = find(MEMBER, status);
		String term = find(TERM, status);
		return (member != null && term != null) ? new RaftView(member, find(LEADER, status), Long.parseLong(term))
				: null;
	}

	private static @Nullable String find(Pattern pattern, String text) {
		Matcher matcher = pattern.matcher(text);
		return (matcher.find()) ? matcher.group(1) : null;
	}

}
