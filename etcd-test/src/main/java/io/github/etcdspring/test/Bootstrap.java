/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

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
	 * @param partitionable whether the members talk through a network of their own
	 * @return the members, which serve
	 */
	static Started start(EtcdServer.Builder description, int size, boolean partitionable) {
		for (int attempt = 1;; attempt++) {
			Started started = create(description, size, partitionable);
			try {
				started.members().forEach(EtcdServer::launch);
				started.members().forEach(EtcdServer::awaitServing);
				return started;
			}
			catch (PortTakenException ex) {
				started.close();
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
			catch (RuntimeException ex) {
				started.close();
				throw ex;
			}
		}
	}

	private static Started create(EtcdServer.Builder description, int size, boolean partitionable) {
		EtcdBinary binary = description.binary();
		List<Path> directories = new ArrayList<>();
		List<Ports> ports = new ArrayList<>();
		List<String> peers = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			directories.add(TemporaryFiles.createDirectory("etcd-"));
			TemporaryFiles.copy(description.data(), directories.get(i).resolve(DATA));
			ports.add(description.newPorts());
		}
		PeerNetwork network = (partitionable) ? new PeerNetwork(ports) : null;
		List<String> peerUrls = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			peerUrls.add((network != null) ? network.peerUrl(i) : ports.get(i).peerUrl());
			peers.add(name(directories.get(i)) + "=" + peerUrls.get(i));
		}
		String cluster = String.join(",", peers);
		List<EtcdServer> members = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			List<String> command = command(binary, directories.get(i), ports.get(i), peerUrls.get(i), cluster);
			TlsListener tls = description.newTlsListener();
			if (tls != null) {
				// etcd takes the last of two.
				command.add("--listen-client-urls=" + ports.get(i).clientUrl() + "," + tls.url());
				command.addAll(tls.arguments());
			}
			command.addAll(description.arguments());
			Map<String, String> environment = (network != null) ? network.environment(i) : Map.of();
			members.add(new EtcdServer(binary, name(directories.get(i)), directories.get(i), ports.get(i), tls, command,
					environment, description.startTimeout()));
		}
		return new Started(List.copyOf(members), network);
	}

	// As unique as the folder, so that no other server is taken for this one.
	private static String name(Path directory) {
		return String.valueOf(directory.getFileName());
	}

	private static List<String> command(EtcdBinary binary, Path directory, Ports ports, String peerUrl,
			String cluster) {
		List<String> command = new ArrayList<>();
		command.add(binary.path().toString());
		command.add("--name=" + name(directory));
		command.add("--data-dir=" + directory.resolve(DATA));
		command.add("--listen-client-urls=" + ports.clientUrl());
		command.add("--advertise-client-urls=" + ports.clientUrl());
		command.add("--listen-peer-urls=" + ports.peerUrl());
		command.add("--initial-advertise-peer-urls=" + peerUrl);
		command.add("--initial-cluster=" + cluster);
		command.add("--initial-cluster-token=" + cluster.substring(0, cluster.indexOf('=')));
		command.add("--logger=zap");
		if (binary.version().isAtLeast("3.5.0")) {
			command.add("--unsafe-no-fsync");
		}
		return command;
	}

	/**
	 * What was started.
	 *
	 * @param members the members
	 * @param network the network between them, if they have one of their own
	 */
	record Started(List<EtcdServer> members, @Nullable PeerNetwork network) implements AutoCloseable {

		@Override
		public void close() {
			this.members.forEach(EtcdServer::close);
			if (this.network != null) {
				this.network.close();
			}
		}

	}

}
