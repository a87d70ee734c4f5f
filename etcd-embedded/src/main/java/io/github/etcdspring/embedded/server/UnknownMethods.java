/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.google.protobuf.Empty;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import org.jspecify.annotations.Nullable;

/**
 * Refuses methods that the server does not have with the words of etcd's transport, by
 * which clients tell what an old server lacks.
 */
final class UnknownMethods extends HandlerRegistry {

	private final Set<String> services;

	UnknownMethods(List<ServerServiceDefinition> services) {
		this.services = services.stream()
			.map((service) -> service.getServiceDescriptor().getName())
			.collect(Collectors.toUnmodifiableSet());
	}

	@Override
	public ServerMethodDefinition<?, ?> lookupMethod(String methodName, @Nullable String authority) {
		String service = String.valueOf(MethodDescriptor.extractFullServiceName(methodName));
		String method = methodName.substring(methodName.lastIndexOf('/') + 1);
		String text = this.services.contains(service) ? "unknown method " + method + " for service " + service
				: "unknown service " + service;
		MethodDescriptor<Empty, Empty> descriptor = MethodDescriptor.<Empty, Empty>newBuilder()
			.setType(MethodDescriptor.MethodType.UNKNOWN)
			.setFullMethodName(methodName)
			.setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
			.setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
			.build();
		return ServerMethodDefinition.create(descriptor, (call, headers) -> {
			call.close(Status.UNIMPLEMENTED.withDescription(text), new Metadata());
			return new ServerCall.Listener<Empty>() {
			};
		});
	}

}
