/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * A property has a value that the client or the embedded server cannot work with. The
 * application that fails to start because of it says what to do.
 *
 * @since 0.1.0
 */
public final class InvalidEtcdPropertyException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String property;

	private final @Nullable String value;

	private final String reason;

	private final String action;

	/**
	 * Create the exception.
	 * @param property the name of the property
	 * @param value its value, or {@code null} if it is a secret or not there
	 * @param reason what is wrong with it, a sentence without its dot
	 * @param action what to do, a sentence
	 */
	public InvalidEtcdPropertyException(String property, @Nullable String value, String reason, String action) {
		super("Invalid property " + property + ((value != null) ? " with the value '" + value + "'" : "") + ": "
				+ reason);
		this.property = property;
		this.value = value;
		this.reason = reason;
		this.action = action;
	}

	String getProperty() {
		return this.property;
	}

	@Nullable String getValue() {
		return this.value;
	}

	String getReason() {
		return this.reason;
	}

	String getAction() {
		return this.action;
	}

}
