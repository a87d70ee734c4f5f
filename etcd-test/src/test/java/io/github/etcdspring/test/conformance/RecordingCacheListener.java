/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.cache.CacheListener;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.error.EtcdException;

/**
 * Remembers what a cache told, in words, and what picture that gives.
 */
class RecordingCacheListener implements CacheListener {

	private final String prefix;

	private final List<String> told = new ArrayList<>();

	private final Map<String, String> picture = new TreeMap<>();

	private final CompletableFuture<@Nullable EtcdException> closed = new CompletableFuture<>();

	private @Nullable EtcdException disconnection;

	RecordingCacheListener(String prefix) {
		this.prefix = prefix;
	}

	@Override
	public synchronized void onPut(KeyValue now, @Nullable KeyValue before) {
		tell("PUT " + name(now) + "=" + now.valueAsUtf8() + ((before != null) ? " after " + before.valueAsUtf8() : ""));
		this.picture.put(name(now), now.valueAsUtf8());
	}

	@Override
	public synchronized void onDelete(KeyValue before) {
		tell("DELETE " + name(before) + "=" + before.valueAsUtf8());
		this.picture.remove(name(before));
	}

	@Override
	public synchronized void onResync(long revision) {
		tell("RESYNC");
	}

	@Override
	public synchronized void onDisconnected(EtcdException cause) {
		this.disconnection = cause;
		tell("DISCONNECTED");
	}

	@Override
	public synchronized void onResumed() {
		tell("RESUMED");
	}

	@Override
	public synchronized void onClosed(@Nullable EtcdException cause) {
		tell("CLOSED");
		this.closed.complete(cause);
	}

	private String name(KeyValue keyValue) {
		return keyValue.keyAsUtf8().substring(this.prefix.length());
	}

	private void tell(String what) {
		this.told.add(what);
	}

	synchronized List<String> told() {
		return List.copyOf(this.told);
	}

	synchronized Map<String, String> picture() {
		return new TreeMap<>(this.picture);
	}

	synchronized @Nullable EtcdException disconnection() {
		return this.disconnection;
	}

	CompletableFuture<@Nullable EtcdException> closed() {
		return this.closed;
	}

}
