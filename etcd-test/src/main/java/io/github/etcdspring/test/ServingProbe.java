/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

/**
 * Asks a server over HTTP whether it serves.
 */
final class ServingProbe {

	private ServingProbe() {
	}

	/**
	 * Return whether the server of that name serves linearizable reads. An alarm is not
	 * held against it, because a server may be started to have its alarm disarmed.
	 * @param ports the ports of the server
	 * @param name the name of the server
	 * @return {@code true} if it serves
	 */
	static boolean serves(Ports ports, String name) {
		// The name says that this is our server, not one that was faster to take the
		// port.
		String members = ShortHttp.get(ports.peerUrl() + "/members");
		if (members == null || !members.contains('"' + name + '"')) {
			return false;
		}
		String health = ShortHttp.get(ports.clientUrl() + "/health?exclude=NOSPACE&exclude=CORRUPT");
		return health != null && health.contains("\"health\":\"true\"");
	}

}
