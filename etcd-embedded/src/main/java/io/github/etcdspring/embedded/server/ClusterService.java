/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.grpc.stub.StreamObserver;

import io.github.etcdspring.proto.ClusterGrpc;
import io.github.etcdspring.proto.Member;
import io.github.etcdspring.proto.MemberAddRequest;
import io.github.etcdspring.proto.MemberAddResponse;
import io.github.etcdspring.proto.MemberListRequest;
import io.github.etcdspring.proto.MemberListResponse;
import io.github.etcdspring.proto.MemberPromoteRequest;
import io.github.etcdspring.proto.MemberPromoteResponse;
import io.github.etcdspring.proto.MemberRemoveRequest;
import io.github.etcdspring.proto.MemberRemoveResponse;
import io.github.etcdspring.proto.MemberUpdateRequest;
import io.github.etcdspring.proto.MemberUpdateResponse;
import io.github.etcdspring.proto.ResponseHeader;

/**
 * The Cluster service. Its headers have no revision, as etcd's have none here.
 */
final class ClusterService extends ClusterGrpc.ClusterImplBase {

	private final Node node;

	ClusterService(Node node) {
		this.node = node;
	}

	@Override
	public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
		this.node.answer(observer, () -> this.node.read(() -> {
			this.node.auth().checkUser(Callers.current(this.node));
			return MemberListResponse.newBuilder()
				.setHeader(header())
				.addAllMembers(this.node.members().list())
				.build();
		}));
	}

	@Override
	public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> observer) {
		this.node.answer(observer, () -> {
			List<String> urls = Members.checked(request.getPeerURLsList());
			return change((members) -> {
				Member added = members.add(urls, request.getIsLearner());
				return MemberAddResponse.newBuilder()
					.setHeader(header())
					.setMember(added)
					.addAllMembers(members.list())
					.build();
			});
		});
	}

	@Override
	public void memberRemove(MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> observer) {
		this.node.answer(observer, changed((members) -> members.remove(request.getID()),
				(members) -> MemberRemoveResponse.newBuilder().setHeader(header()).addAllMembers(members).build()));
	}

	@Override
	public void memberUpdate(MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> observer) {
		this.node.answer(observer, changed((members) -> members.update(request.getID(), request.getPeerURLsList()),
				(members) -> MemberUpdateResponse.newBuilder().setHeader(header()).addAllMembers(members).build()));
	}

	@Override
	public void memberPromote(MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> observer) {
		this.node.answer(observer, changed((members) -> members.promote(request.getID()),
				(members) -> MemberPromoteResponse.newBuilder().setHeader(header()).addAllMembers(members).build()));
	}

	private <T> Supplier<T> changed(Consumer<Members> action, Function<List<Member>, T> answer) {
		return () -> change((members) -> {
			action.accept(members);
			return answer.apply(members.list());
		});
	}

	private <T> T change(Function<Members, T> action) {
		return this.node.write(() -> {
			this.node.auth().checkAdmin(Callers.current(this.node));
			return action.apply(this.node.members());
		});
	}

	private ResponseHeader header() {
		return this.node.header(0);
	}

}
