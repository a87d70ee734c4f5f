/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.error.ErrorCatalogue;
import io.github.etcdspring.client.error.ErrorCatalogue.Effect;
import io.github.etcdspring.client.error.ErrorCatalogue.Retry;
import io.github.etcdspring.client.error.ErrorCatalogue.Row;
import io.github.etcdspring.client.error.Outcome;
import io.github.etcdspring.client.error.Reason;
import io.github.etcdspring.client.error.StatusCode;
import io.github.etcdspring.client.transport.FailureRules.Step;
import io.github.etcdspring.client.transport.FailureRules.StreamStep;

import static org.assertj.core.api.Assertions.assertThat;

class FailureRulesTests {

	private static final MethodDescriptor<Encoded, String> METHOD = Wire.unary("etcdserverpb.KV/Any",
			(reader) -> "never read");

	private static final Encoded EMPTY = new Encoded(new byte[0], 0, Bytes.EMPTY);

	private static final int MEMBERS = 3;

	/** The refusals after which a write may be sent again, and there are no others. */
	private static final Set<Reason> CLOSED_LIST = EnumSet.of(Reason.NO_LEADER, Reason.TOO_MANY_REQUESTS,
			Reason.NOT_SUPPORTED_FOR_LEARNER, Reason.INVALID_AUTH_TOKEN, Reason.AUTH_OLD_REVISION,
			Reason.USER_NAME_EMPTY);

	private final Rpc<?, ?> write = rpc(false, true, true);

	private final Rpc<?, ?> read = rpc(true, true, true);

	static List<Answer> answers() {
		List<Answer> answers = new ArrayList<>();
		for (Row row : ErrorCatalogue.rows()) {
			row.codes().forEach((code) -> answers.add(new Answer(row, code)));
		}
		return answers;
	}

