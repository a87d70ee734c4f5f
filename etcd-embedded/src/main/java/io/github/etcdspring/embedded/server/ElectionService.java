/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.function.Supplier;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.embedded.auth.Caller;
import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.CampaignRequest;
import io.github.etcdspring.proto.CampaignResponse;
import io.github.etcdspring.proto.ElectionGrpc;
import io.github.etcdspring.proto.KeyValue;
import io.github.etcdspring.proto.LeaderKey;
import io.github.etcdspring.proto.LeaderRequest;
import io.github.etcdspring.proto.LeaderResponse;
import io.github.etcdspring.proto.ProclaimRequest;
import io.github.etcdspring.proto.ProclaimResponse;
import io.github.etcdspring.proto.ResignRequest;
import io.github.etcdspring.proto.ResignResponse;

/**
 * The election service: the oldest key under the name leads.
 */
final class ElectionService extends ElectionGrpc.ElectionImplBase {

	private final Node node;

	private final KeyQueue queue;

	private final LeaderObservers observers;

	ElectionService(Node node) {
		this.node = node;
		this.queue = new KeyQueue(node);
		this.observers = new LeaderObservers(node);
	}

	@Override
	public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> answers) {
		new QueuedCall<>(this.node, answers).start(this.queue, new Campaign(request));
	}

	@Override
	public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> answers) {
		answer(answers, () -> this.node.write(() -> {
			LeaderKey leader = required(request.hasLeader() ? request.getLeader() : null);
			Caller caller = Callers.current(this.node);
			long lease = Candidate.lease(this.node, caller, leader.getLease());
			Candidate.checkWrite(this.node, caller, leader.getKey(), lease);
			if (!isCurrent(leader)) {
				throw Candidate.failure("election: not leader");
			}
			Candidate.put(this.node, leader.getKey(), request.getValue(), lease);
			return ProclaimResponse.newBuilder().setHeader(this.node.header()).build();
		}));
	}

	@Override
	public void leader(LeaderRequest request, StreamObserver<LeaderResponse> answers) {
		answer(answers, () -> this.node.read(() -> {
			KeyValue oldest = oldest(request.getName());
			if (oldest == null) {
				throw Candidate.failure("election: no leader");
			}
			return LeaderResponse.newBuilder().setHeader(this.node.header()).setKv(oldest).build();
		}));
	}

	@Override
	public void observe(LeaderRequest request, StreamObserver<LeaderResponse> answers) {
		ServerCallStreamObserver<LeaderResponse> stream = (ServerCallStreamObserver<LeaderResponse>) answers;
		ByteString prefix = Candidate.prefix(request.getName());
		LeaderObservers.Observer observer = this.observers.observer(prefix, stream);
		stream.setOnCancelHandler(() -> this.observers.remove(observer));
		try {
			this.node.read(() -> {
				this.observers.add(observer, oldest(request.getName()));
				return observer;
			});
		}
		catch (StatusRuntimeException ex) {
			// etcd says nothing of why: the stream ends well
			stream.onCompleted();
		}
	}

	@Override
	public void resign(ResignRequest request, StreamObserver<ResignResponse> answers) {
		answer(answers, () -> this.node.write(() -> {
			LeaderKey leader = required(request.hasLeader() ? request.getLeader() : null);
			Caller caller = Callers.current(this.node);
			this.node.auth().checkRange(caller, leader.getKey(), ByteString.EMPTY);
			this.node.auth().checkDelete(caller, leader.getKey(), ByteString.EMPTY);
			if (isCurrent(leader)) {
				Candidate.delete(this.node, leader.getKey());
			}
			return ResignResponse.newBuilder().setHeader(this.node.header()).build();
		}));
	}

	/**
	 * Returns how many campaigns wait.
	 * @return the number of calls
	 */
	int waiting() {
		return this.queue.size();
	}

	/**
	 * Returns how many streams observe.
	 * @return the number of streams
	 */
	int observing() {
		return this.observers.size();
	}

	private @Nullable KeyValue oldest(ByteString name) {
		ByteString prefix = Candidate.prefix(name);
		this.node.auth().checkRange(Callers.current(this.node), prefix, KeyQueue.end(prefix));
		return KeyQueue.oldest(this.node, prefix);
	}

	private boolean isCurrent(LeaderKey leader) {
		return isCreatedAt(leader.getKey(), leader.getRev());
	}

	private boolean isCreatedAt(ByteString key, long revision) {
		KeyValue found = Candidate.find(this.node, key);
		return ((found != null) ? found.getCreateRevision() : 0) == revision;
	}

	private static LeaderKey required(@Nullable LeaderKey leader) {
		if (leader == null) {
			throw Candidate.failure("\"leader\" field must be provided");
		}
		if (leader.getKey().isEmpty()) {
			throw EtcdError.EMPTY_KEY.exception();
		}
		return leader;
	}

	private <A> void answer(StreamObserver<A> answers, Supplier<A> action) {
		this.node.answer(answers, () -> {
			try {
				return action.get();
			}
			catch (StatusRuntimeException ex) {
				throw Candidate.withoutCode(ex);
			}
		});
	}

	private final class Campaign implements QueuedCall.Steps<CampaignResponse> {

		private final CampaignRequest request;

		private Campaign(CampaignRequest request) {
			this.request = request;
		}

		@Override
		public Candidate enter() {
			Node node = ElectionService.this.node;
			Caller caller = Callers.current(node);
			Candidate candidate = Candidate.enter(node, caller, this.request.getName(), this.request.getLease(),
					this.request.getValue());
			// only now, as etcd does: the key stays if the caller may not look at the
			// others
			node.auth().checkRange(caller, candidate.prefix(), KeyQueue.end(candidate.prefix()));
			return candidate;
		}

		@Override
		public CampaignResponse turn(Candidate candidate) {
			LeaderKey leader = LeaderKey.newBuilder()
				.setName(this.request.getName())
				.setKey(candidate.key())
				.setRev(candidate.createRevision())
				.setLease(candidate.lease())
				.build();
			return CampaignResponse.newBuilder().setHeader(candidate.header()).setLeader(leader).build();
		}

		@Override
		public void abandoned(Candidate candidate) {
			// etcd cleans up without the caller's token, which does nothing under
			// authentication
			if (!ElectionService.this.node.auth().enabled()
					&& isCreatedAt(candidate.key(), candidate.createRevision())) {
				Candidate.delete(ElectionService.this.node, candidate.key());
			}
		}

	}

}
