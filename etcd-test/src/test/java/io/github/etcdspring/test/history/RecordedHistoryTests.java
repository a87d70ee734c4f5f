/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Kv;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.kv.OpResult;
import io.github.etcdspring.client.session.HeldLock;
import io.github.etcdspring.client.session.Session;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.test.ForEachEtcd;
import io.github.etcdspring.test.TestPrefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A history of everything that can be recorded, of a real server in good health.
 */
@ForEachEtcd
@Timeout(120)
class RecordedHistoryTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final History history = new History();

	@Test
	void everythingThatIsRecordedPassesAndWhatIsMadeUpDoesNot(EtcdClient etcd, @TestPrefix String prefix,
			@TempDir Path folder) throws Exception {
		long first = etcd.kv().get(prefix).sync().storeRevision() + 1;
		WatchRecorder all = this.history.watch("all", KeyRange.prefix(prefix), first).previousValues();
		WatchRecorder deletes = this.history.watch("deletes", KeyRange.prefix(prefix), 0).withoutPuts();
		Watch watch = etcd.watch(KeyRange.prefix(prefix)).fromRevision(first).previousValues().open(all);
		Watch watchOfDeletes = etcd.watch(KeyRange.prefix(prefix)).withoutPuts().open(deletes);
		deletes.startedAt(watchOfDeletes.ready().join());
		List<Thread> threads = new ArrayList<>();
		List<Throwable> failures = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			Recorder recorder = this.history.process("p" + i);
			Random random = new Random(i);
			Thread thread = new Thread(() -> work(etcd.kv(), recorder, prefix, random), "p" + i);
			thread.setUncaughtExceptionHandler((failed, ex) -> failures.add(ex));
			thread.start();
			threads.add(thread);
		}
		lock(etcd, prefix);
		lease(etcd, prefix);
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(failures).isEmpty();
		this.history.process("last").delete(prefix + "0").sync(etcd.kv().delete(prefix + "0"));
		long last = this.history.process("last")
			.put(prefix + "0", "end")
			.sync(etcd.kv().put(prefix + "0", "end"))
			.revision();
		await().atMost(SOON).until(() -> all.lastRevision() >= last);
		watch.close();
		watchOfDeletes.close();
		assertThat(all.closed()).succeedsWithin(SOON);
		ServerHistory truth = ServerHistory.readFrom(etcd, first);
		assertThat(truth.lastRevision()).isGreaterThan(last);
		HistoryChecker checker = new HistoryChecker(this.history, truth);
		checker.assertNoViolations(Path.of("target", "histories"));
		assertThat(this.history.operations()).hasSizeGreaterThan(400);
		checker.save(folder.resolve("saved"));
		assertThat(HistoryChecker.load(folder.resolve("saved")).all()).isEmpty();
		// The same, had the server lost its last revisions.
		ServerHistory shorter = new ServerHistory(truth.before(), first,
				LongStream.range(first, last).mapToObj(truth::changes).toList());
		assertThat(Script.kinds(new HistoryChecker(this.history, shorter).all())).contains(Violation.Kind.MISSING_WRITE,
				Violation.Kind.WRONG_EVENT);
	}

	private static void work(Kv kv, Recorder recorder, String prefix, Random random) {
		String own = Thread.currentThread().getName() + "-";
		for (int i = 0; i < 100; i++) {
			String key = prefix + random.nextInt(4);
			String other = prefix + "other/" + random.nextInt(4);
			String value = own + i;
			switch (i % 8) {
				case 0 -> recorder.put(key, value).sync(kv.put(key, value));
				case 1 -> recorder.delete(key).sync(kv.delete(key));
				case 2 -> {
					Optional<KeyValue> found = recorder.get(key).sync(kv.get(key)).first();
					long revision = found.map(KeyValue::modRevision).orElse(0L);
					recorder.compareAndSet(key, revision, value)
						.sync(kv.txn().when(Compare.modRevision(key).isEqualTo(revision)).then(Op.put(key, value)));
				}
				case 3 -> recorder.txn(Write.put(key, value), Write.put(other, value), Write.delete(other + "/x"))
					.sync(kv.txn().then(Op.put(key, value), Op.put(other, value), Op.delete(other + "/x")));
				case 4 -> recorder.getSerializable(KeyRange.key(key)).sync(kv.get(key).serializable());
				case 5 ->
					recorder.get(KeyRange.prefix(prefix + "other/")).sync(kv.get(KeyRange.prefix(prefix + "other/")));
				case 6 -> {
					OpResult put = recorder.put(other + "/x", value).async(kv.put(other + "/x", value)).join();
					long revision = put.header().revision();
					recorder.getAt(KeyRange.key(key), revision).sync(kv.get(key).revision(revision));
				}
				default -> recorder.get(KeyRange.prefix(prefix)).sync(kv.get(KeyRange.prefix(prefix)).limit(2));
			}
		}
	}

	private void lock(EtcdClient etcd, String prefix) {
		String name = prefix + "lock";
		try (Session session = etcd.session(Duration.ofSeconds(30)).sync()) {
			for (int i = 0; i < 3; i++) {
				Recorder recorder = this.history.process("session");
				HolderRecorder holder = recorder.acquire(name);
				try (HeldLock lock = session.lock(name).acquire().sync()) {
					holder.acquired(lock.fencingToken());
					assertThat(holder.believes(lock::isHeld)).isTrue();
					recorder.txn(Write.put(prefix + "guarded", "" + i))
						.guardedBy(holder)
						.sync(etcd.kv().txn().when(lock.fence()).then(Op.put(prefix + "guarded", "" + i)));
				}
			}
		}
	}

	private void lease(EtcdClient etcd, String prefix) {
		long lease = etcd.leases().grant(Duration.ofSeconds(60)).sync().id();
		String key = prefix + "leased";
		LeaseRecorder recorded = this.history.process("lease").lease(lease, key);
		this.history.process("lease").put(key, "").sync(etcd.kv().put(key, "").lease(lease));
		assertThat(recorded.believes(() -> true)).isTrue();
		etcd.leases().revoke(lease).sync();
		this.history.process("lease").get(key).sync(etcd.kv().get(key));
	}

}
