/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;

/**
 * What a failed attempt means: whether the call was applied, whether it may be sent
 * again, and whether its endpoint is to blame. A call that changes something is sent
 * again only when the attempt is provably not applied; the list of such refusals is
 * closed.
 */
final class FailureRules {

	/** How many tokens in a row are tried. */
	static final int TOKEN_REFRESHES = 5;

	/** The member refuses before it proposes anything, so another member may be asked. */
	private static final Set<Reason> REFUSED = EnumSet.of(Reason.NO_LEADER, Reason.NOT_SUPPORTED_FOR_LEARNER,
			Reason.TOO_MANY_REQUESTS);

	/** The server gave up waiting, or stopped: what it proposed may still be applied. */
	private static final Set<Reason> SERVER_GAVE_UP = EnumSet.of(Reason.REQUEST_TIMED_OUT,
			Reason.TIMED_OUT_LEADER_FAILURE, Reason.TIMED_OUT_CONNECTION_LOST, Reason.TIMED_OUT_APPLIED_INDEX,
			Reason.TIMED_OUT_LEADER_TRANSFER, Reason.REQUEST_DEADLINE_EXCEEDED, Reason.REQUEST_CANCELLED);

	private static final Set<Reason> INDEFINITE = EnumSet.of(Reason.LEADER_CHANGED, Reason.SERVER_STOPPED,
			Reason.RAFT_STOPPED, Reason.NOT_PRIMARY_LESSOR, Reason.RESPONSE_TOO_LARGE, Reason.CONNECTION_LOST,
			Reason.CANCELLED, Reason.WATCHER_LOST, Reason.SESSION_EXPIRED, Reason.WATCH_CANCELLED);

	/** What a call that waits on the server can only be told before it begins. */
	private static final Set<Reason> BEFORE_WAITING = EnumSet.of(Reason.NO_LEADER, Reason.NOT_SUPPORTED_FOR_LEARNER,
			Reason.TOO_MANY_REQUESTS, Reason.KEY_NOT_PROVIDED, Reason.LEASE_NOT_FOUND, Reason.REQUEST_TOO_LARGE,
			Reason.MESSAGE_TOO_LARGE, Reason.UNIMPLEMENTED, Reason.NOT_CAPABLE);

	/** Nothing changes by asking again, whatever status old servers send along. */
	private static final Set<Reason> HOPELESS = EnumSet.of(Reason.NOT_CAPABLE, Reason.CLUSTER_VERSION_NOT_FOUND);

	/** The same answer would be too large again. */
	private static final Set<Reason> TOO_LARGE = EnumSet.of(Reason.REQUEST_TOO_LARGE, Reason.MESSAGE_TOO_LARGE,
			Reason.RESPONSE_TOO_LARGE);

	/** Every member would say the same, so moving to another one helps nobody. */
	private static final Set<Reason> SAME_EVERYWHERE = EnumSet.of(Reason.LEADER_CHANGED,
			Reason.TIMED_OUT_LEADER_FAILURE, Reason.UNHEALTHY_CLUSTER);

	private static final Set<Reason> MEMBER_TIMED_OUT = EnumSet.of(Reason.REQUEST_TIMED_OUT,
			Reason.TIMED_OUT_CONNECTION_LOST, Reason.REQUEST_DEADLINE_EXCEEDED);

	/** What gRPC says of a broken connection, with the innards of its channel. */
	private static final Pattern TRANSPORT_FAILURE = Pattern.compile("(io|ssl|http2) exception");

	private FailureRules() {
	}

	/**
	 * Name what went wrong.
	 * @param status how gRPC ended the attempt
	 * @param unsent whether the attempt provably reached no connection
	 * @return the reason
	 */
	static Reason reason(Status status, boolean unsent) {
		Reason reason = Reason.ofMessage(status.getDescription());
		if (reason != Reason.OTHER) {
			return reason;
		}
		return switch (status.getCode()) {
			case UNAVAILABLE -> unsent ? Reason.UNREACHABLE : Reason.CONNECTION_LOST;
			case UNIMPLEMENTED -> Reason.UNIMPLEMENTED;
			case PERMISSION_DENIED -> Reason.PERMISSION_DENIED;
			default -> Reason.OTHER;
		};
	}

	/**
	 * Decide whether to send a call again.
	 * @param rpc the call
	 * @param status how gRPC ended its attempt
	 * @param reason what went wrong
	 * @param unsent whether the attempt provably reached no connection
	 * @param retryReads whether reads are repeated
	 * @param endpoints how many endpoints there are
	 * @return what to do
	 */
	static Step step(Rpc<?, ?> rpc, Status status, Reason reason, boolean unsent, boolean retryReads, int endpoints) {
		if (unsent) {
			return (status.getCode() == Status.Code.UNAVAILABLE) ? Step.RESEND : Step.FAIL;
		}
		if (reason.isTokenRefused()) {
			return rpc.authenticated() ? Step.REFRESH_TOKEN : Step.FAIL;
		}
		if (isRefused(rpc, reason)) {
			boolean nowhereElse = reason == Reason.NOT_SUPPORTED_FOR_LEARNER && endpoints < 2;
			// Who has too much to do is not asked again soon.
			boolean soon = reason != Reason.TOO_MANY_REQUESTS;
			return nowhereElse ? Step.FAIL : soon ? Step.RESEND : Step.RESEND_LATER;
		}
		if (rpc.repeatable() && retryReads && !HOPELESS.contains(reason)
				&& (status.getCode() == Status.Code.UNAVAILABLE || SERVER_GAVE_UP.contains(reason))) {
			return Step.RESEND;
		}
		return Step.FAIL;
	}

