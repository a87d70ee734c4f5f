/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.TxnResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keys and values are bytes, whatever they are.
 */
abstract class BinaryConformance extends Conformance {

	private static Bytes allBytes() {
		byte[] all = new byte[256];
		for (int i = 0; i < all.length; i++) {
			all[i] = (byte) i;
		}
		return Bytes.wrap(all);
	}

	private List<Bytes> namesIn(KeyRange range) {
		return this.kv.get(range)
			.sync()
			.keyValues()
			.stream()
			.map((each) -> each.key().substring(this.prefix.length()))
			.toList();
	}

	@Test
	void valueMayHaveAllBytes() {
		this.kv.put(key("a"), allBytes()).sync();
		assertThat(find("a").value()).isEqualTo(allBytes());
		assertThat(this.kv.put(key("a"), "").withPrevious().sync().previous()).map(KeyValue::value)
			.contains(allBytes());
	}

	@Test
	void keyMayHaveAllBytes() {
		Bytes key = key(allBytes());
		this.kv.put(key, allBytes()).sync();
		KeyValue found = this.kv.get(key).sync().first().orElseThrow();
		assertThat(found.key()).isEqualTo(key);
		assertThat(found.value()).isEqualTo(allBytes());
		assertThat(this.kv.delete(key).withPrevious().sync().previous()).containsExactly(found);
	}

	@Test
	void keysAreInTheOrderOfUnsignedBytes() {
		List<Bytes> expected = new ArrayList<>();
		List<Op> puts = new ArrayList<>();
		for (int value = 0; value < 256; value += 3) {
			expected.add(bytes(value));
			puts.add(Op.put(key(bytes(value)), Bytes.EMPTY));
		}
		Collections.reverse(puts);
		this.kv.txn().then(puts).sync();
		assertThat(namesIn(ownKeys())).isEqualTo(expected);
		assertThat(expected).isSorted();
	}

	@Test
	void nulIsAByteLikeAnother() {
		this.kv.put(key(bytes('a')), bytes(0)).sync();
		this.kv.put(key(bytes('a', 0)), bytes(0, 0)).sync();
		this.kv.put(key(bytes('a', 0, 'b')), bytes(0, 'x', 0)).sync();
		assertThat(this.kv.get(key(bytes('a'))).sync().keyValues()).singleElement()
			.extracting(KeyValue::value)
			.isEqualTo(bytes(0));
		assertThat(namesIn(KeyRange.prefix(key(bytes('a', 0))))).containsExactly(bytes('a', 0), bytes('a', 0, 'b'));
		assertThat(namesIn(KeyRange.between(key(bytes('a')), key(bytes('a', 0))))).containsExactly(bytes('a'));
	}

	@Test
	void prefixMayEndInFf() {
		Bytes ff = bytes(0xFF);
		Bytes ffff = bytes(0xFF, 0xFF);
		List<Bytes> inside = List.of(bytes(1, 0xFF), bytes(1, 0xFF, 0), bytes(1, 0xFF, 0xFF));
		inside.forEach((name) -> this.kv.put(key(name), Bytes.EMPTY).sync());
		this.kv.put(key(bytes(1, 0xFE)), Bytes.EMPTY).sync();
		this.kv.put(key(bytes(2)), Bytes.EMPTY).sync();
		assertThat(namesIn(KeyRange.prefix(key(bytes(1, 0xFF))))).isEqualTo(inside);
		assertThat(this.kv.delete(KeyRange.prefix(key(bytes(1, 0xFF)))).sync().deleted()).isEqualTo(3);
		assertThat(namesIn(ownKeys())).containsExactly(bytes(1, 0xFE), bytes(2));
		assertThat(namesIn(KeyRange.prefix(key(ff)))).isEmpty();
		assertThat(namesIn(KeyRange.prefix(key(ffff)))).isEmpty();
	}

	@Test
	void textIsUtf8() {
		for (String text : List.of("plain", "Größe", "键/值", "😀🚀", "tab\tnewline\nquote\"", "\u0000\u007f\uffff")) {
			this.kv.put(key(text), text).sync();
			KeyValue found = find(text);
			assertThat(found.keyAsUtf8()).isEqualTo(key(text));
			assertThat(found.valueAsUtf8()).isEqualTo(text);
			assertThat(this.kv.get(key(Bytes.utf8(text))).sync().first()).contains(found);
			assertThat(this.kv.txn().when(Compare.value(key(text)).isEqualTo(text)).sync().succeeded()).isTrue();
		}
	}

	@Test
	void emptyValueIsAValue() {
		this.kv.put(key("empty"), "").sync();
		GetResult result = this.kv.get(key("empty")).sync();
		assertThat(result.count()).isEqualTo(1);
		assertThat(result.first()).map(KeyValue::value).contains(Bytes.EMPTY);
		assertThat(this.kv.get(key("missing")).sync().first()).isEmpty();
		assertThat(this.kv.put(key("empty"), "full").withPrevious().sync().previous()).map(KeyValue::value)
			.contains(Bytes.EMPTY);
		assertThat(this.kv.put(key("empty"), "").withPrevious().sync().previous()).map(KeyValue::valueAsUtf8)
			.contains("full");
		assertThat(find("empty").value()).isEqualTo(Bytes.EMPTY);
		assertThat(this.kv.delete(key("empty")).withPrevious().sync().previous()).hasSize(1);
	}

	@Test
	void transactionsTakeBytesToo() {
		Bytes key = key(allBytes());
		TxnResult result = this.kv.txn()
			.when(Compare.missing(key))
			.then(Op.put(key, allBytes()), Op.get(key), Op.put(key(bytes(0)), Bytes.EMPTY), Op.get(key(bytes(0))))
			.sync();
		assertThat(result.succeeded()).isTrue();
		assertThat(result.get(1).first()).map(KeyValue::value).contains(allBytes());
		assertThat(result.get(3).first()).map(KeyValue::value).contains(Bytes.EMPTY);
		assertThat(this.kv.txn().when(Compare.value(key).isEqualTo(allBytes())).sync().succeeded()).isTrue();
	}

	@Test
	void keyMayBeLong() {
		Bytes key = key(Bytes.utf8("k".repeat(20_000)));
		this.kv.put(key, Bytes.utf8("1")).sync();
		assertThat(this.kv.get(key).sync().first()).map(KeyValue::key).contains(key);
		assertThat(this.kv.delete(key).sync().deleted()).isEqualTo(1);
	}

}
