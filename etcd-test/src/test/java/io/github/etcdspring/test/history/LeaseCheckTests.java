/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeaseCheck}.
 */
class LeaseCheckTests {

	private final Script script = new Script();

	private final ModelStore store = this.script.store();

	private final LeaseRecorder lease = this.script.history().process("p").lease(7, "/alive");

	private List<Violation.Kind> found() {
		return Script.kinds(this.script.checker().leases());
	}

	@Test
	void beliefInALeaseThatIsGoneIsFound() {
		this.store.putWithLease("/alive", "", 7);
		this.script.at(10);
		assertThat(this.lease.believes(() -> true)).isTrue();
		this.script.get(5, 15, this.store.delete("/alive"), "/alive", null);
		assertThat(found()).isEmpty();
		this.script.at(16);
		assertThat(this.lease.believes(() -> false)).isFalse();
		assertThat(found()).isEmpty();
		assertThat(this.lease.believes(() -> true)).isTrue();
		assertThat(found()).containsExactly(Violation.Kind.LEASE_OUTLIVED);
		assertThat(this.script.checker().tolerance(Duration.ofNanos(1)).leases()).isEmpty();
	}

	@Test
	void deletionOfAnotherKeyOrWithoutTheLeaseIsNotItsEnd() {
		this.store.putWithLease("/other", "", 7);
		this.store.put("/alive", "");
		this.store.delete("/alive");
		this.script.get(5, 6, this.store.delete("/other"), "/alive", null);
		this.script.at(10);
		assertThat(this.lease.believes(() -> true)).isTrue();
		assertThat(found()).isEmpty();
	}

}
