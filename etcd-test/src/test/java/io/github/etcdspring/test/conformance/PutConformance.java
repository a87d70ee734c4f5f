/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.Header;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.error.LeaseNotFoundException;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.kv.PutRequest;
import io.github.etcdspring.client.kv.PutResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Put, with all its options.
 */
abstract class PutConformance extends Conformance {

	private static final long NO_SUCH_LEASE = 0x7a11_0000_dead_beefL;

	@Test
	void putCreatesTheKey() {
		PutResult put = this.kv.put(key("a"), "1").sync();
		KeyValue found = find("a");
		assertThat(found.keyAsUtf8()).isEqualTo(key("a"));
		assertThat(found.valueAsUtf8()).isEqualTo("1");
		assertThat(found.createRevision()).isEqualTo(put.revision());
		assertThat(found.modRevision()).isEqualTo(put.revision());
		assertThat(found.version()).isEqualTo(1);
		assertThat(found.lease()).isZero();
		assertThat(put.previous()).isEmpty();
	}

	@Test
	void headerSaysWhoAnsweredAndWhen() {
		Header put = this.kv.put(key("a"), "1").sync().header();
		assertThat(put.clusterId()).isNotZero();
		assertThat(put.memberId()).isNotZero();
		assertThat(put.raftTerm()).isPositive();
		assertThat(this.kv.get(key("a")).sync().header()).isEqualTo(put);
		Header delete = this.kv.delete(key("a")).sync().header();
		assertThat(delete).isEqualTo(new Header(put.clusterId(), put.memberId(), put.revision() + 1, put.raftTerm()));
	}

	@Test
	void everyPutRaisesTheRevisionByOne() {
		long first = put("a", "1");
		assertThat(put("b", "1")).isEqualTo(first + 1);
		assertThat(put("a", "1")).isEqualTo(first + 2);
		assertThat(revision()).isEqualTo(first + 2);
	}

	@Test
	void overwritingRaisesTheVersionAndKeepsTheCreateRevision() {
		long created = put("a", "1");
		put("a", "2");
		long last = put("a", "3");
		KeyValue found = find("a");
		assertThat(found.valueAsUtf8()).isEqualTo("3");
		assertThat(found.version()).isEqualTo(3);
		assertThat(found.createRevision()).isEqualTo(created);
		assertThat(found.modRevision()).isEqualTo(last);
	}

	@Test
	void deletedKeyBeginsAnew() {
		put("a", "1");
		put("a", "2");
		this.kv.delete(key("a")).sync();
		long again = put("a", "3");
		KeyValue found = find("a");
		assertThat(found.version()).isEqualTo(1);
		assertThat(found.createRevision()).isEqualTo(again);
		assertThat(found.modRevision()).isEqualTo(again);
	}

	@Test
	void previousIsTheKeyAsItWas() {
		put("a", "1");
		KeyValue before = find("a");
		assertThat(this.kv.put(key("a"), "2").withPrevious().sync().previous()).contains(before);
		assertThat(this.kv.put(key("a"), "3").sync().previous()).isEmpty();
	}

	@Test
	void newKeyHasNoPrevious() {
		assertThat(this.kv.put(key("a"), "1").withPrevious().sync().previous()).isEmpty();
		this.kv.delete(key("a")).sync();
		assertThat(this.kv.put(key("a"), "2").withPrevious().sync().previous()).isEmpty();
	}

	@Test
	void ignoreValueKeepsTheValue() {
		long created = put("a", "1");
		PutResult put = this.kv.put(key("a"), "").ignoreValue().withPrevious().sync();
		assertThat(put.previous()).map(KeyValue::valueAsUtf8).contains("1");
		KeyValue found = find("a");
		assertThat(found.valueAsUtf8()).isEqualTo("1");
		assertThat(found.version()).isEqualTo(2);
		assertThat(found.createRevision()).isEqualTo(created);
		assertThat(found.modRevision()).isEqualTo(put.revision());
	}

	@Test
	void ignoreValueKeepsAnEmptyValueToo() {
		put("a", "");
		this.kv.put(key("a"), "").ignoreValue().sync();
		assertThat(find("a").value().isEmpty()).isTrue();
		assertThat(find("a").version()).isEqualTo(2);
	}

	@Test
	void ignoreValueAttachesAndDetachesALease() {
		long lease = this.etcd.leases().grant(LONG).sync().id();
		put("a", "1");
		this.kv.put(key("a"), "").ignoreValue().lease(lease).sync();
		assertThat(find("a").valueAsUtf8()).isEqualTo("1");
		assertThat(find("a").lease()).isEqualTo(lease);
		this.kv.put(key("a"), "").ignoreValue().sync();
		assertThat(find("a").valueAsUtf8()).isEqualTo("1");
		assertThat(find("a").lease()).isZero();
	}

	@Test
	void ignoreLeaseKeepsTheLease() {
		long lease = this.etcd.leases().grant(LONG).sync().id();
		this.kv.put(key("a"), "1").lease(lease).sync();
		this.kv.put(key("a"), "2").ignoreLease().sync();
		assertThat(find("a").valueAsUtf8()).isEqualTo("2");
		assertThat(find("a").lease()).isEqualTo(lease);
	}

	@Test
	void ignoringBothOnlyRaisesTheVersion() {
		long lease = this.etcd.leases().grant(LONG).sync().id();
		this.kv.put(key("a"), "1").lease(lease).sync();
		long last = this.kv.put(key("a"), "").ignoreValue().ignoreLease().sync().revision();
		KeyValue found = find("a");
		assertThat(found.valueAsUtf8()).isEqualTo("1");
		assertThat(found.lease()).isEqualTo(lease);
		assertThat(found.version()).isEqualTo(2);
		assertThat(found.modRevision()).isEqualTo(last);
	}

	@Test
	void nothingCanBeKeptOfAMissingKey() {
		long before = revision();
		PutRequest ignoreValue = this.kv.put(key("a"), "").ignoreValue();
		assertRefused(ignoreValue, EtcdException.class, Reason.KEY_NOT_FOUND);
		PutRequest ignoreLease = this.kv.put(key("a"), "1").ignoreLease();
		assertRefused(ignoreLease, EtcdException.class, Reason.KEY_NOT_FOUND);
		assertThat(revision()).isEqualTo(before);
		assertThat(this.kv.get(key("a")).sync().keyValues()).isEmpty();
	}

	@Test
	void unknownLeaseIsRefused() {
		long before = put("a", "1");
		assertRefused(this.kv.put(key("a"), "2").lease(NO_SUCH_LEASE), LeaseNotFoundException.class,
				Reason.LEASE_NOT_FOUND);
		assertThat(revision()).isEqualTo(before);
		assertThat(find("a").valueAsUtf8()).isEqualTo("1");
	}

	@Test
	void requestCanBeSentAgainAndChanged() {
		PutRequest request = this.kv.put(key("a"), "1");
		request.sync();
		assertThat(request.sync().previous()).isEmpty();
		assertThat(request.withPrevious().sync().previous()).map(KeyValue::version).contains(2L);
		assertThat(find("a").version()).isEqualTo(3);
	}

}
