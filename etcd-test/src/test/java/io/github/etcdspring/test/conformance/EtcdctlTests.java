/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;
import io.github.etcdspring.client.kv.TxnResult;
import io.github.etcdspring.client.watch.WatchIterator;
import io.github.etcdspring.proto.DeleteRangeResponse;
import io.github.etcdspring.proto.PutResponse;
import io.github.etcdspring.proto.RangeResponse;
import io.github.etcdspring.proto.TxnResponse;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Keys, transactions and watches of the client and of {@code etcdctl}.
 */
@ForEachEtcd
@WithEtcd(isolated = true)
class EtcdctlTests extends EtcdctlConformance {

	private static final Bytes ALL_BYTES = bytes(IntStream.range(0, 256).toArray());

	private List<KeyValue> read(String... arguments) {
		return keyValues(this.etcdctl.run(arguments).as(RangeResponse.parser()));
	}

	private static List<KeyValue> keyValues(RangeResponse answer) {
		return answer.getKvsList()
			.stream()
			.map((found) -> new KeyValue(Bytes.wrap(found.getKey().toByteArray()),
					Bytes.wrap(found.getValue().toByteArray()), found.getCreateRevision(), found.getModRevision(),
					found.getVersion(), found.getLease()))
			.toList();
	}

	@Test
	void etcdctlReadsWhatTheClientWrote() {
		this.kv.put(key(ALL_BYTES), ALL_BYTES).sync();
		this.kv.put(key("empty"), "").sync();
		put("text", "ключ\n");
		put("text", "ключ\n");
		GetResult own = this.kv.get(ownKeys()).sync();
		RangeResponse answer = this.etcdctl.run("get", "--prefix", this.prefix, "-w", "protobuf")
			.as(RangeResponse.parser());
		assertThat(keyValues(answer)).hasSize(3).isEqualTo(own.keyValues());
		assertThat(answer.getCount()).isEqualTo(own.count());
		assertThat(answer.getHeader().getRevision()).isEqualTo(own.storeRevision());
		assertThat(answer.getHeader().getClusterId()).isEqualTo(own.header().clusterId());
		assertThat(this.etcdctl.run("get", "--prefix", this.prefix, "-w", "json").text())
			.contains("\"value\":\"" + Base64.getEncoder().encodeToString(ALL_BYTES.toByteArray()) + "\"");
		assertThat(this.etcdctl.run("get", key("text"), "--print-value-only").text()).isEqualTo("ключ\n\n");
	}

	@Test
	void clientReadsWhatEtcdctlWrote() {
		PutResponse put = this.etcdctl.runWith(ALL_BYTES.toByteArray(), "put", key("a"), "-w", "protobuf")
			.as(PutResponse.parser());
		assertThat(find("a")).satisfies((found) -> {
			assertThat(found.value()).isEqualTo(ALL_BYTES);
			assertThat(found.modRevision()).isEqualTo(put.getHeader().getRevision());
			assertThat(found.version()).isOne();
		});
		this.etcdctl.run("put", key("a"), "2");
		assertThat(find("a").valueAsUtf8()).isEqualTo("2");
		assertThat(find("a").version()).isEqualTo(2);
	}

	@Test
	void optionsMeanTheSame() {
		for (String name : List.of("c", "a", "b", "a")) {
			put(name, name);
		}
		long before = revision();
		put("b", "later");
		assertSame(this.kv.get(ownKeys()).limit(2), "--prefix", "--limit=2");
		assertSame(this.kv.get(ownKeys()).revision(before), "--prefix", "--rev=" + before);
		assertSame(this.kv.get(ownKeys()).sort(SortTarget.MOD_REVISION, SortOrder.DESCENDING), "--prefix",
				"--sort-by=MODIFY", "--order=DESCEND");
		assertSame(this.kv.get(ownKeys()).sort(SortTarget.VERSION, SortOrder.ASCENDING), "--prefix",
				"--sort-by=VERSION", "--order=ASCEND");
		assertSame(this.kv.get(ownKeys()).keysOnly(), "--prefix", "--keys-only");
		assertSame(this.kv.get(ownKeys()).serializable(), "--prefix", "--consistency=s");
		assertSame(this.kv.get(KeyRange.from(this.prefix)), "--from-key");
	}

	private void assertSame(GetRequest request, String... options) {
		List<String> arguments = new ArrayList<>(List.of("get", this.prefix, "-w", "protobuf"));
		arguments.addAll(List.of(options));
		RangeResponse answer = this.etcdctl.run(arguments.toArray(String[]::new)).as(RangeResponse.parser());
		GetResult own = request.sync();
		assertThat(own.keyValues()).isNotEmpty().isEqualTo(keyValues(answer));
		assertThat(own.count()).isEqualTo(answer.getCount());
		assertThat(own.more()).isEqualTo(answer.getMore());
	}

