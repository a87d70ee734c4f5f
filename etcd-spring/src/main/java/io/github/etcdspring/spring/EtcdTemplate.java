/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.Assert;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.PutOp;
import io.github.etcdspring.client.kv.PutRequest;
import io.github.etcdspring.client.kv.TxnResult;
import io.github.etcdspring.spring.codec.EtcdCodecException;
import io.github.etcdspring.spring.codec.EtcdValueCodec;

/**
 * The way to etcd for most of an application: reads and writes objects under keys that
 * are text. Thread-safe, and as cheap as the client: it keeps nothing. Closing the client
 * is its owner's business.
 *
 * @since 0.1.0
 */
public class EtcdTemplate implements EtcdOperations {

	private static final Logger logger = LoggerFactory.getLogger(EtcdTemplate.class);

	private static final int MAX_CONFLICTS = 10;

	private final EtcdClient client;

	private final EtcdValueCodec codec;

	private final ConflictPauses pauses;

	/**
	 * Create a template with the {@link EtcdValueCodec#create() usual codec}.
	 * @param client the client
	 */
	public EtcdTemplate(EtcdClient client) {
		this(client, EtcdValueCodec.create());
	}

	/**
	 * Create a template.
	 * @param client the client
	 * @param codec how objects become values
	 */
	public EtcdTemplate(EtcdClient client, EtcdValueCodec codec) {
		this(client, codec, new ConflictPauses());
	}

	EtcdTemplate(EtcdClient client, EtcdValueCodec codec, ConflictPauses pauses) {
		Assert.notNull(client, "'client' must not be null");
		Assert.notNull(codec, "'codec' must not be null");
		this.client = client;
		this.codec = codec;
		this.pauses = pauses;
	}

	@Override
	public <T> Optional<EtcdEntry<T>> get(String key, Class<T> type) {
		Bytes keyBytes = key(key);
		checkType(type);
		return find(keyBytes).map((found) -> new EtcdEntry<>(key, decode(found, type), found.modRevision(),
				found.version(), found.lease()));
	}

	@Override
	public <T> List<EtcdEntry<T>> list(String prefix, Class<T> type) {
		KeyRange range = KeyRange.prefix(utf8(prefix, "prefix"));
		checkType(type);
		List<KeyValue> found = this.client.kv().get(range).sync().keyValues();
		List<EtcdEntry<T>> entries = new ArrayList<>(found.size());
		for (KeyValue keyValue : found) {
			entries.add(new EtcdEntry<>(decodeKey(keyValue), decode(keyValue, type), keyValue.modRevision(),
					keyValue.version(), keyValue.lease()));
		}
		return List.copyOf(entries);
	}

	@Override
	public long put(String key, Object value) {
		return this.client.kv().put(key(key), encode(value)).sync().revision();
	}

	@Override
	public long put(String key, Object value, Duration ttl) {
		Assert.notNull(ttl, "'ttl' must not be null");
		Assert.isTrue(!ttl.isZero() && !ttl.isNegative(), () -> "'ttl' must be positive but was " + ttl);
		// Everything that can be refused here is refused before there is a lease.
		PutRequest put = this.client.kv().put(key(key), encode(value));
		long lease = this.client.leases().grant(ttl).sync().id();
		try {
			return put.lease(lease).sync().revision();
		}
		catch (EtcdException ex) {
			if (ex.outcome() == Outcome.NOT_APPLIED) {
				revokeInBackground(lease);
			}
			throw ex;
		}
	}

	private void revokeInBackground(long lease) {
		this.client.leases().revoke(lease).async().whenComplete((header, failure) -> {
			if (failure != null) {
				logger.debug("The lease {} of a failed put was not revoked and will expire", Long.toHexString(lease),
						failure);
			}
		});
	}

	@Override
	public boolean putIfAbsent(String key, Object value) {
		return compareAndSet(key, 0, value).isPresent();
	}

