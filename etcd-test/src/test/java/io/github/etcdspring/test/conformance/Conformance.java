/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.test.TestPrefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What all suites have in common. A suite asks for a client of the server under test and
 * for a key prefix of its own and knows nothing else about the server, so that whoever
 * can supply these two can run it.
 */
@Timeout(60)
abstract class Conformance {

	static final Duration SOON = Duration.ofSeconds(20);

	/** Of a lease whose end is noticed when it is renewed, after a third of it. */
	static final Duration NOTICED_SOON = Duration.ofSeconds(6);

	/** So long that no lease ends by itself and raises the revision under a test. */
	static final Duration LONG = Duration.ofHours(1);

	EtcdClient etcd;

	Kv kv;

	String prefix;

	@BeforeEach
	void connect(EtcdClient etcd, @TestPrefix String prefix) {
		this.etcd = etcd;
		this.kv = etcd.kv();
		this.prefix = prefix;
	}

	/**
	 * Begin another client of the same server.
	 * @return the builder
	 */
	EtcdClient.Builder newClient() {
		return EtcdClient.builder().endpoints(this.etcd.endpoints());
	}

	String key(String name) {
		return this.prefix + name;
	}

	Bytes key(Bytes name) {
		return Bytes.utf8(this.prefix).concat(name);
	}

	KeyRange ownKeys() {
		return KeyRange.prefix(this.prefix);
	}

	long put(String name, String value) {
		return this.kv.put(key(name), value).sync().revision();
	}

	long revision() {
		return this.kv.get(key("any")).sync().storeRevision();
	}

	KeyValue find(String name) {
		return this.kv.get(key(name)).sync().first().orElseThrow();
	}

	List<String> names(GetResult result) {
		return names(result.keyValues());
	}

	List<String> names(List<KeyValue> found) {
		return found.stream().map((each) -> each.keyAsUtf8().substring(this.prefix.length())).toList();
	}

	static List<String> values(GetResult result) {
		return result.keyValues().stream().map(KeyValue::valueAsUtf8).toList();
	}

	static Bytes bytes(int... values) {
		byte[] bytes = new byte[values.length];
		for (int i = 0; i < values.length; i++) {
			bytes[i] = (byte) values[i];
		}
		return Bytes.wrap(bytes);
	}

	/**
	 * Send a request twice, which must fail at both of its ends in the same way.
	 * @param request the request
	 * @return how it failed
	 */
	static EtcdException failureOf(Request<?> request) {
		EtcdException failure = catchThrowableOfType(EtcdException.class, request::sync);
		assertThat(failure).as("failure of sync()").isNotNull();
		assertThat(request.async()).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.asInstanceOf(InstanceOfAssertFactories.type(EtcdException.class))
			.satisfies((other) -> {
				assertThat(other).hasSameClassAs(failure);
				assertThat(other.reason()).isEqualTo(failure.reason());
				assertThat(other.status()).isEqualTo(failure.status());
				assertThat(other.outcome()).isEqualTo(failure.outcome());
			});
		return failure;
	}

	/**
	 * Send a request that the server must refuse, and check what every refusal has.
	 * @param request the request
	 * @param type the type of the exception
	 * @param reason the reason
	 * @return how it failed
	 */
	EtcdException assertRefused(Request<?> request, Class<? extends EtcdException> type, Reason reason) {
		EtcdException failure = failureOf(request);
		assertThat(failure).isExactlyInstanceOf(type);
		assertThat(failure.reason()).isEqualTo(reason);
		assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(failure.attempts()).isEqualTo(1);
		assertThat(failure.endpoint()).isEqualTo(this.etcd.endpoints().get(0));
		assertThat(failure.isRetryable()).isFalse();
		assertThat(failure).hasMessageContaining(failure.operation()).hasMessageNotContaining(this.prefix);
		return failure;
	}

}
