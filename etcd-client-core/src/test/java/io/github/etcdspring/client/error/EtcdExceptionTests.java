/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.OptionalLong;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EtcdExceptionTests {

	private static final String ENDPOINT = "http://127.0.0.1:2379";

	@Test
	void messageOfAWriteNamesOperationEndpointAttemptsOutcomeAndCause() {
		EtcdException exception = Failure
			.ofWrite("put", StatusCode.UNAVAILABLE, Reason.REQUEST_TIMED_OUT, Outcome.UNKNOWN)
			.withEndpoint(ENDPOINT)
			.withAttempts(3)
			.withDetail("etcdserver: request timed out")
			.toException();
		assertThat(exception).hasMessage("put failed on http://127.0.0.1:2379 after 3 attempts "
				+ "(UNAVAILABLE, outcome UNKNOWN): etcdserver: request timed out");
	}

	@Test
	void messageOfAReadHasNoOutcome() {
		EtcdException exception = Failure.ofRead("get", StatusCode.OUT_OF_RANGE, Reason.COMPACTED)
			.withEndpoint(ENDPOINT)
			.toException();
		assertThat(exception).hasMessage("get failed on http://127.0.0.1:2379 after 1 attempt (OUT_OF_RANGE): "
				+ "etcdserver: mvcc: required revision has been compacted");
	}

	@Test
	void messageOfACallThatWasNeverSentHasNoEndpoint() {
		EtcdException exception = Failure
			.ofWrite("put", StatusCode.UNAVAILABLE, Reason.UNREACHABLE, Outcome.NOT_APPLIED)
			.withAttempts(0)
			.withDetail(" ")
			.toException();
		assertThat(exception)
			.hasMessage("put failed after 0 attempts (UNAVAILABLE, outcome NOT_APPLIED): reason UNREACHABLE");
	}

	@Test
	void messageIsOneLineOfLimitedLength() {
		EtcdException exception = Failure.ofRead("get", StatusCode.UNKNOWN, Reason.OTHER)
			.withDetail("HTTP status 502\r\n2026-01-01 INFO forged" + "x".repeat(5_000))
			.toException();
		assertThat(exception.getMessage()).contains("HTTP status 502  2026-01-01 INFO forged")
			.hasSizeLessThan(2_100)
			.endsWith("xxx...");
	}

	@Test
	void exceptionCarriesTheFacts() {
		IOException cause = new IOException("reset");
		EtcdException exception = Failure
			.ofWrite("txn", StatusCode.UNAVAILABLE, Reason.CONNECTION_LOST, Outcome.UNKNOWN)
			.withEndpoint(ENDPOINT)
			.withAttempts(2)
			.withCause(cause)
			.toException();
		assertThat(exception).isExactlyInstanceOf(EtcdException.class).hasCause(cause);
		assertThat(exception.operation()).isEqualTo("txn");
		assertThat(exception.status()).isEqualTo(StatusCode.UNAVAILABLE);
		assertThat(exception.reason()).isEqualTo(Reason.CONNECTION_LOST);
		assertThat(exception.outcome()).isEqualTo(Outcome.UNKNOWN);
		assertThat(exception.endpoint()).isEqualTo(ENDPOINT);
		assertThat(exception.attempts()).isEqualTo(2);
	}

	@Test
	void everyChangedCopyKeepsTheOtherFacts() {
		IOException cause = new IOException("reset");
		Failure failure = Failure.ofWrite("put", StatusCode.ABORTED, Reason.COMPACTED, Outcome.UNKNOWN)
			.withCause(cause)
			.withCompactedRevision(7)
			.withDetail("detail")
			.withAttempts(4)
			.withEndpoint(ENDPOINT);
		Failure expected = new Failure("put", true, StatusCode.ABORTED, Reason.COMPACTED, Outcome.UNKNOWN, ENDPOINT, 4,
				"detail", OptionalLong.of(7), cause);
		assertThat(failure).isEqualTo(expected);
		assertThat(failure.withDetail("detail").withCause(cause).withCompactedRevision(7)).isEqualTo(expected);
	}

	@Test
	void readIsNeverUnknown() {
		assertThat(Failure.ofRead("get", StatusCode.UNAVAILABLE, Reason.CONNECTION_LOST).toException().outcome())
			.isEqualTo(Outcome.NOT_APPLIED);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Failure("get", false, StatusCode.UNAVAILABLE, Reason.CONNECTION_LOST, Outcome.UNKNOWN,
					null, 1, null, OptionalLong.empty(), null))
			.withMessageContaining("outcome")
			.withMessageContaining("NOT_APPLIED");
	}

	@Test
	void factsThatCanNotBeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Failure.ofRead(" ", StatusCode.UNKNOWN, Reason.OTHER))
			.withMessageStartingWith("operation");
		assertThatIllegalArgumentException().isThrownBy(() -> Failure.ofRead("get", StatusCode.OK, Reason.OTHER))
			.withMessageStartingWith("status");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Failure.ofRead("get", StatusCode.UNKNOWN, Reason.OTHER).withAttempts(-1))
			.withMessageContaining("attempts must not be -1");
	}

	@Test
	void compactedTellsTheRevisionIfItIsKnown() {
		Failure failure = Failure.ofRead("watch", StatusCode.OUT_OF_RANGE, Reason.COMPACTED);
		assertThat(failure.withCompactedRevision(42).toException())
			.asInstanceOf(InstanceOfAssertFactories.type(CompactedException.class))
			.extracting(CompactedException::compactedRevision)
			.isEqualTo(OptionalLong.of(42));
		assertThat(failure.withCompactedRevision(0).toException())
			.asInstanceOf(InstanceOfAssertFactories.type(CompactedException.class))
			.extracting(CompactedException::compactedRevision)
			.isEqualTo(OptionalLong.empty());
	}

	@ParameterizedTest
	@CsvSource({ "TIMEOUT,DEADLINE_EXCEEDED,EtcdTimeoutException", "CLOSED,UNAVAILABLE,ClientClosedException",
			"MESSAGE_TOO_LARGE,RESOURCE_EXHAUSTED,TooLargeException",
			"RESPONSE_TOO_LARGE,RESOURCE_EXHAUSTED,TooLargeException", "UNREACHABLE,UNAVAILABLE,EtcdException",
			"CONNECTION_LOST,UNAVAILABLE,EtcdException", "CANCELLED,CANCELLED,EtcdException",
			"INTERRUPTED,CANCELLED,EtcdException", "UNIMPLEMENTED,UNIMPLEMENTED,EtcdException",
			"OTHER,PERMISSION_DENIED,PermissionDeniedException", "OTHER,UNAUTHENTICATED,AuthenticationException",
			"OTHER,DEADLINE_EXCEEDED,EtcdTimeoutException", "OTHER,UNKNOWN,EtcdException" })
	void typeOfAReasonWithoutATextOfEtcds(Reason reason, StatusCode status, String expected) {
		EtcdException exception = Failure.ofRead("get", status, reason).toException();
		assertThat(exception.getClass().getSimpleName()).isEqualTo(expected);
	}

	@ParameterizedTest
	@EnumSource(names = { "UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED", "DEADLINE_EXCEEDED" })
	void fourCodesAreRetryable(StatusCode status) {
		assertThat(retryable("put", status, Reason.OTHER)).isTrue();
		assertThat(retryable("get", status, Reason.TOO_MANY_REQUESTS)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE,
			names = { "OK", "UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED", "DEADLINE_EXCEEDED" })
	void otherCodesAreRetryableForTooManyRequestsOnly(StatusCode status) {
		assertThat(retryable("put", status, Reason.OTHER)).isFalse();
		assertThat(retryable("put", status, Reason.TOO_MANY_REQUESTS)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(names = { "NO_SPACE", "REQUEST_TOO_LARGE", "MESSAGE_TOO_LARGE", "RESPONSE_TOO_LARGE", "CLOSED" })
	void fullStoreWrongSizeAndClosedClientAreNeverRetryable(Reason reason) {
		for (StatusCode status : new StatusCode[] { StatusCode.UNAVAILABLE, StatusCode.RESOURCE_EXHAUSTED }) {
			assertThat(retryable("put", status, reason)).isFalse();
		}
	}

	@ParameterizedTest
	@CsvSource({ "lock,false", "campaign,false", "unlock,true", "resign,true", "proclaim,true" })
	void lockAndCampaignAreNeverRetryable(String operation, boolean expected) {
		assertThat(retryable(operation, StatusCode.UNAVAILABLE, Reason.CONNECTION_LOST)).isEqualTo(expected);
		assertThat(retryable(operation, StatusCode.UNKNOWN, Reason.TOO_MANY_REQUESTS)).isEqualTo(expected);
	}

	@Test
	void exceptionSurvivesSerialization() throws Exception {
		CompactedException exception = (CompactedException) Failure
			.ofRead("watch", StatusCode.OUT_OF_RANGE, Reason.COMPACTED)
			.withEndpoint(ENDPOINT)
			.withCompactedRevision(42)
			.toException();
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream target = new ObjectOutputStream(bytes)) {
			target.writeObject(exception);
		}
		try (ObjectInputStream source = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			CompactedException copy = (CompactedException) source.readObject();
			assertThat(copy).hasMessage(exception.getMessage());
			assertThat(copy.compactedRevision()).hasValue(42);
			assertThat(copy.reason()).isEqualTo(Reason.COMPACTED);
			assertThat(copy.endpoint()).isEqualTo(ENDPOINT);
		}
	}

	@Test
	void statusCodesHaveTheNumbersOfGrpc() {
		for (StatusCode code : StatusCode.values()) {
			assertThat(StatusCode.of(code.number())).isEqualTo(code);
		}
		assertThat(StatusCode.values()).hasSize(17);
		assertThat(StatusCode.of(0)).isEqualTo(StatusCode.OK);
		assertThat(StatusCode.of(4)).isEqualTo(StatusCode.DEADLINE_EXCEEDED);
		assertThat(StatusCode.of(14)).isEqualTo(StatusCode.UNAVAILABLE);
		assertThat(StatusCode.of(16)).isEqualTo(StatusCode.UNAUTHENTICATED);
		assertThat(StatusCode.of(-1)).isEqualTo(StatusCode.UNKNOWN);
		assertThat(StatusCode.of(17)).isEqualTo(StatusCode.UNKNOWN);
	}

	private static boolean retryable(String operation, StatusCode status, Reason reason) {
		return Failure.ofWrite(operation, status, reason, Outcome.UNKNOWN).toException().isRetryable();
	}

}
