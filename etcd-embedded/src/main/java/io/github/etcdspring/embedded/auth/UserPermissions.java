/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.auth;

import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.ByteString;

import io.github.etcdspring.proto.Permission;

/**
 * What the roles of one user permit together: one range may be covered by several
 * permissions.
 *
 * @param root whether everything is permitted
 * @param read what may be read, merged
 * @param write what may be written, merged
 */
record UserPermissions(boolean root, List<KeyInterval> read, List<KeyInterval> write) {

	static UserPermissions of(boolean root, Iterable<Permission> permissions) {
		List<KeyInterval> read = new ArrayList<>();
		List<KeyInterval> write = new ArrayList<>();
		for (Permission permission : permissions) {
			KeyInterval keys = KeyInterval.of(permission.getKey(), permission.getRangeEnd());
			Permission.Type type = permission.getPermType();
			if (type == Permission.Type.READ || type == Permission.Type.READWRITE) {
				read.add(keys);
			}
			if (type == Permission.Type.WRITE || type == Permission.Type.READWRITE) {
				write.add(keys);
			}
		}
		return new UserPermissions(root, KeyInterval.merge(read), KeyInterval.merge(write));
	}

	boolean mayRead(ByteString key, ByteString rangeEnd) {
		return permits(this.read, key, rangeEnd);
	}

	boolean mayWrite(ByteString key, ByteString rangeEnd) {
		return permits(this.write, key, rangeEnd);
	}

	private boolean permits(List<KeyInterval> granted, ByteString key, ByteString rangeEnd) {
		if (this.root) {
			return true;
		}
		KeyInterval asked = KeyInterval.of(key, rangeEnd);
		return granted.stream().anyMatch((interval) -> interval.covers(asked));
	}

}
