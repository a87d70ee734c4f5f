/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Revisions as entity tags.
 */
final class ETags {

	private static final Pattern REVISION = Pattern.compile("\"(\\d{1,18})\"");

	private ETags() {
	}

	static String of(long revision) {
		return "\"" + revision + "\"";
	}

	/**
	 * Read what a conditional request expects.
	 * @param ifMatch the header {@code If-Match}, or {@code null}
	 * @param ifNoneMatch the header {@code If-None-Match}, or {@code null}
	 * @return the expected revision, 0 if the flag must not exist, nothing without a
	 * condition
	 */
	static OptionalLong expectedRevision(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
		if (ifMatch != null && ifNoneMatch != null) {
			throw badRequest("If-Match and If-None-Match contradict each other; send one of them");
		}
		if (ifNoneMatch != null) {
			if (!ifNoneMatch.strip().equals("*")) {
				throw badRequest("If-None-Match must be * for a flag that must not exist yet");
			}
			return OptionalLong.of(0);
		}
		if (ifMatch == null) {
			return OptionalLong.empty();
		}
		Matcher matcher = REVISION.matcher(ifMatch.strip());
		if (!matcher.matches()) {
			throw badRequest("If-Match must be the ETag of the flag, such as \"42\"");
		}
		long revision = Long.parseLong(matcher.group(1));
		if (revision == 0) {
			throw badRequest("If-Match must be the ETag of the flag; for a new one send If-None-Match: *");
		}
		return OptionalLong.of(revision);
	}

	private static ResponseStatusException badRequest(String message) {
		return new ResponseStatusException(HttpStatus.BAD_REQUEST, message);
	}

}
