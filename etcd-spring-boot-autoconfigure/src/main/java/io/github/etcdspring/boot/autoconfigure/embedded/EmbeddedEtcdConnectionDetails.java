/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.embedded;

import java.util.List;

import io.github.etcdspring.boot.autoconfigure.EtcdConnectionDetails;
import io.github.etcdspring.embedded.EmbeddedEtcd;

/**
 * Where the embedded server is. It has no users and no certificate.
 *
 * @param server the server
 */
record EmbeddedEtcdConnectionDetails(EmbeddedEtcd server) implements EtcdConnectionDetails {

	@Override
	public List<String> getEndpoints() {
		return List.of(this.server.endpoint());
	}

}
