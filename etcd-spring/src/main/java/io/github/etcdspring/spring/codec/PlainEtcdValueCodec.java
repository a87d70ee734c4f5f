/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.codec;

import io.github.etcdspring.client.data.Bytes;

/**
 * Knows the types that need no format, and refuses all others.
 */
final class PlainEtcdValueCodec implements EtcdValueCodec {

	@Override
	public Bytes encode(Object value) {
		Bytes plain = PlainValues.encode(value);
		if (plain == null) {
			throw unknown(value.getClass());
		}
		return plain;
	}

	@Override
	public <T> T decode(Bytes value, Class<T> type) {
		T plain = PlainValues.decode(value, type);
		if (plain == null) {
			throw unknown(type);
		}
		return plain;
	}

	private static EtcdCodecException unknown(Class<?> type) {
		return new EtcdCodecException("Values of type " + type.getTypeName() + " need JSON, and Jackson is not there:"
				+ " add spring-boot-starter-jackson (or tools.jackson.core:jackson-databind), use String, byte[] or"
				+ " Bytes, or give the EtcdTemplate an EtcdValueCodec of your own");
	}

}