	@Test
	void eachDeletesWhatTheOtherWrote() {
		this.etcdctl.run("put", key("a"), "1");
		assertThat(this.kv.delete(key("a")).withPrevious().sync().previous()).extracting(KeyValue::valueAsUtf8)
			.containsExactly("1");
		assertThat(this.etcdctl.run("get", key("a")).text()).isEmpty();
		put("b", "2");
		put("c", "3");
		DeleteRangeResponse deleted = this.etcdctl.run("del", "--prefix", "--prev-kv", this.prefix, "-w", "protobuf")
			.as(DeleteRangeResponse.parser());
		assertThat(deleted.getDeleted()).isEqualTo(2);
		assertThat(deleted.getPrevKvs(1).getValue().toStringUtf8()).isEqualTo("3");
		assertThat(this.kv.get(ownKeys()).sync().count()).isZero();
	}

	@Test
	void transactionsSeeEachOther() {
		long revision = put("a", "1");
		String script = """
				mod("%1$s") = "%2$d"
				value("%1$s") = "1"
				version("%1$s") > "0"

				put %1$s 2
				get %1$s

				put %1$s lost

				""".formatted(key("a"), revision);
		assertThat(etcdctlTxn(script).getSucceeded()).isTrue();
		assertThat(find("a").valueAsUtf8()).isEqualTo("2");
		TxnResult own = this.kv.txn()
			.when(Compare.modRevision(key("a")).isGreaterThan(revision), Compare.value(key("a")).isEqualTo("2"))
			.then(Op.put(key("a"), "3"), Op.put(key("b"), "3"))
			.sync();
		assertThat(own.succeeded()).isTrue();
		assertThat(read("get", "--prefix", this.prefix, "-w", "protobuf")).hasSize(2)
			.allSatisfy((found) -> assertThat(found.modRevision()).isEqualTo(own.revision()));
		assertThat(etcdctlTxn(script).getSucceeded()).isFalse();
		assertThat(find("a").valueAsUtf8()).isEqualTo("lost");
	}

	private TxnResponse etcdctlTxn(String script) {
		return this.etcdctl.runWith(script.getBytes(StandardCharsets.UTF_8), "txn", "-w", "protobuf")
			.as(TxnResponse.parser());
	}

	@Test
	void etcdctlWatchesWhatTheClientDoes() {
		long revision = put("a", "before");
		try (Etcdctl.Running watching = this.etcdctl.start("watch", "--prefix", "--prev-kv", "--rev=" + revision,
				this.prefix)) {
			watching.awaitText("PUT\n" + key("a") + "\nbefore\n");
			put("a", "1");
			watching.awaitText("PUT\n" + key("a") + "\nbefore\n" + key("a") + "\n1\n");
			this.kv.delete(key("a")).sync();
			watching.awaitText("DELETE\n" + key("a") + "\n1\n" + key("a") + "\n\n");
			assertThat(watching.isRunning()).isTrue();
		}
	}

	@Test
	void clientWatchesWhatEtcdctlDoes() {
		try (WatchIterator watch = this.etcd.watch(ownKeys()).previousValues().iterate()) {
			assertThat(watch.ready()).succeedsWithin(SOON);
			this.etcdctl.runWith(ALL_BYTES.toByteArray(), "put", key("a"));
			assertThat(watch.poll(SOON)).hasValueSatisfying((batch) -> assertThat(batch.events()).singleElement()
				.satisfies((event) -> assertThat(event.keyValue().value()).isEqualTo(ALL_BYTES)));
			this.etcdctl.run("del", key("a"));
			assertThat(watch.poll(SOON))
				.hasValueSatisfying((batch) -> assertThat(batch.events()).singleElement().satisfies((event) -> {
					assertThat(event.isPut()).isFalse();
					assertThat(event.keyValue().keyAsUtf8()).isEqualTo(key("a"));
				}));
		}
	}

	@Test
	void compactionsOfEachConcernTheOther() {
		long first = put("a", "1");
		long second = put("a", "2");
		long third = put("a", "3");
		this.kv.compact(second).sync();
		assertThat(this.etcdctl.fail("get", key("a"), "--rev=" + first))
			.contains("required revision has been compacted");
		assertThat(this.etcdctl.run("get", key("a"), "--rev=" + second, "--print-value-only").text()).isEqualTo("2\n");
		assertThat(this.etcdctl.run("compact", Long.toString(third)).text())
			.isEqualTo("compacted revision " + third + "\n");
		assertThatExceptionOfType(CompactedException.class)
			.isThrownBy(() -> this.kv.get(key("a")).revision(second).sync());
		assertThat(values(this.kv.get(key("a")).revision(third).sync())).containsExactly("3");
	}

}
