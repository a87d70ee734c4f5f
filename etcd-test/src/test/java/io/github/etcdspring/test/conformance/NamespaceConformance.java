/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.DeleteResult;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;
import io.github.etcdspring.client.kv.TxnResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * A namespace: nothing outside it is seen or touched.
 */
abstract class NamespaceConformance extends Conformance {

	/** Keys around the namespace, which every test must leave alone. */
	private static final List<String> OUTSIDE = List.of("before", "ns", "ns.", "ns0", "nt", "other/a");

	private EtcdClient client;

	private Kv inside;

	@BeforeEach
	void fill() {
		OUTSIDE.forEach((name) -> put(name, "outside"));
		this.client = newClient().namespace(key("ns/")).build();
		this.inside = this.client.kv();
	}

	@AfterEach
	void outsideIsUntouched() {
		this.client.close();
		assertThat(this.kv.get(ownKeys()).sync().keyValues().stream().filter((each) -> !inNamespace(each)))
			.extracting((each) -> each.keyAsUtf8().substring(this.prefix.length()))
			.isEqualTo(OUTSIDE);
		assertThat(this.kv.get(ownKeys()).sync().keyValues().stream().filter((each) -> !inNamespace(each)))
			.extracting(KeyValue::valueAsUtf8, KeyValue::version)
			.containsOnly(tuple("outside", 1L));
	}

	private boolean inNamespace(KeyValue found) {
		return found.keyAsUtf8().startsWith(key("ns/"));
	}

	private void fillInside(String... names) {
		for (String name : names) {
			this.inside.put(name, name).sync();
		}
	}

	private static List<String> keys(List<KeyValue> found) {
		return found.stream().map(KeyValue::keyAsUtf8).toList();
	}

	private List<String> keysInside(KeyRange range) {
		return keys(this.inside.get(range).sync().keyValues());
	}

	private List<String> keysOfTheStore() {
		return names(this.kv.get(KeyRange.prefix(key("ns/"))).sync());
	}

	@Test
	void keyIsStoredBehindThePrefix() {
		fillInside("a");
		assertThat(keysOfTheStore()).containsExactly("ns/a");
		assertThat(keysInside(KeyRange.key("a"))).containsExactly("a");
		assertThat(this.inside.get("a").async()).succeedsWithin(SOON).satisfies((get) -> {
			assertThat(get.count()).isEqualTo(1);
			assertThat(values(get)).containsExactly("a");
		});
		assertThat(find("ns/a")).usingRecursiveComparison()
			.ignoringFields("key")
			.isEqualTo(this.inside.get("a").sync().first().orElseThrow());
	}

	@Test
	void keyOutsideIsNotFound() {
		assertThat(this.inside.get("other/a").sync().count()).isZero();
		assertThat(this.inside.get(key("before")).sync().count()).isZero();
		assertThat(this.inside.delete(key("before")).sync().deleted()).isZero();
		assertThat(this.inside.delete("../before").sync().deleted()).isZero();
	}

	@Test
	void previousHasTheShortKey() {
		fillInside("a", "b");
		PutResult put = this.inside.put("a", "2").withPrevious().sync();
		assertThat(put.previous()).map(KeyValue::keyAsUtf8).contains("a");
		DeleteResult delete = this.inside.delete(KeyRange.all()).withPrevious().sync();
		assertThat(keys(delete.previous())).containsExactly("a", "b");
	}

	@Test
	void rangesStayInside() {
		fillInside("a", "b", "b/1", "c");
		assertThat(keysInside(KeyRange.all())).containsExactly("a", "b", "b/1", "c");
		assertThat(keysInside(KeyRange.prefix(""))).containsExactly("a", "b", "b/1", "c");
		assertThat(keysInside(KeyRange.from("b"))).containsExactly("b", "b/1", "c");
		assertThat(keysInside(KeyRange.prefix("b"))).containsExactly("b", "b/1");
		assertThat(keysInside(KeyRange.between("a", "b/1"))).containsExactly("a", "b");
		assertThat(keysInside(KeyRange.prefix(bytes(0xFF)))).isEmpty();
		assertThat(this.inside.get(KeyRange.all()).countOnly().sync().count()).isEqualTo(4);
	}

