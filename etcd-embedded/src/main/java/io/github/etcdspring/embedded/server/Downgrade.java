/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.grpc.Status;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.proto.DowngradeRequest.DowngradeAction;

/**
 * A downgrade of the cluster: allowed to the minor version before this one. It changes
 * nothing but what is answered. Used inside the node's lock only.
 */
final class Downgrade {

	/** The version of a cluster has no patch level. */
	private static final String CLUSTER_VERSION = "3.5.0";

	private static final String TARGET = "3.4.0";

	private static final Pattern FORMAT = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)([-+].*)?");

	private boolean enabled;

	String apply(DowngradeAction action, String version) {
		switch (action) {
			case VALIDATE -> validate(version);
			case ENABLE -> {
				validate(version);
				this.enabled = true;
			}
			case CANCEL -> {
				if (!this.enabled) {
					throw EtcdError.NO_INFLIGHT_DOWNGRADE.exception();
				}
				this.enabled = false;
			}
			case UNRECOGNIZED ->
				throw Status.UNKNOWN.withDescription("etcdserver: unknown method").asRuntimeException();
		}
		return CLUSTER_VERSION;
	}

	private void validate(String version) {
		// a version may come without its patch level
		String full = version.matches("[^.]*\\.[^.]*") ? version + ".0" : version;
		Matcher matcher = FORMAT.matcher(full);
		if (!matcher.matches()) {
			throw EtcdError.WRONG_DOWNGRADE_VERSION_FORMAT.exception();
		}
		String target = matcher.group(1) + "." + matcher.group(2) + ".0";
		if (!TARGET.equals(target)) {
			throw EtcdError.INVALID_DOWNGRADE_TARGET_VERSION.exception();
		}
		if (this.enabled) {
			throw EtcdError.DOWNGRADE_IN_PROCESS.exception();
		}
	}

}