	private static boolean isRefused(Rpc<?, ?> rpc, Reason reason) {
		return REFUSED.contains(reason) && (reason != Reason.NO_LEADER || rpc.requiresLeader());
	}

	/**
	 * Whether another token is worth a try. Tokens that are never valid are a fault; but
	 * users and roles may be changed again and again, each time before a new token is
	 * used for the first time.
	 * @param refusal why a token was refused
	 * @param refreshes how many new tokens in a row were tried
	 * @return whether to try one more
	 */
	static boolean mayRefreshToken(Reason refusal, int refreshes) {
		return refusal == Reason.AUTH_OLD_REVISION || refreshes < TOKEN_REFRESHES;
	}

	/**
	 * Decide what to do about a stream that ended or could not be opened.
	 * @param status how gRPC ended it
	 * @param reason what went wrong
	 * @param endpoints how many endpoints there are
	 * @return what to do
	 */
	static StreamStep streamStep(Status status, Reason reason, int endpoints) {
		if (reason.isTokenRefused()) {
			return StreamStep.REFRESH_TOKEN;
		}
		if (reason == Reason.NO_LEADER) {
			return StreamStep.AWAIT_LEADER;
		}
		if (reason == Reason.NOT_SUPPORTED_FOR_LEARNER) {
			return (endpoints > 1) ? StreamStep.RESUME : StreamStep.END;
		}
		boolean hopeless = HOPELESS.contains(reason) || TOO_LARGE.contains(reason)
				|| isPermanent(StatusCode.of(status.getCode().value()));
		return hopeless ? StreamStep.END : StreamStep.RESUME;
	}

	/**
	 * Whether asking again would be answered the same way.
	 * @param status how a stream ended
	 * @return whether it is no failure of the moment
	 */
	static boolean isPermanent(StatusCode status) {
		return switch (status) {
			case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, OUT_OF_RANGE,
					UNIMPLEMENTED, UNAUTHENTICATED ->
				true;
			default -> false;
		};
	}

	/**
	 * Say what is known about the effect of a call whose last attempt failed.
	 * @param rpc the call
	 * @param status how gRPC ended the attempt
	 * @param reason what went wrong
	 * @param unsent whether the attempt provably reached no connection
	 * @return the outcome
	 */
	static Outcome outcome(Rpc<?, ?> rpc, Status status, Reason reason, boolean unsent) {
		if (!rpc.changes() || unsent) {
			return Outcome.NOT_APPLIED;
		}
		if (rpc.waits() && !BEFORE_WAITING.contains(reason)) {
			// Such as a token that expired while the call waited.
			return Outcome.UNKNOWN;
		}
		if (reason == Reason.NO_LEADER) {
			return rpc.requiresLeader() ? Outcome.NOT_APPLIED : Outcome.UNKNOWN;
		}
		if (SERVER_GAVE_UP.contains(reason) || INDEFINITE.contains(reason)) {
			return Outcome.UNKNOWN;
		}
		if (reason == Reason.MESSAGE_TOO_LARGE) {
			// A server that could not send its answer has applied the request.
			String text = status.getDescription();
			return (text != null && text.contains("trying to send")) ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
		}
		if (reason != Reason.OTHER) {
			return Outcome.NOT_APPLIED;
		}
		return switch (status.getCode()) {
			case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE, UNAUTHENTICATED ->
				Outcome.NOT_APPLIED;
			default -> Outcome.UNKNOWN;
		};
	}

	/**
	 * Whether another endpoint would probably do better.
	 * @param status how gRPC ended the attempt
	 * @param reason what went wrong
	 * @return whether to move away from the endpoint
	 */
	static boolean blamesEndpoint(Status status, Reason reason) {
		if (SAME_EVERYWHERE.contains(reason)) {
			return false;
		}
		return status.getCode() == Status.Code.UNAVAILABLE || reason == Reason.NO_LEADER
				|| reason == Reason.NOT_SUPPORTED_FOR_LEARNER || MEMBER_TIMED_OUT.contains(reason);
	}

	/**
	 * Put a status in words: its description, and the innermost cause, which is where
	 * gRPC keeps what the operating system or TLS said.
	 * @param status the status
	 * @return the words
	 */
	static String describe(Status status) {
		String description = status.getDescription();
		Throwable root = rootCause(status.getCause());
		String cause = (root != null) ? root.getMessage() : null;
		if (description == null || (cause != null && TRANSPORT_FAILURE.matcher(description).lookingAt())) {
			return (cause != null) ? ConnectFailure.explainAlert(cause) : "no details";
		}
		return (cause == null || description.contains(cause)) ? description : description + ": " + cause;
	}

	private static @Nullable Throwable rootCause(@Nullable Throwable cause) {
		Throwable root = cause;
		while (root != null && root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return root;
	}

	/**
	 * What to do about a failed attempt.
	 */
	enum Step {

		/** Give up. */
		FAIL,

		/** Send again, a majority of the endpoints at once, then with short pauses. */
		RESEND,

		/** Send again, with pauses that grow to seconds. */
		RESEND_LATER,

		/** Get a new token, then send again. */
		REFRESH_TOKEN

	}

	/**
	 * What to do about a stream.
	 */
	enum StreamStep {

		/** Give up. */
		END,

		/** Open it again, which counts as an attempt. */
		RESUME,

		/** Open it again elsewhere, however long it takes until there is a leader. */
		AWAIT_LEADER,

		/** Get a new token, then open it again. */
		REFRESH_TOKEN

	}

}
