/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.proto;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the generated messages and stubs with {@code wire-contract.txt}, in both
 * directions.
 */
class WireContractTests {

	private static final List<FileDescriptor> FILES = List.of(MvccProto.getDescriptor(), AuthProto.getDescriptor(),
			RpcProto.getDescriptor(), LockProto.getDescriptor(), ElectionProto.getDescriptor());

	private static final List<ServiceDescriptor> STUBS = List.of(KVGrpc.getServiceDescriptor(),
			WatchGrpc.getServiceDescriptor(), LeaseGrpc.getServiceDescriptor(), ClusterGrpc.getServiceDescriptor(),
			MaintenanceGrpc.getServiceDescriptor(), AuthGrpc.getServiceDescriptor(), LockGrpc.getServiceDescriptor(),
			ElectionGrpc.getServiceDescriptor());

	private final Facts contract = Facts.ofContract();

	private final Facts generated = Facts.ofFiles(FILES);

	@Test
	void contractIsComplete() {
		assertThat(this.contract.messages).hasSize(117);
		assertThat(this.contract.fields).hasSize(261);
		assertThat(this.contract.enums).hasSize(10);
		assertThat(this.contract.enumValues).hasSize(33);
		assertThat(this.contract.rpcs).hasSize(49);
	}

	@Test
	void messagesAreThoseOfTheContract() {
		assertThat(this.generated.messages).containsExactlyInAnyOrderElementsOf(this.contract.messages);
	}

	@Test
	void fieldsAreThoseOfTheContract() {
		assertThat(this.generated.fields).containsExactlyInAnyOrderElementsOf(this.contract.fields);
	}

	@Test
	void enumsAreThoseOfTheContract() {
		assertThat(this.generated.enums).containsExactlyInAnyOrderElementsOf(this.contract.enums);
		assertThat(this.generated.enumValues).containsExactlyInAnyOrderElementsOf(this.contract.enumValues);
	}

	@Test
	void rpcsAreThoseOfTheContract() {
		assertThat(this.generated.rpcs).containsExactlyInAnyOrderElementsOf(this.contract.rpcs);
	}

	@Test
	void stubsCallTheRpcsOfTheContract() {
		List<String> called = STUBS.stream()
			.flatMap((stub) -> stub.getMethods().stream())
			.map(WireContractTests::rpc)
			.toList();
		assertThat(called).containsExactlyInAnyOrderElementsOf(this.contract.rpcs);
	}

	@Test
	void everyProtoFileIsCompared() throws IOException {
		Path sources = Path.of("src", "main", "protobuf");
		try (Stream<Path> files = Files.walk(sources)) {
			assertThat(files.filter(Files::isRegularFile).map((file) -> slashed(sources.relativize(file))))
				.containsExactlyInAnyOrderElementsOf(FILES.stream().map(FileDescriptor::getName).toList());
		}
	}

	@Test
	void nothingButTheSyntaxDecidesTheEncoding() {
		assertThat(FILES).allSatisfy((file) -> assertThat(file.toProto().getSyntax()).isEqualTo("proto3"));
		// An option such as packed would change the bytes without changing a type.
		assertThat(FILES.stream().flatMap(WireContractTests::fields))
			.allSatisfy((field) -> assertThat(field.toProto().hasOptions()).as(field.getFullName()).isFalse());
		assertThat(FILES.stream().flatMap((file) -> file.getExtensions().stream())).isEmpty();
	}

	private static Stream<FieldDescriptor> fields(FileDescriptor file) {
		return file.getMessageTypes().stream().flatMap((message) -> message.getFields().stream());
	}

	private static String slashed(Path path) {
		return path.toString().replace('\\', '/');
	}

	private static String rpc(MethodDescriptor<?, ?> method) {
		MethodType type = method.getType();
		return rpc(method.getFullMethodName(), !type.clientSendsOneMessage(),
				messageType(method.getRequestMarshaller()), !type.serverSendsOneMessage(),
				messageType(method.getResponseMarshaller()));
	}

