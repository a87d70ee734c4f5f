/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.codec;

import org.springframework.util.ClassUtils;

import io.github.etcdspring.client.data.Bytes;

/**
 * Turns objects into the values of keys and back. Thread-safe.
 *
 * @since 0.1.0
 * @see JsonEtcdValueCodec
 */
public interface EtcdValueCodec {

	/**
	 * Turn an object into a value.
	 * @param value the object
	 * @return the value to write
	 * @throws EtcdCodecException if the codec cannot write such an object
	 */
	Bytes encode(Object value);

	/**
	 * Turn a value into an object.
	 * @param <T> the type of the object
	 * @param value the value that was read
	 * @param type the type of the object
	 * @return the object
	 * @throws EtcdCodecException if the value is not of the type, or the codec cannot
	 * read such objects
	 */
	<T> T decode(Bytes value, Class<T> type);

	/**
	 * Return the codec that is used unless another is given: {@code String} (as UTF-8),
	 * {@code byte[]} and {@link Bytes} as they are, and everything else as JSON if
	 * Jackson 3 is on the class path.
	 * @return a {@link JsonEtcdValueCodec} with Jackson's defaults and the modules it
	 * finds, or without Jackson a codec that refuses everything else
	 */
	static EtcdValueCodec create() {
		return ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", EtcdValueCodec.class.getClassLoader())
				? JsonEtcdValueCodec.create() : plain();
	}

	/**
	 * Return a codec without JSON.
	 * @return a codec for {@code String}, {@code byte[]} and {@link Bytes}
	 */
	static EtcdValueCodec plain() {
		return new PlainEtcdValueCodec();
	}

}
