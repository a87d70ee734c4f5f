/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.kv.DeleteResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Delete, with all its options.
 */
abstract class DeleteConformance extends Conformance {

	private long filled;

	@BeforeEach
	void fill() {
		put("foo", "1");
		put("foo/abc", "2");
		put("foo/def", "3");
		this.filled = put("fop", "4");
	}

	private List<String> rest() {
		return names(this.kv.get(ownKeys()).sync());
	}

	@Test
	void keyIsDeleted() {
		DeleteResult result = this.kv.delete(key("foo")).sync();
		assertThat(result.deleted()).isEqualTo(1);
		assertThat(result.previous()).isEmpty();
		assertThat(result.revision()).isEqualTo(this.filled + 1);
		assertThat(rest()).containsExactly("foo/abc", "foo/def", "fop");
	}

	@Test
	void missingKeyIsNoFailureAndNoRevision() {
		DeleteResult result = this.kv.delete(key("fo")).withPrevious().sync();
		assertThat(result.deleted()).isZero();
		assertThat(result.previous()).isEmpty();
		assertThat(result.revision()).isEqualTo(this.filled);
		assertThat(revision()).isEqualTo(this.filled);
	}

	@Test
	void deletedKeyIsMissing() {
		this.kv.delete(key("foo")).sync();
		assertThat(this.kv.delete(key("foo")).sync().deleted()).isZero();
		assertThat(this.kv.get(key("foo")).sync().first()).isEmpty();
	}

	@Test
	void betweenDeletesUpToItsEnd() {
		assertThat(this.kv.delete(KeyRange.between(key("foo/abc"), key("fop"))).sync().deleted()).isEqualTo(2);
		assertThat(rest()).containsExactly("foo", "fop");
		assertThat(this.kv.delete(KeyRange.between(key("fon"), key("foo"))).sync().deleted()).isZero();
	}

	@Test
	void prefixDeletesWhatBeginsWithIt() {
		assertThat(this.kv.delete(KeyRange.prefix(key("foo/"))).sync().deleted()).isEqualTo(2);
		assertThat(rest()).containsExactly("foo", "fop");
		assertThat(this.kv.delete(key("fo")).asPrefix().sync().deleted()).isEqualTo(2);
		assertThat(rest()).isEmpty();
	}

	@Test
	void previousAreTheKeysAsTheyWere() {
		List<KeyValue> before = this.kv.get(KeyRange.prefix(key("foo"))).sync().keyValues();
		DeleteResult result = this.kv.delete(KeyRange.prefix(key("foo"))).withPrevious().sync();
		assertThat(result.deleted()).isEqualTo(3);
		assertThat(result.previous()).hasSize(3).isEqualTo(before);
	}

	@Test
	void previousHasTheValueOfOneKey() {
		DeleteResult result = this.kv.delete(key("fop")).withPrevious().sync();
		assertThat(result.previous()).singleElement()
			.isEqualTo(new KeyValue(key(bytes('f', 'o', 'p')), bytes('4'), this.filled, this.filled, 1, 0));
	}

	@Test
	void rangeIsDeletedAtOneRevision() {
		DeleteResult result = this.kv.delete(ownKeys()).sync();
		assertThat(result.deleted()).isEqualTo(4);
		assertThat(result.revision()).isEqualTo(this.filled + 1);
		assertThat(this.kv.get(ownKeys()).revision(this.filled).sync().count()).isEqualTo(4);
		assertThat(this.kv.get(ownKeys()).revision(this.filled + 1).sync().count()).isZero();
	}

	@Test
	void deletingDetachesFromTheLease() {
		long lease = this.etcd.leases().grant(LONG).sync().id();
		this.kv.put(key("foo"), "1").lease(lease).sync();
		assertThat(this.kv.delete(key("foo")).withPrevious().sync().previous()).singleElement()
			.extracting(KeyValue::lease)
			.isEqualTo(lease);
		put("foo", "2");
		this.etcd.leases().revoke(lease).sync();
		assertThat(find("foo").valueAsUtf8()).isEqualTo("2");
	}

	@Test
	void asyncDeletesToo() {
		assertThat(this.kv.delete(ownKeys()).async()).succeedsWithin(SOON)
			.extracting(DeleteResult::deleted)
			.isEqualTo(4L);
		assertThat(rest()).isEmpty();
	}

}