	@Test
	void optionsWorkInside() {
		fillInside("a", "b", "c");
		long written = revision();
		this.inside.delete("c").sync();
		GetResult result = this.inside.get(KeyRange.all())
			.revision(written)
			.sort(SortTarget.CREATE_REVISION, SortOrder.DESCENDING)
			.limit(2)
			.sync();
		assertThat(keys(result.keyValues())).containsExactly("c", "b");
		assertThat(result.more()).isTrue();
		assertThat(result.count()).isEqualTo(3);
		assertThat(this.inside.get("b").asPrefix().keysOnly().serializable().sync().first()).map(KeyValue::value)
			.contains(Bytes.EMPTY);
	}

	@Test
	void allOfTheNamespaceCanBeDeleted() {
		fillInside("a", "b");
		assertThat(this.inside.delete(KeyRange.from("b")).sync().deleted()).isEqualTo(1);
		assertThat(this.inside.delete(KeyRange.all()).sync().deleted()).isEqualTo(1);
		assertThat(this.inside.delete(KeyRange.all()).sync().deleted()).isZero();
		assertThat(keysOfTheStore()).isEmpty();
	}

	@Test
	void keyThatEqualsThePrefixIsTheEmptyOne() {
		put("ns/", "prefix");
		fillInside("a");
		assertThat(keysInside(KeyRange.all())).containsExactly("", "a");
		assertThat(keysInside(KeyRange.from(bytes(0)))).containsExactly("", "a");
		assertThat(this.inside.delete(KeyRange.all()).sync().deleted()).isEqualTo(2);
	}

	@Test
	void transactionsStayInside() {
		fillInside("a", "b");
		TxnResult result = this.inside.txn()
			.when(Compare.value("a").isEqualTo("a"), Compare.missing("before"), Compare.missing(key("before")),
					Compare.version(KeyRange.all()).isEqualTo(1), Compare.value(KeyRange.from("b")).isEqualTo("b"),
					Compare.value(KeyRange.prefix("b")).isEqualTo("b"))
			.then(Op.put("a", "2").withPrevious(), Op.get(KeyRange.all()), Op.get("b"),
					Op.delete(KeyRange.from("b")).withPrevious())
			.orElse(Op.delete(KeyRange.all()))
			.sync();
		assertThat(result.succeeded()).isTrue();
		assertThat(((PutResult) result.responses().get(0)).previous()).map(KeyValue::keyAsUtf8).contains("a");
		assertThat(keys(result.get(1).keyValues())).containsExactly("a", "b");
		assertThat(keys(result.get(2).keyValues())).containsExactly("b");
		assertThat(keys(((DeleteResult) result.responses().get(3)).previous())).containsExactly("b");
		assertThat(keysOfTheStore()).containsExactly("ns/a");
	}

	@Test
	void nestedTransactionsStayInside() {
		fillInside("a", "b");
		Op innermost = Op.txn(List.of(Compare.missing("a")), List.of(),
				List.of(Op.get(KeyRange.all()), Op.delete(KeyRange.all()).withPrevious()));
		Op nested = Op.txn(List.of(Compare.exists("a")), List.of(innermost), List.of());
		TxnResult result = this.inside.txn().when(Compare.missing("a")).orElse(nested).sync();
		TxnResult first = (TxnResult) result.responses().get(0);
		TxnResult second = (TxnResult) first.responses().get(0);
		assertThat(first.succeeded()).isTrue();
		assertThat(second.succeeded()).isFalse();
		assertThat(keys(second.get(0).keyValues())).containsExactly("a", "b");
		assertThat(keys(((DeleteResult) second.responses().get(1)).previous())).containsExactly("a", "b");
		assertThat(keysOfTheStore()).isEmpty();
	}

