/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.spring;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.EtcdClient;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.CompactedException;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.TooLargeException;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.spring.codec.EtcdCodecException;
import io.github.etcdspring.spring.codec.EtcdValueCodec;
import io.github.etcdspring.test.EtcdServer;
import io.github.etcdspring.test.TestPrefix;
import io.github.etcdspring.test.WithEtcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link EtcdTemplate}.
 */
@WithEtcd
class EtcdTemplateTests {

	private final List<Long> pauses = new ArrayList<>();

	private final EtcdServer server;

	private final EtcdClient client;

	private final EtcdTemplate template;

	private String key = "";

	private String prefix = "";

	EtcdTemplateTests(EtcdServer server, EtcdClient client) {
		this.server = server;
		this.client = client;
		this.template = new EtcdTemplate(client, EtcdValueCodec.create(),
				new ConflictPauses((bound) -> bound, this.pauses::add));
	}

	@BeforeEach
	void chooseKeys(@TestPrefix String prefix) {
		this.prefix = prefix;
		this.key = prefix + "key";
	}

	@Test
	void getOfMissingKeyIsEmpty() {
		assertThat(this.template.get(this.key, String.class)).isEmpty();
	}

	@Test
	void putReturnsTheRevisionThatGetShows() {
		long revision = this.template.put(this.key, "hello");
		assertThat(this.template.get(this.key, String.class))
			.contains(new EtcdEntry<>(this.key, "hello", revision, 1, 0));
		long next = this.template.put(this.key, "again");
		assertThat(next).isGreaterThan(revision);
		assertThat(this.template.get(this.key, String.class)).contains(new EtcdEntry<>(this.key, "again", next, 2, 0));
	}

	@Test
	void textIsStoredAsItIs() {
		this.template.put(this.key, "\"quoted\" \u20ac");
		assertThat(this.client.kv().get(this.key).sync().first().orElseThrow().valueAsUtf8())
			.isEqualTo("\"quoted\" \u20ac");
	}

	@Test
	void bytesAreStoredAsTheyAre() {
		byte[] binary = { 0, (byte) 0xFF, 1 };
		this.template.put(this.key, binary);
		assertThat(value(byte[].class)).isEqualTo(binary);
		assertThat(value(Bytes.class)).isEqualTo(Bytes.copyOf(binary));
	}

	@Test
	void emptyValueIsAValue() {
		this.template.put(this.key, "");
		assertThat(value(String.class)).isEmpty();
	}

	@Test
	void objectIsStoredAsJson() {
		this.template.put(this.key, new Flag("dark", true));
		assertThat(value(String.class)).isEqualTo("{\"name\":\"dark\",\"on\":true}");
		assertThat(value(Flag.class)).isEqualTo(new Flag("dark", true));
		this.template.put(this.key, 42);
		assertThat(value(int.class)).isEqualTo(42);
	}

	private <T> T value(Class<T> type) {
		return this.template.get(this.key, type).orElseThrow().value();
	}

	@Test
	void valueOfAnotherTypeNamesTypeAndRevisionButNeitherKeyNorValue() {
		long revision = this.template.put(this.key, "{\"name\":\"s3cret\",\"on\":\"s3cret\"}");
		assertThatExceptionOfType(EtcdCodecException.class).isThrownBy(() -> this.template.get(this.key, Flag.class))
			.withMessageContaining(Flag.class.getName())
			.withMessageContaining("revision " + revision)
			.satisfies((ex) -> assertNoTrace(ex, this.key, "s3cret"));
		assertThatExceptionOfType(EtcdCodecException.class)
			.isThrownBy(() -> this.template.list(this.prefix, Flag.class))
			.withMessageContaining("revision " + revision);
	}

	private static void assertNoTrace(Throwable failure, String... secrets) {
		for (Throwable ex = failure; ex != null; ex = ex.getCause()) {
			assertThat(ex.toString()).doesNotContain(secrets);
		}
	}

	@Test
	void listIsSortedByKeyAndEndsWithThePrefix() {
		this.template.put(this.prefix + "b", "2");
		this.template.put(this.prefix + "a", "1");
		this.template.put(this.prefix.substring(0, this.prefix.length() - 1) + "0", "outside");
		assertThat(this.template.list(this.prefix, String.class)).extracting(EtcdEntry::key, EtcdEntry::value)
			.containsExactly(tuple(this.prefix + "a", "1"), tuple(this.prefix + "b", "2"));
		assertThat(this.template.list(this.prefix + "none/", String.class)).isEmpty();
	}

