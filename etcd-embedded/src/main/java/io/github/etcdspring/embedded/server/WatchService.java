/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.embedded.server;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.etcdspring.embedded.error.EtcdError;
import io.github.etcdspring.embedded.watch.WatchStream;
import io.github.etcdspring.proto.WatchCreateRequest;
import io.github.etcdspring.proto.WatchGrpc;
import io.github.etcdspring.proto.WatchRequest;
import io.github.etcdspring.proto.WatchResponse;

/**
 * The watch service: one stream of any number of watches. A stream ends only by the
 * client cancelling the call, by the server stopping, or by the loss of the leader; the
 * client's half-close does not end it, as in etcd.
 */
final class WatchService extends WatchGrpc.WatchImplBase {

	private static final Logger logger = LoggerFactory.getLogger(WatchService.class);

	private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

	private final Node node;

	WatchService(Node node) {
		this.node = node;
	}

	@Override
	public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
		ServerCallStreamObserver<WatchResponse> call = (ServerCallStreamObserver<WatchResponse>) answers;
		WatchStream stream = this.node.watches().open(new CallSink(call));
		call.disableAutoRequest();
		call.setOnReadyHandler(stream::ready);
		call.setOnCancelHandler(stream::close);
		call.setOnCloseHandler(stream::close);
		call.request(1);
		return new StreamObserver<>() {

			@Override
			public void onNext(WatchRequest request) {
				answer(stream, request);
				stream.whenRoom(() -> call.request(1));
			}

			@Override
			public void onError(Throwable error) {
				stream.close();
			}

			@Override
			public void onCompleted() {
			}

		};
	}

	private void answer(WatchStream stream, WatchRequest request) {
		switch (request.getRequestUnionCase()) {
			case CREATE_REQUEST -> create(stream, request.getCreateRequest());
			case CANCEL_REQUEST -> stream.cancel(request.getCancelRequest().getWatchId());
			case PROGRESS_REQUEST -> stream.requestProgress();
			case REQUESTUNION_NOT_SET -> {
				// etcd ignores a request that asks for nothing
			}
		}
	}

	private void create(WatchStream stream, WatchCreateRequest request) {
		if (request.getStartRevision() < 0) {
			stream.refuse(EtcdError.COMPACTED.text());
			return;
		}
		try {
			checkPermission(request);
		}
		catch (StatusRuntimeException ex) {
			stream.refuse(reason(ex.getStatus()));
			return;
		}
		stream.create(request);
	}

	private void checkPermission(WatchCreateRequest request) {
		ByteString key = (request.getKey().isEmpty()) ? ZERO : request.getKey();
		// of a range without an end etcd checks nothing but its first key
		ByteString end = (request.getRangeEnd().equals(ZERO)) ? ByteString.EMPTY : request.getRangeEnd();
		this.node.read(() -> {
			this.node.auth().checkRange(Callers.current(this.node), key, end);
			return key;
		});
	}

	// say why in the words etcd has in a cancel reason: its language's rendering of the
	// status
	private static String reason(Status status) {
		String code = switch (status.getCode()) {
			case UNAUTHENTICATED -> "Unauthenticated";
			case INVALID_ARGUMENT -> "InvalidArgument";
			default -> "PermissionDenied";
		};
		return "rpc error: code = " + code + " desc = " + status.getDescription();
	}

	private record CallSink(ServerCallStreamObserver<WatchResponse> call) implements WatchStream.Sink {

		@Override
		public boolean isReady() {
			return this.call.isReady();
		}

		@Override
		public void send(WatchResponse message) {
			this.call.onNext(message);
		}

		@Override
		public void fail(RuntimeException cause) {
			if (this.call.isCancelled()) {
				return;
			}
			logger.debug("Sending on a watch stream failed", cause);
			try {
				this.call.onError(Node.failure(cause));
			}
			catch (IllegalStateException ex) {
				logger.debug("The watch stream had been ended by the server before", ex);
			}
		}

	}

}
