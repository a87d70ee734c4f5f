/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of an etcd server. A suffix such as {@code -rc.1} is not kept.
 *
 * @param major the first number
 * @param minor the second number
 * @param patch the third number
 * @since 0.1.0
 */
public record EtcdVersion(int major, int minor, int patch) implements Comparable<EtcdVersion> {

	private static final Comparator<EtcdVersion> ORDER = Comparator.comparingInt(EtcdVersion::major)
		.thenComparingInt(EtcdVersion::minor)
		.thenComparingInt(EtcdVersion::patch);

	private static final Pattern FORMAT = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(?:[-+].*)?");

	/**
	 * Read a version such as {@code 3.5.13}.
	 * @param text three numbers separated by dots, with an optional {@code v} before and
	 * a suffix behind that starts with {@code -} or {@code +}
	 * @return the version
	 * @throws IllegalArgumentException if the text is not a version
	 */
	public static EtcdVersion parse(String text) {
		Matcher matcher = FORMAT.matcher(text);
		if (!matcher.matches()) {
			throw new IllegalArgumentException("'" + text + "' is not an etcd version: write it as in '3.5.13'");
		}
		return new EtcdVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)),
				Integer.parseInt(matcher.group(3)));
	}

	/**
	 * Return whether this version is the given one or a later one.
	 * @param version the version to compare with, as for {@link #parse(String)}
	 * @return {@code true} if this version is not older
	 * @throws IllegalArgumentException if the text is not a version
	 */
	public boolean isAtLeast(String version) {
		return compareTo(parse(version)) >= 0;
	}

	@Override
	public int compareTo(EtcdVersion other) {
		return ORDER.compare(this, other);
	}

	@Override
	public String toString() {
		return this.major + "." + this.minor + "." + this.patch;
	}

}
