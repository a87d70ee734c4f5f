/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.embedded;

import java.util.Random;

import com.google.protobuf.ByteString;

import io.github.etcdspring.proto.CampaignRequest;
import io.github.etcdspring.proto.ElectionGrpc;
import io.github.etcdspring.proto.LeaderKey;
import io.github.etcdspring.proto.LeaderRequest;
import io.github.etcdspring.proto.LeaseGrantRequest;
import io.github.etcdspring.proto.LeaseGrpc;
import io.github.etcdspring.proto.LeaseKeepAliveRequest;
import io.github.etcdspring.proto.LeaseLeasesRequest;
import io.github.etcdspring.proto.LeaseRevokeRequest;
import io.github.etcdspring.proto.LeaseTimeToLiveRequest;
import io.github.etcdspring.proto.LockGrpc;
import io.github.etcdspring.proto.LockRequest;
import io.github.etcdspring.proto.ProclaimRequest;
import io.github.etcdspring.proto.ResignRequest;
import io.github.etcdspring.proto.UnlockRequest;
import io.github.etcdspring.proto.WatchCancelRequest;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchProgressRequest;

/**
 * Random requests of the other services. Each lease has its own lock and its own
 * election, one of them also those without a name: nobody waits for anybody.
 */
final class RandomServices {

	/**
	 * Not 0, which etcd makes the shortest time, in which a lease ends under the test.
	 */
	private static final long[] TIMES = { 100, 100, 100, 1000, 1000, 100_000, 9_000_000_000L, 9_000_000_001L };

	private final Random random;

	private final RandomKv kv;

	RandomServices(Random random, RandomKv kv) {
		this.random = random;
		this.kv = kv;
	}

	Step lease() {
		long id = this.kv.chance(10) ? 99 : this.kv.lease();
		return switch (this.random.nextInt(8)) {
			case 0, 1,
					2 ->
				new Step(LeaseGrpc.getLeaseGrantMethod(),
						LeaseGrantRequest.newBuilder()
							.setID(this.kv.lease())
							.setTTL(TIMES[this.random.nextInt(TIMES.length)])
							.build(),
						null);
			case 3 ->
				new Step(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(id).build(), null);
			case 4 -> new Step(LeaseGrpc.getLeaseKeepAliveMethod(),
					LeaseKeepAliveRequest.newBuilder().setID(id).build(), null);
			case 5 -> new Step(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance(), null);
			default -> new Step(LeaseGrpc.getLeaseTimeToLiveMethod(),
					LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(this.kv.chance(2)).build(), null);
		};
	}

	Step watch() {
		int kind = this.random.nextInt(10);
		if (kind < 7) {
			return Step.watch(watchCreation(), null);
		}
		if (kind < 9) {
			return Step.watch(WatchCancelRequest.newBuilder().setWatchId(1 + this.random.nextInt(8)).build(), null);
		}
		return Step.watch(WatchProgressRequest.getDefaultInstance(), null);
	}

	WatchCreateRequest watchCreation() {
		WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
			.setKey(this.kv.key())
			.setPrevKv(this.kv.chance(2))
			.setFragment(this.kv.chance(3))
			.setProgressNotify(this.kv.chance(4));
		if (!this.kv.chance(3)) {
			create.setRangeEnd(this.kv.end(create.getKey()));
		}
		if (this.kv.chance(2)) {
			create.setStartRevision(this.kv.revision());
		}
		if (this.kv.chance(6)) {
			create.addFiltersValue(this.random.nextInt(3));
		}
		if (this.kv.chance(12)) {
			create.addFiltersValue(this.random.nextInt(2));
		}
		if (this.kv.chance(6)) {
			create.setWatchId(this.kv.chance(8) ? -5 : 1 + this.random.nextInt(12));
		}
		return create.build();
	}

	Step lockOrElection() {
		long id = this.kv.chance(10) ? 99 : this.kv.lease();
		boolean unnamed = this.kv.chance(4) && id == RandomKv.LEASES[0];
		ByteString name = ByteString.copyFromUtf8(unnamed ? "" : "n" + id);
		ByteString own = ByteString.copyFromUtf8("n" + id + "/" + Long.toHexString(id));
		LeaderKey.Builder leader = LeaderKey.newBuilder()
			.setName(name)
			.setKey(own)
			.setLease(id)
			.setRev(this.kv.revision());
		ByteString value = ByteString.copyFromUtf8("v" + this.random.nextInt(3));
		return switch (this.random.nextInt(7)) {
			case 0 ->
				new Step(LockGrpc.getLockMethod(), LockRequest.newBuilder().setName(name).setLease(id).build(), null);
			case 1 -> new Step(LockGrpc.getUnlockMethod(), UnlockRequest.newBuilder().setKey(own).build(), null);
			case 2 -> new Step(ElectionGrpc.getCampaignMethod(),
					CampaignRequest.newBuilder().setName(name).setLease(id).setValue(value).build(), null);
			case 3 -> new Step(ElectionGrpc.getLeaderMethod(), LeaderRequest.newBuilder().setName(name).build(), null);
			case 4 -> new Step(ElectionGrpc.getProclaimMethod(), proclamation(leader, value), null);
			case 5 -> new Step(ElectionGrpc.getResignMethod(), resignation(leader), null);
			default -> new Step(ElectionGrpc.getLeaderMethod(), LeaderRequest.newBuilder().setName(name).build(), null);
		};
	}

	private ProclaimRequest proclamation(LeaderKey.Builder leader, ByteString value) {
		ProclaimRequest.Builder request = ProclaimRequest.newBuilder().setValue(value);
		return this.kv.chance(12) ? request.build() : request.setLeader(leader).build();
	}

	private ResignRequest resignation(LeaderKey.Builder leader) {
		return this.kv.chance(12) ? ResignRequest.getDefaultInstance()
				: ResignRequest.newBuilder().setLeader(leader).build();
	}

}
