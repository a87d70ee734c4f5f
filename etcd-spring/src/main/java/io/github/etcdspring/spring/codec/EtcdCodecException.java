/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.codec;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * An object cannot become a value, or a value cannot become an object of the type that
 * was asked for. Its message names types and positions, never a key and never what is in
 * the value, which may be a secret.
 *
 * @since 0.1.0
 */
public class EtcdCodecException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Create the exception.
	 * @param message what is wrong, without any part of the value
	 */
	public EtcdCodecException(String message) {
		super(message);
	}

	/**
	 * Create the exception.
	 * @param message what is wrong, without any part of the value
	 * @param cause why; its messages must be free of the value, too
	 */
	public EtcdCodecException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
