/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.cluster;

import java.util.List;

import io.grpc.MethodDescriptor;

import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.ClusterGrpc;
import io.github.etcdspring.proto.MemberAddRequest;
import io.github.etcdspring.proto.MemberListRequest;
import io.github.etcdspring.proto.MemberPromoteRequest;
import io.github.etcdspring.proto.MemberRemoveRequest;
import io.github.etcdspring.proto.MemberUpdateRequest;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * Turns requests of the cluster service into calls.
 */
final class ClusterCalls {

	private static final MethodDescriptor<MemberListRequest, MemberList> list = Wire
		.mapped(ClusterGrpc.getMemberListMethod(), (answer) -> list(answer.getHeader(), answer.getMembersList()));

	private static final MethodDescriptor<MemberAddRequest, MemberAdded> add = Wire
		.mapped(ClusterGrpc.getMemberAddMethod(), (answer) -> new MemberAdded(Wire.header(answer.getHeader()),
				member(answer.getMember()), members(answer.getMembersList())));

	private static final MethodDescriptor<MemberUpdateRequest, MemberList> update = Wire
		.mapped(ClusterGrpc.getMemberUpdateMethod(), (answer) -> list(answer.getHeader(), answer.getMembersList()));

	private static final MethodDescriptor<MemberPromoteRequest, MemberList> promote = Wire
		.mapped(ClusterGrpc.getMemberPromoteMethod(), (answer) -> list(answer.getHeader(), answer.getMembersList()));

	private static final MethodDescriptor<MemberRemoveRequest, MemberList> remove = Wire
		.mapped(ClusterGrpc.getMemberRemoveMethod(), (answer) -> list(answer.getHeader(), answer.getMembersList()));

	private ClusterCalls() {
	}

	static Rpc<?, MemberList> list(boolean linearizable) {
		return Rpc.generatedRead("member_list", list,
				MemberListRequest.newBuilder().setLinearizable(linearizable).build(), linearizable);
	}

	static Rpc<?, MemberAdded> add(List<String> peerUrls, boolean learner) {
		return Rpc.generated("member_add", add,
				MemberAddRequest.newBuilder().addAllPeerURLs(peerUrls).setIsLearner(learner).build(), false);
	}

	static Rpc<?, MemberList> update(long id, List<String> peerUrls) {
		return Rpc.generated("member_update", update,
				MemberUpdateRequest.newBuilder().setID(id).addAllPeerURLs(peerUrls).build(), false);
	}

	static Rpc<?, MemberList> promote(long id) {
		return Rpc.generated("member_promote", promote, MemberPromoteRequest.newBuilder().setID(id).build(), false);
	}

	static Rpc<?, MemberList> remove(long id) {
		return Rpc.generated("member_remove", remove, MemberRemoveRequest.newBuilder().setID(id).build(), false);
	}

	private static MemberList list(ResponseHeader header, List<io.github.etcdspring.proto.Member> members) {
		return new MemberList(Wire.header(header), members(members));
	}

	private static List<Member> members(List<io.github.etcdspring.proto.Member> members) {
		return members.stream().map(ClusterCalls::member).toList();
	}

	private static Member member(io.github.etcdspring.proto.Member member) {
		return new Member(member.getID(), member.getName(), member.getPeerURLsList().stream().toList(),
				member.getClientURLsList().stream().toList(), member.getIsLearner());
	}

}