	@Test
	void listRefusesKeysThatAreNotText() {
		Bytes binary = Bytes.utf8(this.prefix).concat(Bytes.wrap(new byte[] { (byte) 0xC3 }));
		this.client.kv().put(binary, Bytes.EMPTY).sync();
		assertThatExceptionOfType(EtcdCodecException.class)
			.isThrownBy(() -> this.template.list(this.prefix, String.class))
			.withMessageContaining("not UTF-8");
	}

	@Test
	void putIfAbsentWritesOnce() {
		assertThat(this.template.putIfAbsent(this.key, "first")).isTrue();
		assertThat(this.template.putIfAbsent(this.key, "second")).isFalse();
		assertThat(value(String.class)).isEqualTo("first");
	}

	@Test
	void compareAndSetWritesOnlyTheExpectedRevision() {
		OptionalLong created = this.template.compareAndSet(this.key, 0, "one");
		assertThat(created).isPresent();
		assertThat(this.template.compareAndSet(this.key, 0, "two")).isEmpty();
		assertThat(this.template.compareAndSet(this.key, created.getAsLong() - 1, "two")).isEmpty();
		OptionalLong changed = this.template.compareAndSet(this.key, created.getAsLong(), "two");
		assertThat(this.template.get(this.key, String.class))
			.contains(new EtcdEntry<>(this.key, "two", changed.orElseThrow(), 2, 0));
		this.template.delete(this.key);
		assertThat(this.template.compareAndSet(this.key, changed.getAsLong(), "three")).isEmpty();
	}

	@Test
	void deleteTellsWhetherThereWasAKey() {
		this.template.put(this.key, "x");
		assertThat(this.template.delete(this.key)).isTrue();
		assertThat(this.template.delete(this.key)).isFalse();
	}

	@Test
	void deleteWithRevisionDeletesOnlyThatRevision() {
		long first = this.template.put(this.key, "x");
		long second = this.template.put(this.key, "y");
		assertThat(this.template.delete(this.key, first)).isFalse();
		assertThat(value(String.class)).isEqualTo("y");
		assertThat(this.template.delete(this.key, second)).isTrue();
		assertThat(this.template.delete(this.key, second)).isFalse();
	}

	@Test
	void putWithTimeToLiveHasALeaseAndExpires() {
		this.template.put(this.key, "x", Duration.ofMillis(1));
		assertThat(this.template.get(this.key, String.class).orElseThrow().lease()).isNotZero();
		await().atMost(Duration.ofSeconds(30)).until(() -> this.template.get(this.key, String.class).isEmpty());
	}

	@Test
	void putEndsTheTimeToLiveAndCompareAndSetKeepsIt() {
		long revision = this.template.put(this.key, "x", Duration.ofMinutes(1));
		long lease = this.template.get(this.key, String.class).orElseThrow().lease();
		this.template.compareAndSet(this.key, revision, "y");
		assertThat(this.template.get(this.key, String.class).orElseThrow().lease()).isEqualTo(lease);
		this.template.put(this.key, "z");
		assertThat(this.template.get(this.key, String.class).orElseThrow().lease()).isZero();
		this.client.leases().revoke(lease).sync();
	}

