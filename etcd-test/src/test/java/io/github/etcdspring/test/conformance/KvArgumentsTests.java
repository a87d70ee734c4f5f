/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;
import io.github.etcdspring.client.transport.Request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Every bad argument is refused by the call that gets it. No server is needed.
 */
class KvArgumentsTests {

	private static final EtcdClient client = EtcdClient.builder().build();

	private static final Kv kv = client.kv();

	private static final KeyRange RANGE = KeyRange.prefix("secret/");

	@AfterAll
	static void close() {
		client.close();
	}

	private static Arguments bad(String description, Executable call, String... words) {
		return Arguments.argumentSet(description, call, List.of(words));
	}

	private static GetRequest get() {
		return kv.get(RANGE);
	}

	static Stream<Arguments> emptyKeys() {
		List<Arguments> cases = new ArrayList<>(List.of(bad("put text", () -> kv.put("", "v"), "key"),
				bad("put text, bytes", () -> kv.put("", Bytes.EMPTY), "key"),
				bad("put bytes", () -> kv.put(Bytes.EMPTY, Bytes.EMPTY), "key"),
				bad("get text", () -> kv.get(""), "key"), bad("get bytes", () -> kv.get(Bytes.EMPTY), "key"),
				bad("delete text", () -> kv.delete(""), "key"),
				bad("delete bytes", () -> kv.delete(Bytes.EMPTY), "key"), bad("Op.get text", () -> Op.get(""), "key"),
				bad("Op.get bytes", () -> Op.get(Bytes.EMPTY), "key"), bad("Op.put text", () -> Op.put("", "v"), "key"),
				bad("Op.put text, bytes", () -> Op.put("", Bytes.EMPTY), "key"),
				bad("Op.put bytes", () -> Op.put(Bytes.EMPTY, Bytes.EMPTY), "key"),
				bad("Op.delete text", () -> Op.delete(""), "key"),
				bad("Op.delete bytes", () -> Op.delete(Bytes.EMPTY), "key"),
				bad("KeyRange.key text", () -> KeyRange.key(""), "key"),
				bad("KeyRange.key bytes", () -> KeyRange.key(Bytes.EMPTY), "key"),
				bad("KeyRange.from text", () -> KeyRange.from(""), "start", "KeyRange.all()"),
				bad("KeyRange.from bytes", () -> KeyRange.from(Bytes.EMPTY), "start", "KeyRange.all()"),
				bad("KeyRange.between text", () -> KeyRange.between("", "b"), "start"),
				bad("KeyRange.between bytes", () -> KeyRange.between(Bytes.EMPTY, Bytes.utf8("b")), "start")));
		compares().forEach((name, compare) -> cases.add(bad("Compare." + name, () -> compare.apply(""), "key")));
		comparesOfBytes()
			.forEach((name, compare) -> cases.add(bad("Compare." + name, () -> compare.apply(Bytes.EMPTY), "key")));
		return cases.stream();
	}

