/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.WatchCancelRequest;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchGrpc;
import io.github.etcdspring.proto.WatchProgressRequest;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class WatchServiceTests {

	private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

	private ServedNode served;

	private RecordedCall<WatchRequest, WatchResponse> stream;

	@BeforeEach
	void start() throws Exception {
		this.served = new ServedNode();
		this.stream = RecordedCall.open(this.served.channel(), WatchGrpc.getWatchMethod());
	}

	@AfterEach
	void stop() throws Exception {
		this.served.close();
	}

	@Test
	void createCancelAndProgressAreAnswered() throws Exception {
		this.stream.send(WatchRequest.getDefaultInstance());
		create(watch("a").setWatchId(7));
		assertThat(this.stream.take()).satisfies((created) -> {
			assertThat(created.getCreated()).isTrue();
			assertThat(created.getWatchId()).isEqualTo(7);
			assertThat(created.getHeader()).isEqualTo(this.served.node().header());
		});
		this.served.put("a", "1");
		assertThat(this.stream.take().getEventsList()).hasSize(1);
		this.stream.send(WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.newBuilder()).build());
		assertThat(this.stream.take()).satisfies((progress) -> {
			assertThat(progress.getWatchId()).isEqualTo(-1);
			assertThat(progress.getHeader().getRevision()).isEqualTo(2);
		});
		cancel(7);
		assertThat(this.stream.take()).satisfies((cancelled) -> {
			assertThat(cancelled.getCanceled()).isTrue();
			assertThat(cancelled.getWatchId()).isEqualTo(7);
			assertThat(cancelled.getCancelReason()).isEmpty();
		});
	}

	@Test
	void negativeStartIsRefusedAsCompacted() throws Exception {
		create(watch("a").setWatchId(7).setStartRevision(-1));
		assertThat(this.stream.take()).satisfies((refused) -> {
			assertThat(refused.getWatchId()).isEqualTo(-1);
			assertThat(refused.getCreated() && refused.getCanceled()).isTrue();
			assertThat(refused.getCompactRevision()).isZero();
			assertThat(refused.getCancelReason()).isEqualTo("etcdserver: mvcc: required revision has been compacted");
		});
		create(watch("a").setWatchId(7));
		assertThat(this.stream.take().getWatchId()).isEqualTo(7);
	}

	@Test
	void halfCloseDoesNotEndTheStream() throws Exception {
		create(watch("a"));
		this.stream.take();
		this.stream.halfClose();
		this.served.put("a", "1");
		assertThat(this.stream.take().getEventsCount()).isEqualTo(1);
		assertThat(this.served.node().watches().watchCount()).isEqualTo(1);
		this.stream.cancel();
		await().untilAsserted(() -> assertThat(this.served.node().watches().watchCount()).isZero());
	}

	@Test
	void compactedStartIsCreatedThenCancelled() throws Exception {
		LongStream.range(0, 5).forEach((i) -> this.served.put("a", "" + i));
		this.served.compact(5);
		long before = System.nanoTime();
		create(watch("a").setStartRevision(2));
		assertThat(this.stream.take().getCreated()).isTrue();
		// the clock of this server stands still
		assertThat(this.stream.take()).satisfies((cancelled) -> {
			assertThat(cancelled.getCanceled()).isTrue();
			assertThat(cancelled.getCompactRevision()).isEqualTo(5);
			assertThat(cancelled.getHeader().getRevision()).isZero();
		});
		assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
	}

	@Test
	void leasesThatRunOutDuringAdvanceAreDeletedInOneMessage() throws Exception {
		this.served.node().lessor().grant(1, 20);
		this.served.node().lessor().grant(2, 10);
		this.served.put(Map.of("b", "1", "a", "1", "c", "1"), 1);
		this.served.put(Map.of("d", "1"), 2);
		create(watch("").setRangeEnd(ZERO));
		this.stream.take();
		this.served.clock().advance(Duration.ofSeconds(20));
		// queued when advance returns: what is asked for next is answered after it
		create(watch("x").setWatchId(9));
		List<WatchResponse> answers = this.stream.take(3);
		assertThat(texts(answers.get(0))).containsExactly("DELETE d @4");
		assertThat(texts(answers.get(1))).containsExactly("DELETE a @5", "DELETE b @5", "DELETE c @5");
		assertThat(answers.get(2).getCreated()).isTrue();
	}

	@Test
	void revisionsOfManyKeysUnderConcurrentWritersAreNeverSplit() throws Exception {
		int writers = 4;
		int rounds = 300;
		create(watch("").setRangeEnd(ZERO).setWatchId(1));
		create(watch("key").setRangeEnd(ZERO).setWatchId(2).setStartRevision(2));
		this.stream.take(2);
		ExecutorService threads = Executors.newFixedThreadPool(writers);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int writer = 0; writer < writers; writer++) {
				String name = "key" + writer;
				futures.add(threads.submit(() -> IntStream.range(0, rounds).forEach((round) -> {
					Map<String, String> pairs = new TreeMap<>();
					IntStream.range(0, 10).forEach((i) -> pairs.put(name + "/" + i, "" + round));
					this.served.put(pairs, 0);
				})));
			}
			create(watch("").setRangeEnd(ZERO).setWatchId(3).setStartRevision(2));
			for (Future<?> future : futures) {
				future.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		Map<Long, List<Event>> events = new HashMap<>();
		int expected = 3 * writers * rounds * 10;
		for (int count = 0; count < expected;) {
			WatchResponse answer = this.stream.take();
			List<Event> ofWatch = events.computeIfAbsent(answer.getWatchId(), (id) -> new ArrayList<>());
			assertThat(answer.getEventsCount() % 10).isZero();
			ofWatch.addAll(answer.getEventsList());
			count += answer.getEventsCount();
		}
		List<Long> revisions = LongStream.range(0, (long) writers * rounds * 10).mapToObj((i) -> 2 + i / 10).toList();
		assertThat(events).containsOnlyKeys(1L, 2L, 3L);
		events.values()
			.forEach((list) -> assertThat(list).extracting((event) -> event.getKv().getModRevision())
				.containsExactlyElementsOf(revisions));
		assertThat(events.get(2L)).isEqualTo(events.get(1L)).isEqualTo(events.get(3L));
	}

	@Test
	void slowReaderCostsBoundedMemoryAndMissesNothing() throws Exception {
		RecordedCall<WatchRequest, WatchResponse> slow = new RecordedCall<>(this.served.channel(),
				WatchGrpc.getWatchMethod(), new Metadata());
		slow.request(1);
		slow.send(WatchRequest.newBuilder().setCreateRequest(watch("a")).build());
		assertThat(slow.take().getCreated()).isTrue();
		create(watch("a"));
		this.stream.take();
		String value = "x".repeat(20_000);
		for (int i = 0; i < 2000; i++) {
			this.served.put("a", value);
		}
		assertThat(count(this.stream, 2000)).isEqualTo(2000);
		assertThat(this.served.node().watches().queuedBytes()).isLessThan(2 << 20);
		slow.request(Integer.MAX_VALUE);
		assertThat(count(slow, 2000)).isEqualTo(2000);
	}

	private static int count(RecordedCall<WatchRequest, WatchResponse> call, int until) throws Exception {
		int count = 0;
		while (count < until) {
			for (Event event : call.take().getEventsList()) {
				assertThat(event.getKv().getModRevision()).isEqualTo(2 + count++);
			}
		}
		return count;
	}

	@Test
	void requestsBeyondWhatTheClientTakesAreNotRead() throws Exception {
		RecordedCall<WatchRequest, WatchResponse> slow = new RecordedCall<>(this.served.channel(),
				WatchGrpc.getWatchMethod(), new Metadata());
		// far more than the answers that fit into the window of the transport
		int requests = 100_000;
		for (int i = 1; i <= requests; i++) {
			slow.send(WatchRequest.newBuilder().setCreateRequest(watch("a").setWatchId(i)).build());
		}
		AtomicInteger read = new AtomicInteger();
		await().atMost(Duration.ofSeconds(60)).during(Duration.ofSeconds(1)).until(() -> {
			int count = this.served.node().watches().watchCount();
			return read.getAndSet(count) == count && count > 0;
		});
		assertThat(read.get()).isLessThan(requests);
		create(watch("b"));
		assertThat(this.stream.take().getCreated()).as("another stream goes on").isTrue();
		slow.request(Integer.MAX_VALUE);
		assertThat(slow.take(requests)).extracting(WatchResponse::getWatchId)
			.containsExactlyElementsOf(LongStream.rangeClosed(1, requests).boxed().toList());
	}

	@Test
	void fragmentsAreSplitBelowTheRequestLimit() throws Exception {
		create(watch("").setRangeEnd(ZERO).setFragment(true));
		this.stream.take();
		Map<String, String> pairs = new TreeMap<>();
		IntStream.range(0, 50).forEach((i) -> pairs.put("key" + (10 + i), "x".repeat(100_000)));
		this.served.put(pairs, 0);
		List<WatchResponse> parts = new ArrayList<>();
		do {
			parts.add(this.stream.take());
		}
		while (parts.get(parts.size() - 1).getFragment());
		assertThat(parts).hasSizeGreaterThan(1)
			.allSatisfy((part) -> assertThat(part.getSerializedSize()).isLessThan(2 << 20));
		assertThat(parts.stream().flatMap((part) -> part.getEventsList().stream()))
			.extracting((event) -> event.getKv().getKey().toStringUtf8())
			.containsExactlyElementsOf(pairs.keySet());
	}

	@Test
	void createWithoutPermissionIsRefusedWithoutHarmToTheStream() throws Exception {
		this.served.enableAuth();
		RecordedCall<WatchRequest, WatchResponse> reader = RecordedCall.open(this.served.as("reader"),
				WatchGrpc.getWatchMethod());
		for (WatchCreateRequest.Builder watch : List.of(watch("z"), watch("a").setRangeEnd(bytes("c")), watch(""),
				watch("a").setRangeEnd(bytes("b")).setWatchId(7), watch("c").setWatchId(8))) {
			reader.send(WatchRequest.newBuilder().setCreateRequest(watch).build());
		}
		String denied = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
		List<WatchResponse> answers = reader.take(5);
		assertThat(answers).extracting(WatchResponse::getWatchId).containsExactly(-1L, -1L, -1L, 7L, 8L);
		assertThat(answers).extracting(WatchResponse::getCancelReason).containsExactly(denied, denied, denied, "", "");
		assertThat(answers).allSatisfy((answer) -> assertThat(answer.getCreated()).isTrue());
		assertThat(answers).extracting(WatchResponse::getCanceled).containsExactly(true, true, true, false, false);
		this.served.put("a", "1");
		assertThat(reader.take().getWatchId()).isEqualTo(7);
	}

	@Test
	void createWithoutAUserOrWithABadTokenIsRefused() throws Exception {
		this.served.enableAuth();
		create(watch("a"));
		assertThat(this.stream.take()).satisfies((refused) -> {
			assertThat(refused.getWatchId()).isEqualTo(-1);
			assertThat(refused.getCancelReason())
				.isEqualTo("rpc error: code = InvalidArgument desc = etcdserver: user name is empty");
		});
		RecordedCall<WatchRequest, WatchResponse> bad = RecordedCall.open(this.served.withToken("bad.1"),
				WatchGrpc.getWatchMethod());
		bad.send(WatchRequest.newBuilder().setCreateRequest(watch("a")).build());
		assertThat(bad.take().getCancelReason())
			.isEqualTo("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token");
	}

	@Test
	void tenThousandWatchesTakeSecondsAndNoThreads() throws Exception {
		int threads = Thread.activeCount();
		long start = System.nanoTime();
		for (int i = 1; i <= 10_000; i++) {
			create(watch("key" + i).setWatchId(i));
		}
		assertThat(this.stream.take(10_000)).extracting(WatchResponse::getWatchId)
			.containsExactlyElementsOf(LongStream.rangeClosed(1, 10_000).boxed().toList());
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
		this.served.put("key77", "1");
		assertThat(this.stream.take().getWatchId()).isEqualTo(77);
		LongStream.rangeClosed(1, 10_000).forEach(this::cancel);
		assertThat(this.stream.take(10_000)).allSatisfy((answer) -> assertThat(answer.getCanceled()).isTrue());
		assertThat(Thread.activeCount()).isLessThan(threads + 50);
		assertThat(this.stream.isEmpty()).isTrue();
	}

	private void create(WatchCreateRequest.Builder watch) {
		this.stream.send(WatchRequest.newBuilder().setCreateRequest(watch).build());
	}

	private void cancel(long id) {
		this.stream
			.send(WatchRequest.newBuilder().setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id)).build());
	}

	private static WatchCreateRequest.Builder watch(String key) {
		return WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
	}

	private static ByteString bytes(String text) {
		return ByteString.copyFromUtf8(text);
	}

	private static List<String> texts(WatchResponse answer) {
		return answer.getEventsList()
			.stream()
			.map((event) -> event.getType() + " " + event.getKv().getKey().toStringUtf8() + " @"
					+ event.getKv().getModRevision())
			.toList();
	}

}