	private static String messageType(MethodDescriptor.Marshaller<?> marshaller) {
		Object prototype = ((PrototypeMarshaller<?>) marshaller).getMessagePrototype();
		return ((Message) Objects.requireNonNull(prototype)).getDescriptorForType().getFullName();
	}

	private static String rpc(String name, boolean requestStream, String request, boolean responseStream,
			String response) {
		return "rpc " + name + " " + (requestStream ? "stream " : "") + request + " -> "
				+ (responseStream ? "stream " : "") + response;
	}

	/**
	 * One line per fact, each complete in itself, so that a failure names what differs.
	 */
	private static final class Facts {

		private final List<String> messages = new ArrayList<>();

		private final List<String> fields = new ArrayList<>();

		private final List<String> enums = new ArrayList<>();

		private final List<String> enumValues = new ArrayList<>();

		private final List<String> rpcs = new ArrayList<>();

		static Facts ofContract() {
			Facts facts = new Facts();
			String owner = "";
			for (String line : readContract().lines().toList()) {
				if (line.isBlank() || line.startsWith("#")) {
					continue;
				}
				if (line.startsWith("  ")) {
					assertThat(owner).as("owner of '%s'", line).isNotEmpty();
					List<String> members = owner.startsWith("enum ") ? facts.enumValues : facts.fields;
					members.add(owner + line.substring(1));
					continue;
				}
				owner = line;
				if (line.startsWith("message ")) {
					facts.messages.add(line);
				}
				else if (line.startsWith("enum ")) {
					facts.enums.add(line);
				}
				else {
					assertThat(line).startsWith("rpc ");
					facts.rpcs.add(line);
					owner = "";
				}
			}
			return facts;
		}

		private static String readContract() {
			try (InputStream contract = WireContractTests.class.getResourceAsStream("/wire-contract.txt")) {
				return new String(Objects.requireNonNull(contract).readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new IllegalStateException("Cannot read wire-contract.txt", ex);
			}
		}

		static Facts ofFiles(List<FileDescriptor> files) {
			Facts facts = new Facts();
			for (FileDescriptor file : files) {
				file.getMessageTypes().forEach(facts::addMessage);
				file.getEnumTypes().forEach(facts::addEnum);
				file.getServices().forEach((service) -> service.getMethods().forEach((method) -> {
					String name = service.getFullName() + "/" + method.getName();
					facts.rpcs.add(rpc(name, method.isClientStreaming(), method.getInputType().getFullName(),
							method.isServerStreaming(), method.getOutputType().getFullName()));
				}));
			}
			return facts;
		}

		private void addMessage(Descriptor message) {
			String owner = "message " + message.getFullName();
			this.messages.add(owner);
			message.getFields().forEach((field) -> this.fields.add(owner + " " + describe(field)));
			message.getEnumTypes().forEach(this::addEnum);
			message.getNestedTypes().forEach(this::addMessage);
		}

		private void addEnum(EnumDescriptor type) {
			String owner = "enum " + type.getFullName();
			this.enums.add(owner);
			for (EnumValueDescriptor value : type.getValues()) {
				this.enumValues.add(owner + " " + value.getNumber() + " " + value.getName());
			}
		}

		private static String describe(FieldDescriptor field) {
			StringBuilder description = new StringBuilder();
			description.append(field.getNumber()).append(' ').append(field.getName()).append(' ');
			if (field.toProto().getProto3Optional()) {
				description.append("optional ");
			}
			if (field.isRepeated()) {
				description.append("repeated ");
			}
			description.append(typeOf(field));
			if (field.getRealContainingOneof() != null) {
				description.append(" oneof ").append(field.getRealContainingOneof().getName());
			}
			return description.toString();
		}

		private static String typeOf(FieldDescriptor field) {
			return switch (field.getType()) {
				case MESSAGE -> field.getMessageType().getFullName();
				case ENUM -> field.getEnumType().getFullName();
				default -> field.getType().name().toLowerCase(Locale.ROOT);
			};
		}

	}

}
