/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.history;

import java.util.ArrayList;
import java.util.List;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.kv.DeleteResult;
import io.github.etcdspring.client.kv.GetResult;
import io.github.etcdspring.client.kv.OpResult;
import io.github.etcdspring.client.kv.PutResult;
import io.github.etcdspring.client.kv.TxnResult;

/**
 * Records what one process, or thread, does. Each method says what is to be done; the
 * {@link RecordedCall} that it returns does it:
 *
 * <pre class="code">
 * recorder.put("/k", "1").sync(kv.put("/k", "1"));
 * recorder.get("/k").async(kv.get("/k"));
 * recorder.compareAndSet("/k", revision, "2")
 * 	.sync(kv.txn().when(Compare.modRevision("/k").isEqualTo(revision)).then(Op.put("/k", "2")));
 * </pre>
 * <p>
 * The two must say the same. Every value is to be different from all others that the test
 * writes to the same key, and keys that recorded operations write must be written by no
 * others, apart from the end of their lease.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Recorder {

	private final History history;

	private final String process;

	private final List<Operation> operations = new ArrayList<>();

	Recorder(History history, String process) {
		this.history = history;
		this.process = process;
	}

	/**
	 * Put a value.
	 * @param key the key
	 * @param value the value, different from every other that the test writes to this key
	 * @return the call to make
	 */
	public RecordedCall<PutResult> put(String key, String value) {
		return put(Bytes.utf8(key), Bytes.utf8(value));
	}

	/**
	 * Put a value.
	 * @param key the key
	 * @param value the value, different from every other that the test writes to this key
	 * @return the call to make
	 */
	public RecordedCall<PutResult> put(Bytes key, Bytes value) {
		return write(Call.Kind.PUT, List.of(new Write(key, value)));
	}

	/**
	 * Delete one key.
	 * @param key the key
	 * @return the call to make
	 */
	public RecordedCall<DeleteResult> delete(String key) {
		return delete(Bytes.utf8(key));
	}

	/**
	 * Delete one key.
	 * @param key the key
	 * @return the call to make
	 */
	public RecordedCall<DeleteResult> delete(Bytes key) {
		return write(Call.Kind.DELETE, List.of(new Write(key, null)));
	}

	/**
	 * Read one key, linearizably.
	 * @param key the key
	 * @return the call to make; it must ask for values
	 */
	public RecordedCall<GetResult> get(String key) {
		return get(KeyRange.key(key));
	}

	/**
	 * Read a range, linearizably.
	 * @param range the range
	 * @return the call to make; it must ask for values and filter nothing, and may have a
	 * limit if it is sorted by key
	 */
	public RecordedCall<GetResult> get(KeyRange range) {
		return call(Call.read(this.process, range, false, 0));
	}

	/**
	 * Read a range from whatever a member has, which may be an older state.
	 * @param range the range
	 * @return the call to make, as for {@link #get(KeyRange)}
	 */
	public RecordedCall<GetResult> getSerializable(KeyRange range) {
		return call(Call.read(this.process, range, true, 0));
	}

	/**
	 * Read a range as it was, linearizably.
	 * @param range the range
	 * @param revision the revision that is read
	 * @return the call to make, as for {@link #get(KeyRange)}
	 */
	public RecordedCall<GetResult> getAt(KeyRange range, long revision) {
		if (revision < 1) {
			throw new IllegalArgumentException(
					"'revision' must be positive but was " + revision + "; use get for the newest");
		}
		return call(Call.read(this.process, range, false, revision));
	}

	/**
	 * Put a value if the key has not changed.
	 * @param key the key
	 * @param modRevision the revision of its last change, 0 if it must not be there
	 * @param value the value, different from every other that the test writes to this key
	 * @return the call to make: a transaction with this comparison, this put, and nothing
	 * that it writes otherwise
	 */
	public RecordedCall<TxnResult> compareAndSet(String key, long modRevision, String value) {
		Call call = Call.write(this.process, Call.Kind.TXN, List.of(Write.put(key, value)));
		return call(call.when(new Call.Condition(Bytes.utf8(key), modRevision)));
	}

	/**
	 * Change several keys at once, perhaps under a condition.
	 * @param writes what happens to which key
	 * @return the call to make: a transaction that writes nothing if its comparisons do
	 * not hold
	 */
	public RecordedCall<TxnResult> txn(Write... writes) {
		return txn(List.of(writes));
	}

	/**
	 * Change several keys at once, perhaps under a condition.
	 * @param writes what happens to which key
	 * @return the call to make: a transaction that writes nothing if its comparisons do
	 * not hold
	 */
	public RecordedCall<TxnResult> txn(List<Write> writes) {
		return write(Call.Kind.TXN, List.copyOf(writes));
	}

	/**
	 * Record what this process believes about a lock or a leadership: call it before the
	 * lock is acquired.
	 * @param lock the name of the lock or election, such as {@code /locks/report}, whose
	 * queue are the keys that begin with it and a slash
	 * @return a new recorder, for one acquisition
	 */
	public HolderRecorder acquire(String lock) {
		return this.history.add(new HolderRecorder(this.history, this.process, lock, now()));
	}

	/**
	 * Record what this process believes about a lease.
	 * @param leaseId the id of the lease
	 * @param key a key that lives on the lease, and that only its end deletes
	 * @return a new recorder
	 */
	public LeaseRecorder lease(long leaseId, String key) {
		return this.history.add(new LeaseRecorder(this.history, this.process, leaseId, Bytes.utf8(key)));
	}

	private <R extends OpResult> RecordedCall<R> write(Call.Kind kind, List<Write> writes) {
		return call(Call.write(this.process, kind, writes));
	}

	private <R extends OpResult> RecordedCall<R> call(Call call) {
		return new RecordedCall<>(this, call);
	}

	Operation begin(Call call) {
		Operation operation = new Operation(call, now(), null);
		synchronized (this.operations) {
			this.operations.add(operation);
		}
		return operation;
	}

	long now() {
		return this.history.now();
	}

	void copyTo(List<Operation> target) {
		synchronized (this.operations) {
			target.addAll(this.operations);
		}
	}

}