	@Test
	void pagesStayInside() {
		fillInside("a", "b", "c", "d", "e");
		assertThat(this.inside.get(KeyRange.all()).pages(2).stream().map(KeyValue::keyAsUtf8)).containsExactly("a", "b",
				"c", "d", "e");
		assertThat(this.inside.get(KeyRange.from("b")).pages(2).stream().map(KeyValue::keyAsUtf8)).containsExactly("b",
				"c", "d", "e");
		assertThat(this.inside.get(KeyRange.between("b", "d")).pages(1).stream().map(KeyValue::keyAsUtf8))
			.containsExactly("b", "c");
	}

	@Test
	void leasesBelongToNoNamespace() {
		long lease = this.client.leases().grant(LONG).sync().id();
		this.inside.put("a", "1").lease(lease).sync();
		assertThat(this.inside.txn().when(Compare.lease("a").isEqualTo(lease)).sync().succeeded()).isTrue();
		this.etcd.leases().revoke(lease).sync();
		assertThat(keysInside(KeyRange.all())).isEmpty();
	}

	@Test
	void refusalsAreTheSameInside() {
		assertRefused(this.inside.put("a", "").ignoreValue(), EtcdException.class, Reason.KEY_NOT_FOUND);
		assertRefused(this.inside.txn().then(Op.put("a", "1"), Op.delete(KeyRange.all())), EtcdException.class,
				Reason.DUPLICATE_KEY);
		assertRefused(this.inside.compact(revision() + 1), EtcdException.class, Reason.FUTURE_REVISION);
	}

	@Test
	void binaryKeysWorkInside() {
		Bytes name = bytes(0, 0xFF, 0);
		this.inside.put(name, bytes(0xFF)).sync();
		this.inside.put(bytes(0xFF), bytes(0)).sync();
		assertThat(this.inside.get(name).sync().first()).map(KeyValue::key).contains(name);
		assertThat(this.inside.get(KeyRange.prefix(bytes(0xFF))).sync().keyValues()).extracting(KeyValue::key)
			.containsExactly(bytes(0xFF));
		assertThat(this.inside.get(KeyRange.all()).sync().count()).isEqualTo(2);
	}

	@Test
	void prefixMayEndInFf() {
		Bytes prefix = key(bytes('n', 's', '/', 0xFF, 0xFF));
		fillInside("z");
		try (EtcdClient odd = newClient().namespace(prefix).build()) {
			odd.kv().put("a", "1").sync();
			odd.kv().put(bytes(0xFF), bytes('2')).sync();
			assertThat(this.kv.get(prefix.concat(bytes('a'))).sync().count()).isEqualTo(1);
			assertThat(odd.kv().get(KeyRange.all()).sync().keyValues()).extracting(KeyValue::key)
				.containsExactly(bytes('a'), bytes(0xFF));
			assertThat(odd.kv().get(KeyRange.from("b")).sync().keyValues()).extracting(KeyValue::key)
				.containsExactly(bytes(0xFF));
			assertThat(odd.kv().get(KeyRange.all()).pages(1)).hasSize(2);
			assertThat(odd.kv().delete(KeyRange.all()).sync().deleted()).isEqualTo(2);
		}
		assertThat(keysInside(KeyRange.all())).containsExactly("z");
	}

	@Test
	void namespacesDoNotSeeEachOther() {
		try (EtcdClient deeper = newClient().namespace(key("ns/deeper/")).build()) {
			deeper.kv().put("a", "1").sync();
			fillInside("a");
			assertThat(keysInside(KeyRange.all())).containsExactly("a", "deeper/a");
			assertThat(deeper.kv().get(KeyRange.all()).sync().count()).isEqualTo(1);
		}
	}

}