	@Test
	void putWithTimeToLiveRevokesItsLeaseIfItProvablyFailed() {
		WireTap tap = new WireTap();
		try (EtcdClient tapped = tapped(tap).maxOutboundSize(1000).build()) {
			assertThatExceptionOfType(TooLargeException.class)
				.isThrownBy(() -> new EtcdTemplate(tapped).put(this.key, new byte[2000], Duration.ofMinutes(1)))
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED));
			await().untilAsserted(() -> assertThat(tap.succeeded()).containsExactly("LeaseGrant", "LeaseRevoke"));
		}
	}

	@Test
	void putWithTimeToLiveKeepsItsLeaseIfTheOutcomeIsUnknown() {
		WireTap tap = new WireTap();
		tap.loseAnswersTo("Put");
		try (EtcdClient tapped = tapped(tap).build()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> new EtcdTemplate(tapped).put(this.key, "x", Duration.ofMinutes(1)))
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
			// Whatever was sent in the background would have come before this.
			tapped.kv().get(this.key).sync();
			assertThat(tap.succeeded()).containsExactly("LeaseGrant", "Put", "Range");
		}
		assertThat(value(String.class)).isEqualTo("x");
	}

	@Test
	void putWithTimeToLiveIsRefusedBeforeThereIsALease() {
		WireTap tap = new WireTap();
		try (EtcdClient tapped = tapped(tap).build()) {
			EtcdTemplate template = new EtcdTemplate(tapped, EtcdValueCodec.plain());
			Duration ttl = Duration.ofSeconds(5);
			assertThatExceptionOfType(EtcdCodecException.class)
				.isThrownBy(() -> template.put(this.key, new Flag("x", true), ttl));
			assertThatIllegalArgumentException().isThrownBy(() -> template.put("", "x", ttl));
			assertThatIllegalArgumentException().isThrownBy(() -> template.put(this.key, "x", Duration.ZERO))
				.withMessageContaining("'ttl'");
			assertThatIllegalArgumentException().isThrownBy(() -> template.put(this.key, "x", Duration.ofSeconds(-1)))
				.withMessageContaining("PT-1S");
		}
		assertThat(tap.succeeded()).isEmpty();
	}

	private EtcdClient.Builder tapped(WireTap tap) {
		return EtcdClient.builder()
			.endpoints(this.server.endpoint())
			.channelCustomizer((builder) -> builder.intercept(tap));
	}

	@Test
	void updateCreatesAndChanges() {
		EtcdEntry<Flag> created = this.template.update(this.key, Flag.class, (flag) -> {
			assertThat(flag).isNull();
			return new Flag("new", false);
		});
		assertThat(this.template.get(this.key, Flag.class)).contains(created);
		EtcdEntry<Flag> changed = this.template.update(this.key, Flag.class,
				(flag) -> new Flag((flag != null) ? flag.name() : "lost", true));
		assertThat(changed.value()).isEqualTo(new Flag("new", true));
		assertThat(this.template.get(this.key, Flag.class)).contains(changed);
		assertThat(this.pauses).isEmpty();
	}

	@Test
	void updateKeepsTheTimeToLive() {
		this.template.put(this.key, "x", Duration.ofMinutes(1));
		EtcdEntry<String> updated = this.template.update(this.key, String.class, (value) -> value + "y");
		assertThat(updated.lease()).isNotZero();
		assertThat(this.template.get(this.key, String.class)).contains(updated);
		this.client.leases().revoke(updated.lease()).sync();
	}

	@Test
	void updateRepeatsAfterAConflictWithTheNewValue() {
		this.template.put(this.key, "0");
		List<@Nullable String> seen = new ArrayList<>();
		EtcdEntry<String> updated = this.template.update(this.key, String.class, (value) -> {
			seen.add(value);
			if (seen.size() == 1) {
				this.template.put(this.key, "1");
			}
			else if (seen.size() == 2) {
				this.template.delete(this.key);
			}
			return value + "!";
		});
		assertThat(seen).containsExactly("0", "1", null);
		assertThat(updated.value()).isEqualTo("null!");
		assertThat(updated.version()).isEqualTo(1);
		assertThat(this.pauses).hasSize(2);
	}

	@Test
	void updateGivesUpAfterTenRepetitions() {
		List<@Nullable String> seen = new ArrayList<>();
		assertThatExceptionOfType(EtcdConflictException.class)
			.isThrownBy(() -> this.template.update(this.key, String.class, (value) -> {
				seen.add(value);
				this.template.put(this.key, "other " + seen.size());
				return "mine";
			}))
			.satisfies((ex) -> {
				assertThat(ex.outcome()).isEqualTo(Outcome.NOT_APPLIED);
				assertThat(ex.isRetryable()).isTrue();
				assertThat(ex.attempts()).isEqualTo(11);
				assertThat(ex).hasMessageContaining("update failed after 11 attempts");
				assertNoTrace(ex, this.key, "mine");
			});
		assertThat(seen).hasSize(11);
		assertThat(value(String.class)).isEqualTo("other 11");
		assertThat(this.pauses).hasSize(10).isSorted();
		assertThat(this.pauses.get(0)).isEqualTo(Duration.ofMillis(10).toNanos());
		assertThat(this.pauses.get(9)).isEqualTo(Duration.ofMillis(320).toNanos());
	}

	@Test
	void updateThrowsAnUnknownOutcomeOnAndDoesNotRepeat() {
		WireTap tap = new WireTap();
		tap.loseAnswersTo("Txn");
		List<@Nullable String> seen = new ArrayList<>();
		try (EtcdClient tapped = tapped(tap).build()) {
			assertThatExceptionOfType(EtcdException.class)
				.isThrownBy(() -> new EtcdTemplate(tapped).update(this.key, String.class, (value) -> {
					seen.add(value);
					return "x";
				}))
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(Outcome.UNKNOWN));
		}
		assertThat(seen).hasSize(1);
		assertThat(value(String.class)).isEqualTo("x");
	}

	@Test
	void updateWritesNothingIfTheFunctionThrowsOrReturnsNull() {
		long revision = this.template.put(this.key, "x");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.template.update(this.key, String.class, (value) -> {
				throw new UnsupportedOperationException();
			}));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.template.update(this.key, String.class, (value) -> null))
			.withMessageContaining("'change' must not return null");
		assertThat(this.template.get(this.key, String.class).orElseThrow().revision()).isEqualTo(revision);
	}

	@Test
	void updateEndsWithTheInterruptOfItsThread() {
		EtcdTemplate template = new EtcdTemplate(this.client, EtcdValueCodec.create(),
				new ConflictPauses((bound) -> bound, (nanos) -> Thread.currentThread().interrupt()));
		assertThatExceptionOfType(EtcdException.class)
			.isThrownBy(() -> template.update(this.key, String.class, (value) -> {
				this.template.put(this.key, "other");
				return "mine";
			}))
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.INTERRUPTED));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(value(String.class)).isEqualTo("other");
	}

	@Test
	void concurrentUpdatesLoseNothing() throws Exception {
		int threads = 4;
		int rounds = 25;
		EtcdTemplate template = new EtcdTemplate(this.client);
		CountDownLatch start = new CountDownLatch(1);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> writers = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				writers.add(executor.submit(() -> {
					start.await();
					for (int round = 0; round < rounds; round++) {
						template.update(this.key, Integer.class, (value) -> (value != null) ? value + 1 : 1);
					}
					return null;
				}));
			}
			start.countDown();
			for (Future<?> writer : writers) {
				writer.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(value(Integer.class)).isEqualTo(threads * rounds);
	}

	@Test
	void executeGivesTheClientAndTheResult() {
		boolean written = this.template.execute((etcd) -> {
			assertThat(etcd).isSameAs(this.client);
			return etcd.kv().txn().when(Compare.missing(this.key)).sync().succeeded();
		});
		assertThat(written).isTrue();
	}

	@Test
	void failuresArePassedOn() {
		long revision = this.template.put(this.key, "x");
		this.template.put(this.key, "y");
		this.client.kv().compact(revision + 1).sync();
		assertThatExceptionOfType(CompactedException.class)
			.isThrownBy(() -> this.template.execute((etcd) -> etcd.kv().get(this.key).revision(revision).sync()));
	}

	@Test
	@SuppressWarnings("NullAway")
	void badArgumentsAreRefusedAtTheCall() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.get("", String.class))
			.withMessageContaining("'key' must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.get(null, String.class))
			.withMessageContaining("'key' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.get("k", null))
			.withMessageContaining("'type' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.list(null, String.class))
			.withMessageContaining("'prefix' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.put("k", null))
			.withMessageContaining("'value' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.put("k", "v", null))
			.withMessageContaining("'ttl' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.compareAndSet("k", -1, "v"))
			.withMessageContaining("'expectedRevision' must not be negative but was -1");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.delete("k", 0))
			.withMessageContaining("'expectedRevision' must be positive but was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.delete(""))
			.withMessageContaining("'key' must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.update("k", String.class, null))
			.withMessageContaining("'change' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.execute(null))
			.withMessageContaining("'action' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> new EtcdTemplate(null))
			.withMessageContaining("'client' must not be null");
	}

	@Test
	void entryHidesKeyAndValue() {
		assertThat(new EtcdEntry<>("the key", "the value", 12, 3, 255))
			.hasToString("EtcdEntry[type=java.lang.String, revision=12, version=3, lease=ff]");
		assertThat(new EtcdEntry<>("k", "v".getBytes(StandardCharsets.UTF_8), 1, 1, 0)).asString()
			.contains("type=byte[]");
	}

}
