/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.watch;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.data.Namespace;
import io.github.etcdspring.client.transport.Rpc;
import io.github.etcdspring.client.transport.Transport;
import io.github.etcdspring.client.transport.Wire;
import io.github.etcdspring.proto.MaintenanceGrpc;
import io.github.etcdspring.proto.StatusRequest;

/**
 * etcd's watch service. All watches of a client share one stream, except those that need
 * one of their own. Thread-safe; the requests it makes are for one thread each.
 *
 * @since 0.1.0
 */
public final class Watches {

	private static final MethodDescriptor<StatusRequest, ServerVersion> status = Wire
		.mapped(MaintenanceGrpc.getStatusMethod(), (answer) -> ServerVersion.parse(answer.getVersion()));

	private final Transport transport;

	private final Namespace namespace;

	private @Nullable WatchStream shared;

	/** Where watches try another token that were denied the permission with theirs. */
	private @Nullable WatchStream retrying;

	/**
	 * Create the service. Applications get it from the client.
	 * @param transport the client's engine
	 * @param namespace what is put in front of every key
	 */
	public Watches(Transport transport, Namespace namespace) {
		this.transport = transport;
		this.namespace = namespace;
	}

	/**
	 * Watch a range of keys.
	 * @param range the range
	 * @return the request
	 */
	public WatchRequest watch(KeyRange range) {
		Arguments.notNull(range, "range", "use KeyRange.all() for all keys");
		return new WatchRequest(this, range, this.transport.maxRetries());
	}

	Watch open(WatchOptions options, Function<WatchCursor, Sink> sink) {
		WatchCursor cursor = new WatchCursor(options, this.namespace, this.transport.serialTasks(), sink);
		place(cursor);
		return new Watch(cursor);
	}

	/**
	 * Put a watch on a stream: its own, or the one that all share.
	 * @param cursor the watch
	 */
	void place(WatchCursor cursor) {
		if (cursor.options().ownStream()) {
			moveToOwn(cursor);
			return;
		}
		WatchStream stream;
		boolean fresh = false;
		synchronized (this) {
			stream = this.shared;
			if (stream == null) {
				stream = new WatchStream(this, this.transport, this.namespace, false);
				this.shared = stream;
				fresh = true;
			}
		}
		stream.add(cursor);
		if (fresh) {
			stream.start();
		}
	}

	/**
	 * Put watches on a new stream that no others join.
	 * @param cursors the watches
	 */
	void moveToNew(List<WatchCursor> cursors) {
		WatchStream stream = new WatchStream(this, this.transport, this.namespace, false);
		cursors.forEach(stream::add);
		stream.start();
	}

	void moveToOwn(WatchCursor cursor) {
		WatchStream stream = new WatchStream(this, this.transport, this.namespace, true);
		stream.add(cursor);
		stream.start();
	}

	/**
	 * Put a watch that was denied the permission on a stream with a newer token. All that
	 * are denied at about the same time share one.
	 * @param cursor the watch
	 * @param own whether it needs a stream of its own
	 * @param token the number of the token that was denied
	 */
	void tryNewerToken(WatchCursor cursor, boolean own, long token) {
		WatchStream stream;
		boolean fresh = false;
		synchronized (this) {
			stream = own ? null : this.retrying;
			if (stream == null) {
				stream = new WatchStream(this, this.transport, this.namespace, own);
				fresh = true;
				this.retrying = own ? this.retrying : stream;
			}
		}
		stream.addDenied(cursor, token);
		if (fresh) {
			stream.start();
		}
	}

	/**
	 * Give a stream no more watches that were denied the permission.
	 * @param stream the stream, which is closed or has an old token
	 */
	synchronized void joinNoMore(WatchStream stream) {
		if (this.retrying == stream) {
			this.retrying = null;
		}
	}

	synchronized void forget(WatchStream stream) {
		if (this.shared == stream) {
			this.shared = null;
		}
		joinNoMore(stream);
	}

	/**
	 * Find out whether a member tells progress only once everything before it was sent.
	 * @param endpoint the member's endpoint
	 * @param answer receives the answer; no, if the member does not say what it is
	 */
	void tellsTrueProgress(String endpoint, Consumer<Boolean> answer) {
		this.transport.async(Rpc.ofMember("status", status, StatusRequest.getDefaultInstance(), endpoint), null)
			.whenComplete((version, ex) -> answer.accept(ex == null && version.tellsTrueProgress()));
	}

}
