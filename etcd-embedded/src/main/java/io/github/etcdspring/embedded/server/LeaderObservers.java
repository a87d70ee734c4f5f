/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.mvcc.CommitListener;
import io.github.etcdspring.embedded.mvcc.Committed;
import io.github.etcdspring.embedded.mvcc.Revision;
import io.github.etcdspring.proto.Event;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.LeaderResponse;

/**
 * The streams that observe an election: each is told of its leader, of what that leader
 * proclaims, and of the next one when its key is gone.
 */
final class LeaderObservers implements CommitListener {

	private final Node node;

	private final List<Observer> observers = new CopyOnWriteArrayList<>();

	LeaderObservers(Node node) {
		this.node = node;
		node.store().addListener(this);
	}

	Observer observer(ByteString prefix, ServerCallStreamObserver<LeaderResponse> stream) {
		return new Observer(prefix, stream);
	}

	/**
	 * Starts an observer. To be called inside {@link Node#read}.
	 * @param observer the observer
	 * @param leader who leads now, {@code null} if nobody does
	 */
	void add(Observer observer, @Nullable KeyValue leader) {
		this.observers.add(observer);
		if (leader != null) {
			observer.follow(leader, this.node.store().revision());
		}
	}

	void remove(Observer observer) {
		this.observers.remove(observer);
	}

	int size() {
		return this.observers.size();
	}

	@Override
	public void committed(Revision revision) {
		this.observers.forEach((observer) -> observer.committed(revision));
	}

	/**
	 * One stream. Its state is guarded by the node's lock.
	 */
	final class Observer {

		private final ByteString prefix;

		private final ServerCallStreamObserver<LeaderResponse> stream;

		private @Nullable ByteString leader;

		private Observer(ByteString prefix, ServerCallStreamObserver<LeaderResponse> stream) {
			this.prefix = prefix;
			this.stream = stream;
		}

		private void committed(Revision revision) {
			for (Committed change : revision.events()) {
				Event event = change.event();
				if (event.getType() == Event.EventType.DELETE) {
					if (event.getKv().getKey().equals(this.leader)) {
						next(revision.revision());
						return;
					}
				}
				else if (concerns(event.getKv().getKey())) {
					follow(event.getKv(), revision.revision());
				}
			}
		}

		private boolean concerns(ByteString key) {
			return (this.leader != null) ? key.equals(this.leader) : key.startsWith(this.prefix);
		}

		private void next(long revision) {
			KeyValue oldest = KeyQueue.oldest(LeaderObservers.this.node, this.prefix);
			this.leader = null;
			if (oldest != null) {
				follow(oldest, revision);
			}
		}

		private void follow(KeyValue leader, long revision) {
			this.leader = leader.getKey();
			LeaderResponse told = LeaderResponse.newBuilder()
				.setHeader(LeaderObservers.this.node.header(revision))
				.setKv(leader)
				.build();
			LeaderObservers.this.node.later(() -> this.stream.onNext(told));
		}

	}

}
