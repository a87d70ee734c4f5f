/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.TxnResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ranges without an end. They go beyond any prefix, so this suite needs a store that
 * nobody else uses.
 */
abstract class WholeStoreConformance extends Conformance {

	private static final Bytes ZERO = bytes(0);

	private static final Bytes FE = bytes(0xFE);

	private static final Bytes FF = bytes(0xFF);

	private static final Bytes FF_00 = bytes(0xFF, 0x00);

	private static final Bytes FF_FF = bytes(0xFF, 0xFF);

	@BeforeEach
	void empty() {
		this.kv.delete(KeyRange.all()).sync();
	}

	private void put(Bytes... keys) {
		for (Bytes key : keys) {
			this.kv.put(key, key).sync();
		}
	}

	private List<Bytes> keys(KeyRange range) {
		return this.kv.get(range).sync().keyValues().stream().map(KeyValue::key).toList();
	}

	@Test
	void allHasEveryKey() {
		put(FF_FF, ZERO, bytes('a'));
		assertThat(keys(KeyRange.all())).containsExactly(ZERO, bytes('a'), FF_FF);
		assertThat(keys(KeyRange.prefix(""))).hasSize(3);
		assertThat(keys(KeyRange.from(ZERO))).hasSize(3);
		assertThat(this.kv.get(KeyRange.all()).countOnly().sync().count()).isEqualTo(3);
	}

	@Test
	void fromHasAKeyAndAllAfterIt() {
		put(ZERO, bytes('a'), bytes('b'), bytes('b', 0), FF_FF);
		assertThat(keys(KeyRange.from("b"))).containsExactly(bytes('b'), bytes('b', 0), FF_FF);
		assertThat(keys(KeyRange.from("aa"))).containsExactly(bytes('b'), bytes('b', 0), FF_FF);
		assertThat(keys(KeyRange.from(bytes(0xFF, 0xFF, 0xFF)))).isEmpty();
	}

	@Test
	void fromCanBeDeleted() {
		put(bytes('a'), bytes('b'), FF_FF);
		assertThat(this.kv.delete(KeyRange.from("b")).sync().deleted()).isEqualTo(2);
		assertThat(keys(KeyRange.all())).containsExactly(bytes('a'));
	}

	@Test
	void allCanBeDeleted() {
		put(ZERO, bytes('a'), FF_FF);
		assertThat(this.kv.delete(KeyRange.all()).withPrevious().sync().previous()).extracting(KeyValue::key)
			.containsExactly(ZERO, bytes('a'), FF_FF);
		assertThat(keys(KeyRange.all())).isEmpty();
	}

	@Test
	void prefixOfFfHasNoEnd() {
		put(FE, bytes(0xFE, 0xFF), FF, FF_00, FF_FF);
		assertThat(keys(KeyRange.prefix(FF))).containsExactly(FF, FF_00, FF_FF);
		assertThat(keys(KeyRange.prefix(FF_FF))).containsExactly(FF_FF);
		assertThat(keys(KeyRange.prefix(FE))).containsExactly(FE, bytes(0xFE, 0xFF));
		assertThat(this.kv.delete(KeyRange.prefix(FF)).sync().deleted()).isEqualTo(3);
		assertThat(keys(KeyRange.all())).containsExactly(FE, bytes(0xFE, 0xFF));
	}

	@Test
	void everyByteIsAKey() {
		List<Bytes> expected = new ArrayList<>();
		for (int value = 0; value < 256; value++) {
			expected.add(bytes(value));
			put(bytes(value));
		}
		assertThat(keys(KeyRange.all())).isEqualTo(expected);
		assertThat(this.kv.get(KeyRange.all()).pages(100).stream().map(KeyValue::key)).isEqualTo(expected);
		assertThat(this.kv.get(KeyRange.all()).sync().keyValues())
			.allSatisfy((each) -> assertThat(each.value()).isEqualTo(each.key()));
	}

	@Test
	void namespaceOfOnlyFfHasNoEnd() {
		put(FE, FF_00);
		try (EtcdClient inside = newClient().namespace(FF_FF).build()) {
			inside.kv().put("a", "1").sync();
			inside.kv().put(FF, Bytes.utf8("2")).sync();
			assertThat(keys(KeyRange.all())).containsExactly(FE, FF_00, bytes(0xFF, 0xFF, 'a'),
					bytes(0xFF, 0xFF, 0xFF));
			assertThat(inside.kv().get(KeyRange.all()).sync().keyValues()).extracting(KeyValue::key)
				.containsExactly(bytes('a'), FF);
			assertThat(inside.kv().get(KeyRange.from("b")).sync().keyValues()).extracting(KeyValue::key)
				.containsExactly(FF);
			assertThat(inside.kv().delete(KeyRange.all()).sync().deleted()).isEqualTo(2);
		}
		assertThat(keys(KeyRange.all())).containsExactly(FE, FF_00);
	}

	@Test
	void transactionsKnowRangesWithoutAnEnd() {
		put(ZERO, bytes('a'), FF_FF);
		TxnResult result = this.kv.txn()
			.when(Compare.version(KeyRange.all()).isEqualTo(1), Compare.value(KeyRange.from(FF)).isEqualTo(FF_FF))
			.then(Op.get(KeyRange.all()).countOnly(), Op.delete(KeyRange.from("a")), Op.get(KeyRange.all()))
			.sync();
		assertThat(result.succeeded()).isTrue();
		assertThat(result.get(0).count()).isEqualTo(3);
		assertThat(result.get(2).keyValues()).extracting(KeyValue::key).containsExactly(ZERO);
	}

}
