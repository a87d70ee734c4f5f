/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring.codec;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;

import io.github.etcdspring.client.data.Bytes;

/**
 * Stores {@code String} (as UTF-8), {@code byte[]} and {@link Bytes} as they are and
 * everything else as JSON, by Jackson 3. A {@code String} is not quoted: what
 * {@code etcdctl} writes can be read, and the other way round. Thread-safe.
 *
 * @since 0.1.0
 */
public final class JsonEtcdValueCodec implements EtcdValueCodec {

	private final JsonMapper mapper;

	/**
	 * Create a codec.
	 * @param mapper writes and reads the JSON
	 */
	public JsonEtcdValueCodec(JsonMapper mapper) {
		Assert.notNull(mapper, "'mapper' must not be null");
		this.mapper = mapper;
	}

	/**
	 * Create a codec with Jackson's defaults and the modules that it finds on the class
	 * path.
	 * @return the codec
	 */
	public static JsonEtcdValueCodec create() {
		return new JsonEtcdValueCodec(JsonMapper.builder().findAndAddModules().build());
	}

	@Override
	public Bytes encode(Object value) {
		Bytes plain = PlainValues.encode(value);
		if (plain != null) {
			return plain;
		}
		try {
			return Bytes.wrap(this.mapper.writeValueAsBytes(value));
		}
		catch (JacksonException ex) {
			throw new EtcdCodecException(
					"A " + value.getClass().getTypeName() + " cannot be written as JSON: " + describe(ex));
		}
	}

	@Override
	public <T> T decode(Bytes value, Class<T> type) {
		T plain = PlainValues.decode(value, type);
		if (plain != null) {
			return plain;
		}
		T decoded;
		try {
			decoded = this.mapper.readValue(value.toByteArray(), type);
		}
		catch (JacksonException ex) {
			throw new EtcdCodecException(
					"The value cannot be read as JSON of a " + type.getTypeName() + ": " + describe(ex));
		}
		if (decoded == null) {
			throw new EtcdCodecException("The value is the JSON literal null, not a " + type.getTypeName());
		}
		return decoded;
	}

	// Jackson's own messages quote the value, which may be a secret. For the same reason
	// its exception does not become the cause.
	private static String describe(JacksonException failure) {
		StringBuilder text = new StringBuilder(failure.getClass().getSimpleName());
		if (failure instanceof InvalidDefinitionException definition && definition.getType() != null) {
			text.append(" of type ").append(definition.getType().toCanonical());
		}
		TokenStreamLocation location = failure.getLocation();
		if (location != null && location.getLineNr() > 0) {
			text.append(" at line ").append(location.getLineNr()).append(", column ").append(location.getColumnNr());
		}
		Throwable cause = rootCause(failure);
		if (cause != null) {
			text.append(", caused by ").append(cause.getClass().getName());
			if (cause.getStackTrace().length > 0) {
				text.append(" at ").append(Objects.toString(cause.getStackTrace()[0]));
			}
		}
		return text.toString();
	}

	private static @Nullable Throwable rootCause(Throwable failure) {
		Throwable root = null;
		for (Throwable cause = failure.getCause(); cause != null && cause != root; cause = cause.getCause()) {
			root = cause;
		}
		return root;
	}

}
