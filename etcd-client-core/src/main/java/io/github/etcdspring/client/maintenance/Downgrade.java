/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.maintenance;

import io.github.etcdspring.client.transport.Transport;

/**
 * Prepares a cluster for servers of the minor version before. There since etcd 3.5, and
 * of use since etcd 3.6; older servers answer with the reason
 * {@link io.github.etcdspring.client.error.Reason#UNIMPLEMENTED UNIMPLEMENTED}.
 * Thread-safe; the requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class Downgrade {

	private final Transport transport;

	Downgrade(Transport transport) {
		this.transport = transport;
	}

	/**
	 * Ask whether the cluster could be downgraded. Changes nothing.
	 * @param version the version to go to, such as {@code 3.5.0}; one minor version below
	 * the cluster's
	 * @return the request
	 * @throws IllegalArgumentException if the version is empty
	 */
	public DowngradeRequest validate(String version) {
		return new DowngradeRequest(this.transport, DowngradeRequest.VALIDATE, check(version));
	}

	/**
	 * Begin to downgrade: the members write what older servers understand, and can be
	 * replaced by them one by one.
	 * @param version the version to go to, such as {@code 3.5.0}; one minor version below
	 * the cluster's
	 * @return the request
	 * @throws IllegalArgumentException if the version is empty
	 */
	public DowngradeRequest enable(String version) {
		return new DowngradeRequest(this.transport, DowngradeRequest.ENABLE, check(version));
	}

	/**
	 * Stop a downgrade that is going on.
	 * @return the request
	 */
	public DowngradeRequest cancel() {
		return new DowngradeRequest(this.transport, DowngradeRequest.CANCEL, "");
	}

	private static String check(String version) {
		if (version == null || version.isBlank()) {
			throw new IllegalArgumentException(
					"'version' must not be empty but was '" + version + "'; write it as in '3.5.0'");
		}
		return version;
	}

}
