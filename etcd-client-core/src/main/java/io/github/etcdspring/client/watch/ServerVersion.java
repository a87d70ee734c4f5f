/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a member.
 *
 * @param major the first number
 * @param minor the second
 * @param patch the third
 */
record ServerVersion(int major, int minor, int patch) {

	private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6}).*");

	private static final int FIRST_3_4 = 31;

	private static final int FIRST_3_5 = 13;

	/**
	 * Read a version.
	 * @param text the version as a member tells it
	 * @return the version; 0.0.0 if it is none
	 */
	static ServerVersion parse(String text) {
		Matcher numbers = NUMBERS.matcher(text);
		return numbers.matches() ? new ServerVersion(Integer.parseInt(numbers.group(1)),
				Integer.parseInt(numbers.group(2)), Integer.parseInt(numbers.group(3))) : new ServerVersion(0, 0, 0);
	}

	/**
	 * Whether progress is told only after all changes up to it were sent; older servers
	 * could be ahead of themselves.
	 * @return whether it can be believed
	 */
	boolean tellsTrueProgress() {
		if (this.major != 3) {
			return this.major > 3;
		}
		return switch (this.minor) {
			case 0, 1, 2, 3 -> false;
			case 4 -> this.patch >= FIRST_3_4;
			case 5 -> this.patch >= FIRST_3_5;
			default -> true;
		};
	}

}
