/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the new members of a new cluster, each with a folder and ports of its own.
 */
final class Bootstrap {

	private static final int ATTEMPTS = 5;

	private static final String DATA = "data";

	private Bootstrap() {
	}

	/**
	 * Start members, with other ports if another process was faster to take one.
	 * @param description what the members have in common
	 * @param size the number of members
	 * @return the members, which serve
	 */
	static List<EtcdServer> start(EtcdServer.Builder description, int size) {
		for (int attempt = 1;; attempt++) {
			List<EtcdServer> members = create(description, size);
			try {
				members.forEach(EtcdServer::launch);
				members.forEach(EtcdServer::awaitServing);
				return List.copyOf(members);
			}
			catch (PortTakenException ex) {
				members.forEach(EtcdServer::close);
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
			catch (RuntimeException ex) {
				members.forEach(EtcdServer::close);
				throw ex;
			}
		}
	}

	private static List<EtcdServer> create(EtcdServer.Builder description, int size) {
		EtcdBinary binary = description.binary();
		List<Path> directories = new ArrayList<>();
		List<Ports> ports = new ArrayList<>();
		List<String> peers = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			directories.add(TemporaryFiles.createDirectory("etcd-"));
			TemporaryFiles.copy(description.data(), directories.get(i).resolve(DATA));
			ports.add(description.newPorts());
			peers.add(name(directories.get(i)) + "=" + ports.get(i).peerUrl());
		}
		String cluster = String.join(",", peers);
		List<EtcdServer> members = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			List<String> command = command(binary, directories.get(i), ports.get(i), cluster);
			command.addAll(description.arguments());
			members.add(new EtcdServer(binary, name(directories.get(i)), directories.get(i), ports.get(i), command,
					description.startTimeout()));
		}
		return members;
	}

	// As unique as the folder, so that no other server is taken for this one.
	private static String name(Path directory) {
		return String.valueOf(directory.getFileName());
	}

	private static List<String> command(EtcdBinary binary, Path directory, Ports ports, String cluster) {
		List<String> command = new ArrayList<>();
		command.add(binary.path().toString());
		command.add("--name=" + name(directory));
		command.add("--data-dir=" + directory.resolve(DATA));
		command.add("--listen-client-urls=" + ports.clientUrl());
		command.add("--advertise-client-urls=" + ports.clientUrl());
		command.add("--listen-peer-urls=" + ports.peerUrl());
		command.add("--initial-advertise-peer-urls=" + ports.peerUrl());
		command.add("--initial-cluster=" + cluster);
		command.add("--initial-cluster-token=" + cluster.substring(0, cluster.indexOf('=')));
		command.add("--logger=zap");
		if (binary.version().isAtLeast("3.5.0")) {
			command.add("--unsafe-no-fsync");
		}
		return command;
	}

}