	@SuppressWarnings("NullAway") // that is the test
	static Stream<Arguments> nulls() {
		String text = null;
		Bytes bytes = null;
		KeyRange range = null;
		List<Arguments> cases = new ArrayList<>(List.of(bad("put text", () -> kv.put(text, "v"), "key"),
				bad("put text, bytes", () -> kv.put(text, Bytes.EMPTY), "key"),
				bad("put bytes", () -> kv.put(bytes, Bytes.EMPTY), "key"),
				bad("put value as text", () -> kv.put("k", text), "value"),
				bad("put value as bytes", () -> kv.put("k", bytes), "value"),
				bad("put bytes, value", () -> kv.put(Bytes.utf8("k"), bytes), "value"),
				bad("get text", () -> kv.get(text), "key"), bad("get bytes", () -> kv.get(bytes), "key"),
				bad("get range", () -> kv.get(range), "range"), bad("delete text", () -> kv.delete(text), "key"),
				bad("delete bytes", () -> kv.delete(bytes), "key"),
				bad("delete range", () -> kv.delete(range), "range"), bad("Op.get text", () -> Op.get(text), "key"),
				bad("Op.get bytes", () -> Op.get(bytes), "key"), bad("Op.get range", () -> Op.get(range), "range"),
				bad("Op.put text", () -> Op.put(text, "v"), "key"),
				bad("Op.put bytes", () -> Op.put(bytes, Bytes.EMPTY), "key"),
				bad("Op.put value as text", () -> Op.put("k", text), "value"),
				bad("Op.put value as bytes", () -> Op.put("k", bytes), "value"),
				bad("Op.delete text", () -> Op.delete(text), "key"),
				bad("Op.delete bytes", () -> Op.delete(bytes), "key"),
				bad("Op.delete range", () -> Op.delete(range), "range"),
				bad("KeyRange.key", () -> KeyRange.key(text), "key"),
				bad("KeyRange.prefix text", () -> KeyRange.prefix(text), "prefix"),
				bad("KeyRange.prefix bytes", () -> KeyRange.prefix(bytes), "prefix"),
				bad("KeyRange.from", () -> KeyRange.from(text), "start"),
				bad("KeyRange.between start", () -> KeyRange.between(text, "b"), "start"),
				bad("KeyRange.between end", () -> KeyRange.between("a", text), "end"),
				bad("Compare of a range", () -> Compare.version(range), "range"),
				bad("Compare of values of a range", () -> Compare.value(range), "range"),
				bad("Compare with text", () -> Compare.value("k").isEqualTo(text), "value"),
				bad("Compare with other text", () -> Compare.value("k").isNotEqualTo(text), "value"),
				bad("Compare with bytes", () -> Compare.value("k").isEqualTo(bytes), "value"),
				bad("Compare with lesser bytes", () -> Compare.value("k").isGreaterThan(bytes), "value"),
				bad("sort by nothing", () -> get().sort(null, SortOrder.ASCENDING), "target"),
				bad("sort in no order", () -> get().sort(SortTarget.KEY, null), "order"),
				bad("no timeout", () -> get().timeout(null), "timeout"),
				bad("txn without a comparison", () -> kv.txn().when((Compare) null), "compares"),
				bad("txn without comparisons", () -> kv.txn().when((List<Compare>) null), "compares"),
				bad("txn without an operation", () -> kv.txn().then((Op) null), "ops"),
				bad("txn without operations", () -> kv.txn().then((List<Op>) null), "ops"),
				bad("txn without another operation", () -> kv.txn().orElse((Op) null), "ops"),
				bad("Op.txn without comparisons", () -> Op.txn(null, List.of(), List.of()), "when"),
				bad("Op.txn without operations", () -> Op.txn(List.of(), null, List.of()), "then"),
				bad("Op.txn without other operations", () -> Op.txn(List.of(), List.of(), null), "orElse")));
		compares().forEach((name, compare) -> cases.add(bad("Compare." + name, () -> compare.apply(text), "key")));
		comparesOfBytes()
			.forEach((name, compare) -> cases.add(bad("Compare." + name, () -> compare.apply(bytes), "key")));
		return cases.stream();
	}

	private static Map<String, Function<String, ?>> compares() {
		return Map.of("version text", Compare::version, "createRevision text", Compare::createRevision,
				"modRevision text", Compare::modRevision, "lease text", Compare::lease, "value text", Compare::value,
				"exists text", Compare::exists, "missing text", Compare::missing);
	}

	private static Map<String, Function<Bytes, ?>> comparesOfBytes() {
		return Map.of("version bytes", Compare::version, "createRevision bytes", Compare::createRevision,
				"modRevision bytes", Compare::modRevision, "lease bytes", Compare::lease, "value bytes", Compare::value,
				"exists bytes", Compare::exists, "missing bytes", Compare::missing);
	}

	static Stream<Arguments> numbers() {
		return Stream.of(bad("limit", () -> get().limit(-1), "'limit'", "-1", "0 for no limit"),
				bad("revision", () -> get().revision(-2), "'revision'", "-2", "0 for the newest"),
				bad("minModRevision", () -> get().minModRevision(-3), "'minModRevision'", "-3"),
				bad("maxModRevision", () -> get().maxModRevision(-3), "'maxModRevision'", "-3"),
				bad("minCreateRevision", () -> get().minCreateRevision(-3), "'minCreateRevision'", "-3"),
				bad("maxCreateRevision", () -> get().maxCreateRevision(Long.MIN_VALUE), "'maxCreateRevision'",
						String.valueOf(Long.MIN_VALUE)),
				bad("limit in a txn", () -> Op.get(RANGE).limit(-1), "'limit'", "-1"),
				bad("revision in a txn", () -> Op.get(RANGE).revision(-1), "'revision'", "-1"),
				bad("compact 0", () -> kv.compact(0), "'revision'", "0"),
				bad("compact -1", () -> kv.compact(-1), "'revision'", "-1"),
				bad("pages of 0", () -> get().pages(0), "'size'", "0"),
				bad("pages of -1", () -> get().pages(-1), "'size'", "-1"));
	}