	@Override
	public OptionalLong compareAndSet(String key, long expectedRevision, Object value) {
		Bytes keyBytes = key(key);
		Assert.isTrue(expectedRevision >= 0, () -> "'expectedRevision' must not be negative but was " + expectedRevision
				+ "; use 0 for a key that must not exist");
		return write(keyBytes, expectedRevision, encode(value));
	}

	private OptionalLong write(Bytes key, long expectedRevision, Bytes value) {
		PutOp put = Op.put(key, value);
		if (expectedRevision > 0) {
			put.ignoreLease();
		}
		TxnResult result = this.client.kv()
			.txn()
			.when(Compare.modRevision(key).isEqualTo(expectedRevision))
			.then(put)
			.sync();
		return result.succeeded() ? OptionalLong.of(result.revision()) : OptionalLong.empty();
	}

	@Override
	public <T> EtcdEntry<T> update(String key, Class<T> type, UnaryOperator<@Nullable T> change) {
		Bytes keyBytes = key(key);
		checkType(type);
		Assert.notNull(change, "'change' must not be null");
		for (int conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
			if (conflicts > 0) {
				this.pauses.pause(conflicts);
			}
			// An interrupt during the pause is the client's to report: as that of any
			// call.
			KeyValue found = find(keyBytes).orElse(null);
			T changed = change.apply((found != null) ? decode(found, type) : null);
			Assert.notNull(changed, "'change' must not return null; nothing was written. Use delete to remove a key");
			OptionalLong revision = write(keyBytes, (found != null) ? found.modRevision() : 0, encode(changed));
			if (revision.isPresent()) {
				return new EtcdEntry<>(key, changed, revision.getAsLong(), (found != null) ? found.version() + 1 : 1,
						(found != null) ? found.lease() : 0);
			}
		}
		throw new EtcdConflictException("update", MAX_CONFLICTS + 1);
	}

	@Override
	public boolean delete(String key) {
		return this.client.kv().delete(key(key)).sync().deleted() > 0;
	}

	@Override
	public boolean delete(String key, long expectedRevision) {
		Bytes keyBytes = key(key);
		Assert.isTrue(expectedRevision > 0,
				() -> "'expectedRevision' must be positive but was " + expectedRevision + "; use that of an EtcdEntry");
		return this.client.kv()
			.txn()
			.when(Compare.modRevision(keyBytes).isEqualTo(expectedRevision))
			.then(Op.delete(keyBytes))
			.sync()
			.succeeded();
	}

	@Override
	public <R extends @Nullable Object> R execute(Function<EtcdClient, R> action) {
		Assert.notNull(action, "'action' must not be null");
		return action.apply(this.client);
	}

	private Optional<KeyValue> find(Bytes key) {
		return this.client.kv().get(key).sync().first();
	}

	private Bytes encode(Object value) {
		Assert.notNull(value, "'value' must not be null");
		return this.codec.encode(value);
	}

	private <T> T decode(KeyValue keyValue, Class<T> type) {
		try {
			return this.codec.decode(keyValue.value(), type);
		}
		catch (EtcdCodecException ex) {
			throw new EtcdCodecException("A value of revision " + keyValue.modRevision() + " is no "
					+ type.getTypeName() + ". " + ex.getMessage(), ex);
		}
	}

	private static String decodeKey(KeyValue keyValue) {
		String text = keyValue.keyAsUtf8();
		// Another key than the one that is stored would be worse than none.
		if (text.indexOf('\uFFFD') >= 0 && !Bytes.utf8(text).equals(keyValue.key())) {
			throw new EtcdCodecException("A key of revision " + keyValue.modRevision()
					+ " is not UTF-8; read the prefix with execute(...) and binary keys");
		}
		return text;
	}

	private static Bytes key(String key) {
		Bytes bytes = utf8(key, "key");
		Assert.isTrue(!bytes.isEmpty(), "'key' must not be empty");
		return bytes;
	}

	private static Bytes utf8(String text, String name) {
		Assert.notNull(text, () -> "'" + name + "' must not be null");
		return Bytes.utf8(text);
	}

	private static void checkType(Class<?> type) {
		Assert.notNull(type, "'type' must not be null");
	}

}