	@Test
	void channelThatClosesUnderACallIsALostConnection() {
		Status closed = Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException());
		assertThat(Attempt.meaning(closed).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(Attempt.meaning(Status.UNKNOWN.withDescription("channel closed")).getCode())
			.isEqualTo(Status.Code.UNKNOWN);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void reasonIsFoundByTheText(Answer answer) {
		assertThat(FailureRules.reason(answer.status(), false)).isEqualTo(answer.row().reason());
	}

	@ParameterizedTest
	@MethodSource("answers")
	void outcomeOfAWrite(Answer answer) {
		if (answer.row().effect() == Effect.NO_WRITE) {
			return;
		}
		assertThat(outcome(this.write, answer, false))
			.isEqualTo((answer.row().effect() == Effect.UNKNOWN) ? Outcome.UNKNOWN : Outcome.NOT_APPLIED);
		assertThat(outcome(rpc(false, false, true), answer, false))
			.isEqualTo((answer.row().effect() == Effect.NOT_APPLIED) ? Outcome.NOT_APPLIED : Outcome.UNKNOWN);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void readHasNoEffectAndWhatWasNotSentHasNoneEither(Answer answer) {
		assertThat(outcome(this.read, answer, false)).isEqualTo(Outcome.NOT_APPLIED);
		assertThat(outcome(this.write, answer, true)).isEqualTo(Outcome.NOT_APPLIED);
	}

	private static Step afterRefusal(Answer answer) {
		return (answer.row().reason() == Reason.TOO_MANY_REQUESTS) ? Step.RESEND_LATER : Step.RESEND;
	}

	@ParameterizedTest
	@MethodSource("answers")
	void stepAfterAWrite(Answer answer) {
		Step expected = switch (answer.row().retry()) {
			case NEVER, READ -> Step.FAIL;
			case AFTER_NEW_TOKEN -> Step.REFRESH_TOKEN;
			case ALWAYS -> afterRefusal(answer);
		};
		assertThat(step(this.write, answer, true)).isEqualTo(expected);
		assertThat(step(this.write, answer, false)).as("without repeated reads").isEqualTo(expected);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void stepAfterARead(Answer answer) {
		Step expected = switch (answer.row().retry()) {
			case NEVER -> Step.FAIL;
			case READ -> Step.RESEND;
			case AFTER_NEW_TOKEN -> Step.REFRESH_TOKEN;
			case ALWAYS -> afterRefusal(answer);
		};
		assertThat(step(this.read, answer, true)).isEqualTo(expected);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void stepAfterAReadIfReadsAreNotRepeated(Answer answer) {
		Step expected = switch (answer.row().retry()) {
			case NEVER, READ -> Step.FAIL;
			case AFTER_NEW_TOKEN -> Step.REFRESH_TOKEN;
			case ALWAYS -> afterRefusal(answer);
		};
		assertThat(step(this.read, answer, false)).isEqualTo(expected);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void writeThatDidNotAskForALeaderIsNotSentAgainForNone(Answer answer) {
		Step withLeader = step(this.write, answer, true);
		assertThat(step(rpc(false, false, true), answer, true))
			.isEqualTo((answer.row().reason() == Reason.NO_LEADER) ? Step.FAIL : withLeader);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void callWithoutTokenFetchesNone(Answer answer) {
		Step authenticated = step(this.write, answer, true);
		assertThat(step(rpc(false, true, false), answer, true))
			.isEqualTo((answer.row().retry() == Retry.AFTER_NEW_TOKEN) ? Step.FAIL : authenticated);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void whatIsProvablyUnsentIsSentAgainWhateverItIs(Answer answer) {
		Step expected = (answer.code() == StatusCode.UNAVAILABLE) ? Step.RESEND : Step.FAIL;
		for (Rpc<?, ?> rpc : List.of(this.write, this.read)) {
			assertThat(FailureRules.step(rpc, answer.status(), answer.row().reason(), true, false, MEMBERS))
				.isEqualTo(expected);
		}
	}

	@Test
	void listOfRefusalsAfterWhichAWriteIsSentAgainIsClosed() {
		Set<Reason> resent = EnumSet.noneOf(Reason.class);
		for (Reason reason : Reason.values()) {
			for (Status.Code code : Status.Code.values()) {
				if (code != Status.Code.OK
						&& FailureRules.step(this.write, code.toStatus(), reason, false, true, MEMBERS) != Step.FAIL) {
					resent.add(reason);
				}
			}
		}
		assertThat(resent).isEqualTo(CLOSED_LIST);
	}

	@ParameterizedTest
	@EnumSource(Reason.class)
	void whatIsSentAgainIsNotApplied(Reason reason) {
		for (Status.Code code : Status.Code.values()) {
			Status status = code.toStatus();
			if (code != Status.Code.OK
					&& FailureRules.step(this.write, status, reason, false, true, MEMBERS) != Step.FAIL) {
				assertThat(FailureRules.outcome(this.write, status, reason, false)).isEqualTo(Outcome.NOT_APPLIED);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(value = Status.Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
	void unknownTextGoesByItsCodeAndAWriteIsNeverSentAgain(Status.Code code) {
		Status status = code.toStatus().withDescription("etcdserver: something that a later version says");
		Reason reason = FailureRules.reason(status, false);
		assertThat(FailureRules.step(this.write, status, reason, false, true, MEMBERS)).isEqualTo(Step.FAIL);
		Outcome expected = switch (code) {
			case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE, UNAUTHENTICATED,
					PERMISSION_DENIED, UNIMPLEMENTED ->
				Outcome.NOT_APPLIED;
			default -> Outcome.UNKNOWN;
		};
		assertThat(FailureRules.outcome(this.write, status, reason, false)).isEqualTo(expected);
		assertThat(FailureRules.step(this.read, status, reason, false, true, MEMBERS))
			.isEqualTo((code == Status.Code.UNAVAILABLE) ? Step.RESEND : Step.FAIL);
	}

	@ParameterizedTest
	@MethodSource("answers")
	void stepAfterAStream(Answer answer) {
		Reason reason = answer.row().reason();
		StreamStep expected = switch (reason) {
			case INVALID_AUTH_TOKEN, AUTH_OLD_REVISION, USER_NAME_EMPTY -> StreamStep.REFRESH_TOKEN;
			case NO_LEADER -> StreamStep.AWAIT_LEADER;
			case NOT_SUPPORTED_FOR_LEARNER -> StreamStep.RESUME;
			case NOT_CAPABLE, CLUSTER_VERSION_NOT_FOUND, REQUEST_TOO_LARGE, MESSAGE_TOO_LARGE, RESPONSE_TOO_LARGE ->
				StreamStep.END;
			default -> FailureRules.isPermanent(answer.code()) ? StreamStep.END : StreamStep.RESUME;
		};
		assertThat(FailureRules.streamStep(answer.status(), reason, MEMBERS)).isEqualTo(expected);
	}

	@ParameterizedTest
	@EnumSource(Status.Code.class)
	void streamWithAnUnknownTextGoesByItsCode(Status.Code code) {
		StreamStep expected = switch (code) {
			case OK, UNAVAILABLE, UNKNOWN, INTERNAL, CANCELLED, ABORTED, DATA_LOSS, RESOURCE_EXHAUSTED,
					DEADLINE_EXCEEDED ->
				StreamStep.RESUME;
			default -> StreamStep.END;
		};
		assertThat(FailureRules.streamStep(code.toStatus(), Reason.OTHER, MEMBERS)).isEqualTo(expected);
	}

	@Test
	void streamIsNotOpenedAgainOnALearnerWhenItIsTheOnlyEndpoint() {
		assertThat(FailureRules.streamStep(Status.UNAVAILABLE, Reason.NOT_SUPPORTED_FOR_LEARNER, 1))
			.isEqualTo(StreamStep.END);
		assertThat(FailureRules.streamStep(Status.FAILED_PRECONDITION, Reason.NOT_SUPPORTED_FOR_LEARNER, 2))
			.isEqualTo(StreamStep.RESUME);
	}

	@Test
	void reasonWithoutATextComesFromTheCode() {
		assertThat(FailureRules.reason(Status.UNAVAILABLE, true)).isEqualTo(Reason.UNREACHABLE);
		assertThat(FailureRules.reason(Status.UNAVAILABLE, false)).isEqualTo(Reason.CONNECTION_LOST);
		assertThat(FailureRules.reason(Status.UNIMPLEMENTED, false)).isEqualTo(Reason.UNIMPLEMENTED);
		assertThat(FailureRules.reason(Status.PERMISSION_DENIED, false)).isEqualTo(Reason.PERMISSION_DENIED);
		assertThat(FailureRules.reason(Status.INTERNAL, false)).isEqualTo(Reason.OTHER);
		assertThat(FailureRules.reason(Status.DEADLINE_EXCEEDED, false)).isEqualTo(Reason.OTHER);
	}

	@Test
	void learnerIsNotAskedAgainWhenItIsTheOnlyEndpoint() {
		for (Status.Code code : List.of(Status.Code.FAILED_PRECONDITION, Status.Code.UNAVAILABLE)) {
			for (Rpc<?, ?> rpc : List.of(this.write, this.read)) {
				assertThat(FailureRules.step(rpc, code.toStatus(), Reason.NOT_SUPPORTED_FOR_LEARNER, false, true, 1))
					.isEqualTo(Step.FAIL);
				assertThat(FailureRules.step(rpc, code.toStatus(), Reason.NOT_SUPPORTED_FOR_LEARNER, false, true, 2))
					.isNotEqualTo(Step.FAIL);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("answers")
	void endpointIsBlamedOnlyForWhatAnotherOneMayDoBetter(Answer answer) {
		Set<Reason> blamed = EnumSet.of(Reason.NO_LEADER, Reason.NOT_SUPPORTED_FOR_LEARNER, Reason.SERVER_STOPPED,
				Reason.REQUEST_TIMED_OUT, Reason.TIMED_OUT_CONNECTION_LOST, Reason.TIMED_OUT_APPLIED_INDEX,
				Reason.REQUEST_DEADLINE_EXCEEDED);
		// Old servers send these with a code that says "ask somebody else".
		boolean byCode = answer.code() == StatusCode.UNAVAILABLE
				&& EnumSet.of(Reason.NOT_CAPABLE, Reason.CLUSTER_VERSION_NOT_FOUND).contains(answer.row().reason());
		assertThat(FailureRules.blamesEndpoint(answer.status(), answer.row().reason()))
			.isEqualTo(blamed.contains(answer.row().reason()) || byCode);
	}

	@Test
	void brokenConnectionIsBlamed() {
		assertThat(FailureRules.blamesEndpoint(Status.UNAVAILABLE, Reason.CONNECTION_LOST)).isTrue();
		assertThat(FailureRules.blamesEndpoint(Status.INTERNAL, Reason.OTHER)).isFalse();
	}

	@Test
	void wordsForAStatusNameTheInnermostCause() {
		IOException wrapped = new IOException("io exception", new ConnectException("Connection refused: /127.0.0.1:1"));
		assertThat(FailureRules.describe(Status.UNAVAILABLE.withDescription("io exception").withCause(wrapped)))
			.isEqualTo("Connection refused: /127.0.0.1:1");
		assertThat(FailureRules.describe(Status.UNKNOWN.withDescription("said").withCause(wrapped)))
			.isEqualTo("said: Connection refused: /127.0.0.1:1");
		assertThat(FailureRules.describe(Status.UNAVAILABLE.withDescription("io exception"))).isEqualTo("io exception");
		assertThat(FailureRules.describe(Status.UNAVAILABLE.withCause(wrapped)))
			.isEqualTo("Connection refused: /127.0.0.1:1");
		assertThat(FailureRules.describe(Status.UNAVAILABLE.withDescription("etcdserver: no leader")))
			.isEqualTo("etcdserver: no leader");
		assertThat(FailureRules.describe(Status.UNAVAILABLE.withDescription("said").withCause(new IOException())))
			.isEqualTo("said");
		assertThat(FailureRules.describe(Status.UNAVAILABLE)).isEqualTo("no details");
	}

	@Test
	void catalogueHasARowForEachKindOfRetry() {
		assertThat(answers().stream().map((answer) -> answer.row().retry())).contains(Retry.values());
	}

	@Test
	void callThatWaitsIsNotAppliedOnlyIfItNeverBeganToWait() {
		Rpc<?, ?> lock = Rpc.waiting("lock", METHOD, EMPTY);
		for (Reason reason : List.of(Reason.INVALID_AUTH_TOKEN, Reason.PERMISSION_DENIED, Reason.COMPACTED,
				Reason.SESSION_EXPIRED, Reason.WATCHER_LOST, Reason.REQUEST_TIMED_OUT, Reason.CONNECTION_LOST)) {
			Status status = Status.UNKNOWN.withDescription(reason.text());
			assertThat(FailureRules.outcome(lock, status, reason, false)).as(reason.name()).isEqualTo(Outcome.UNKNOWN);
			assertThat(FailureRules.outcome(lock, status, reason, true)).as(reason.name())
				.isEqualTo(Outcome.NOT_APPLIED);
		}
		for (Reason reason : List.of(Reason.NO_LEADER, Reason.LEASE_NOT_FOUND, Reason.KEY_NOT_PROVIDED,
				Reason.NOT_SUPPORTED_FOR_LEARNER, Reason.TOO_MANY_REQUESTS, Reason.UNIMPLEMENTED)) {
			Status status = Status.UNKNOWN.withDescription(reason.text());
			assertThat(FailureRules.outcome(lock, status, reason, false)).as(reason.name())
				.isEqualTo(Outcome.NOT_APPLIED);
		}
	}

	private static Outcome outcome(Rpc<?, ?> rpc, Answer answer, boolean unsent) {
		return FailureRules.outcome(rpc, answer.status(), answer.row().reason(), unsent);
	}

	private static Step step(Rpc<?, ?> rpc, Answer answer, boolean retryReads) {
		return FailureRules.step(rpc, answer.status(), answer.row().reason(), false, retryReads, MEMBERS);
	}

	private static Rpc<?, ?> rpc(boolean repeatable, boolean requiresLeader, boolean authenticated) {
		return new Rpc<>("any", METHOD, EMPTY, 0, repeatable, requiresLeader, authenticated, null);
	}

	record Answer(Row row, StatusCode code) {

		Status status() {
			return Status.fromCodeValue(this.code.number()).withDescription(this.row.text());
		}

		@Override
		public String toString() {
			return this.code + " " + this.row.text();
		}

	}

}