	static Stream<Arguments> contradictions() {
		return Stream.of(
				bad("min above max mod revision", () -> get().minModRevision(6).maxModRevision(5), "'minModRevision'",
						"'maxModRevision'", "6", "5"),
				bad("max below min mod revision", () -> get().maxModRevision(5).minModRevision(6), "'minModRevision'",
						"'maxModRevision'", "6", "5"),
				bad("min above max create revision", () -> get().minCreateRevision(6).maxCreateRevision(5),
						"'minCreateRevision'", "'maxCreateRevision'"),
				bad("max below min create revision", () -> get().maxCreateRevision(5).minCreateRevision(6),
						"'minCreateRevision'", "'maxCreateRevision'"),
				bad("keys and count", () -> get().keysOnly().countOnly(), "keysOnly()", "countOnly()"),
				bad("count and keys", () -> get().countOnly().keysOnly(), "keysOnly()", "countOnly()"),
				bad("count and keys in a txn", () -> Op.get(RANGE).countOnly().keysOnly(), "keysOnly()"),
				bad("prefix of a range", () -> get().asPrefix(), "asPrefix()", "KeyRange.prefix(...)"),
				bad("prefix of a range to delete", () -> kv.delete(RANGE).asPrefix(), "asPrefix()"),
				bad("prefix of a prefix", () -> kv.get("secret").asPrefix().asPrefix(), "asPrefix()"),
				bad("prefix of a range in a txn", () -> Op.delete(RANGE).asPrefix(), "asPrefix()"),
				bad("end before start", () -> KeyRange.between("secret/b", "secret/a"), "end", "start"),
				bad("end at start", () -> KeyRange.between("secret/b", "secret/b"), "end", "start"),
				bad("no end", () -> KeyRange.between("secret/b", ""), "end", "KeyRange.from(start)"),
				bad("value to ignore", () -> kv.put("secret/a", "secret").ignoreValue(), "ignoreValue()", "'value'"),
				bad("value to ignore in a txn", () -> Op.put("secret/a", "secret").ignoreValue(), "'value'"),
				bad("lease to ignore", () -> kv.put("secret/a", "v").lease(1).ignoreLease(), "lease(...)",
						"ignoreLease()"),
				bad("ignore and lease", () -> kv.put("secret/a", "v").ignoreLease().lease(1), "lease(...)",
						"ignoreLease()"),
				bad("ignore and lease in a txn", () -> Op.put("secret/a", "v").ignoreLease().lease(1), "lease(...)"),
				bad("pages with a limit", () -> get().limit(1).pages(1), "pages(...)", "limit(...)"),
				bad("pages of a count", () -> get().countOnly().pages(1), "pages(...)", "countOnly()"),
				bad("pages in another order", () -> get().sort(SortTarget.MOD_REVISION, SortOrder.ASCENDING).pages(1),
						"pages(...)", "sort"),
				bad("pages backwards", () -> get().sort(SortTarget.KEY, SortOrder.DESCENDING).pages(1), "pages(...)",
						"sort"));
	}

	static Stream<Arguments> timeouts() {
		Map<String, Request<?>> requests = Map.of("get", kv.get("k"), "put", kv.put("k", "v"), "delete", kv.delete("k"),
				"txn", kv.txn().then(Op.get("k")), "compact", kv.compact(1));
		return requests.entrySet()
			.stream()
			.flatMap((entry) -> Stream.of(Duration.ZERO, Duration.ofMillis(-1))
				.map((timeout) -> bad(entry.getKey() + " " + timeout, () -> entry.getValue().timeout(timeout),
						"'timeout'", timeout.toString())));
	}

	static Stream<Arguments> texts() {
		return Stream.of(bad("key", () -> kv.put("secret/\ud800", "v"), "surrogate"),
				bad("value", () -> kv.put("k", "secret\udc00"), "surrogate"),
				bad("range", () -> KeyRange.prefix("secret/\ud800"), "surrogate"),
				bad("comparison", () -> Compare.value("k").isEqualTo("secret\ud800"), "surrogate"));
	}

	@ParameterizedTest
	@MethodSource({ "emptyKeys", "numbers", "contradictions", "timeouts", "texts" })
	void isRefusedByName(Executable call, List<String> words) {
		assertRefused(call, words);
	}

	@ParameterizedTest
	@MethodSource("nulls")
	void nullIsRefusedByName(Executable call, List<String> words) {
		assertRefused(call, words);
	}

	private static void assertRefused(Executable call, List<String> words) {
		assertThatIllegalArgumentException().isThrownBy(call::execute).satisfies((refusal) -> {
			words.forEach((word) -> assertThat(refusal).hasMessageContaining(word));
			assertThat(refusal).hasMessageNotContaining("secret");
		});
	}

	@Test
	void boundariesAreAccepted() {
		get().limit(0).revision(0).minModRevision(5).maxModRevision(5).minCreateRevision(5).maxCreateRevision(0);
		get().sort(SortTarget.KEY, SortOrder.ASCENDING).keysOnly().keysOnly().pages(1);
		kv.put("k", "").ignoreValue().ignoreLease().lease(0);
		kv.put("k", "v").lease(-1);
		kv.compact(1).physical().timeout(Duration.ofNanos(1));
		assertThat(KeyRange.between("a", "a\0").contains("a")).isTrue();
		assertThat(kv.txn().when().then().orElse()).isNotNull();
	}

	@FunctionalInterface
	interface Executable {

		Object execute();

	}

}
