/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import java.util.regex.Pattern;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * What a flag may be called.
 */
final class FlagNames {

	private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

	private FlagNames() {
	}

	static String check(String name) {
		if (!VALID.matcher(name).matches()) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"'" + name + "' is no name of a flag: use up to 100 letters, digits, dots, dashes and underscores,"
							+ " with a letter or digit first");
		}
		return name;
	}

}
