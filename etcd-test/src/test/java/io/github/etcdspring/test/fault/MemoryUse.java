/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

import io.grpc.netty.shaded.io.netty.util.internal.PlatformDependent;

/**
 * What this JVM uses.
 *
 * @param threads the threads there are
 * @param heap bytes of the heap after a collection
 * @param direct bytes of direct memory, of the JVM's buffers and of gRPC's own
 */
record MemoryUse(int threads, long heap, long direct) {

	private static final int COLLECTIONS = 4;

	static MemoryUse now() {
		long heap = Long.MAX_VALUE;
		for (int i = 0; i < COLLECTIONS; i++) {
			System.gc();
			heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		long direct = Math.max(0, PlatformDependent.usedDirectMemory());
		for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
			direct += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
		}
		return new MemoryUse(ManagementFactory.getThreadMXBean().getThreadCount(), heap, direct);
	}

	@Override
	public String toString() {
		return this.threads + " threads, " + this.heap / 1024 + " KiB heap, " + this.direct / 1024 + " KiB direct";
	}

}
