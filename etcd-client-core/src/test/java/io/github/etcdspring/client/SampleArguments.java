/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.cache.CacheListener;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.KeyValue;
import io.github.etcdspring.client.election.LeaderKey;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.error.EtcdException;
import io.github.etcdspring.client.kv.Compare;
import io.github.etcdspring.client.kv.Op;
import io.github.etcdspring.client.lease.KeepAliveListener;
import io.github.etcdspring.client.lease.LeaseLoss;
import io.github.etcdspring.client.watch.WatchBatch;
import io.github.etcdspring.client.watch.WatchClosed;
import io.github.etcdspring.client.watch.WatchListener;

/**
 * Arguments for any method of the client, chosen by their types, and what the listeners
 * among them are told in the end.
 */
final class SampleArguments {

	/** Is a name, a key and a value as well as an endpoint of the client. */
	private final String text;

	private final Path folder;

	private @Nullable CompletableFuture<@Nullable Throwable> end;

	SampleArguments(String text, Path folder) {
		this.text = text;
		this.folder = folder;
	}

	/**
	 * Return how what was given to a listener ended.
	 * @return completes with the cause; {@code null} if there was no listener
	 */
	@Nullable CompletableFuture<@Nullable Throwable> end() {
		return this.end;
	}

	CacheListener cacheListener() {
		CompletableFuture<@Nullable Throwable> told = told();
		return new CacheListener() {
			@Override
			public void onClosed(@Nullable EtcdException cause) {
				told.complete(cause);
			}
		};
	}

	Object[] of(Method method) {
		return Arrays.stream(method.getParameterTypes()).map((type) -> of(type, method)).toArray();
	}

	private Object of(Class<?> type, Executable method) {
		if (type == String.class) {
			return this.text;
		}
		if (type == Bytes.class) {
			return Bytes.utf8(this.text);
		}
		if (type == long.class) {
			return 7L;
		}
		if (type == int.class) {
			return 7;
		}
		if (type == Duration.class) {
			return Duration.ofSeconds(7);
		}
		if (type == KeyRange.class) {
			return KeyRange.prefix(this.text);
		}
		if (type == Path.class) {
			return this.folder.resolve("file");
		}
		if (type == WritableByteChannel.class) {
			return Channels.newChannel(new ByteArrayOutputStream());
		}
		if (type == Op.class) {
			return Op.get(this.text);
		}
		if (type == Compare.class) {
			return Compare.exists(this.text);
		}
		if (type == LeaderKey.class) {
			return new LeaderKey(Bytes.utf8(this.text), Bytes.utf8(this.text), 7, 7);
		}
		if (type == List.class || type == Collection.class) {
			return List.of();
		}
		if (type == Consumer.class) {
			return (Consumer<Object>) (any) -> {
			};
		}
		if (type.isEnum()) {
			return type.getEnumConstants()[0];
		}
		if (type.isArray()) {
			Object array = Array.newInstance(type.getComponentType(), 1);
			Array.set(array, 0, of(type.getComponentType(), method));
			return array;
		}
		return listener(type, method);
	}

	private CompletableFuture<@Nullable Throwable> told() {
		CompletableFuture<@Nullable Throwable> told = new CompletableFuture<>();
		this.end = told;
		return told;
	}

	private Object listener(Class<?> type, Executable method) {
		CompletableFuture<@Nullable Throwable> told = told();
		if (type == WatchListener.class) {
			return new WatchListener() {
				@Override
				public void onBatch(WatchBatch batch) {
				}

				@Override
				public void onClosed(WatchClosed closed) {
					told.complete(closed.cause());
				}
			};
		}
		if (type == KeepAliveListener.class) {
			return (KeepAliveListener) (LeaseLoss loss) -> told.complete(loss.failure());
		}
		if (type == LeaderListener.class) {
			return new LeaderListener() {
				@Override
				public void onLeader(KeyValue leader) {
				}

				@Override
				public void onClosed(@Nullable EtcdException cause) {
					told.complete(cause);
				}
			};
		}
		throw new AssertionError("No argument is known of type " + type.getName() + ", which " + method
				+ " takes; add one to " + SampleArguments.class.getSimpleName());
	}

}
