/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.error;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.etcdspring.client.error.ErrorCatalogue.Retry;
import io.github.etcdspring.client.error.ErrorCatalogue.Row;

import static org.assertj.core.api.Assertions.assertThat;

class ErrorCatalogueTests {

	private static final Set<StatusCode> RETRYABLE = EnumSet.of(StatusCode.UNAVAILABLE, StatusCode.RESOURCE_EXHAUSTED,
			StatusCode.ABORTED, StatusCode.DEADLINE_EXCEEDED);

	private static final Set<Reason> NEVER_RETRYABLE = EnumSet.of(Reason.NO_SPACE, Reason.REQUEST_TOO_LARGE,
			Reason.MESSAGE_TOO_LARGE, Reason.RESPONSE_TOO_LARGE);

	/** Which have no text of etcd's: this client or the layer below finds them. */
	private static final Set<Reason> WITHOUT_TEXT = EnumSet.of(Reason.TIMEOUT, Reason.SESSION_LOST, Reason.UNREACHABLE,
			Reason.CONNECTION_LOST, Reason.MESSAGE_TOO_LARGE, Reason.RESPONSE_TOO_LARGE, Reason.CANCELLED,
			Reason.INTERRUPTED, Reason.CLOSED, Reason.UNIMPLEMENTED, Reason.OTHER);

	static List<Row> rows() {
		return ErrorCatalogue.rows();
	}

	@Test
	void everyReasonWithATextIsInTheTableOnce() {
		List<Reason> primary = rows().stream().filter(Row::isPrimary).map(Row::reason).toList();
		List<Reason> withText = Arrays.stream(Reason.values()).filter((reason) -> reason.text() != null).toList();
		assertThat(primary).containsExactlyInAnyOrderElementsOf(withText);
	}

	@Test
	void everyOtherTextOfAReasonIsInTheTable() {
		List<String> listed = rows().stream().map(Row::text).toList();
		assertThat(listed).doesNotHaveDuplicates();
		assertThat(listed).containsAll(Messages.OTHER_TEXTS.keySet());
	}

	@Test
	void onlyWhatEtcdNeverSaysHasNoText() {
		assertThat(Reason.values()).filteredOn((reason) -> reason.text() == null)
			.containsExactlyInAnyOrderElementsOf(WITHOUT_TEXT);
	}

	@ParameterizedTest
	@MethodSource("rows")
	void textGivesTheReason(Row row) {
		assertThat(Reason.ofMessage(row.text())).isEqualTo(row.reason());
	}

	@ParameterizedTest
	@MethodSource("rows")
	void statusPrintedByGoGivesTheReason(Row row) {
		String printed = "rpc error: code = InvalidArgument desc = " + row.text();
		assertThat(Reason.ofMessage(printed)).isEqualTo(row.reason());
		assertThat(Reason.ofMessage("rpc error: code = Unknown desc = " + printed)).isEqualTo(row.reason());
	}

	@ParameterizedTest
	@MethodSource("rows")
	void reasonGivesTheTypeWhateverTheCode(Row row) {
		for (StatusCode code : StatusCode.values()) {
			if (code != StatusCode.OK) {
				EtcdException exception = Failure.ofRead("get", code, row.reason()).toException();
				assertThat(exception.getClass().getSimpleName()).isEqualTo(row.type());
				assertThat(exception.reason()).isEqualTo(row.reason());
				assertThat(exception.status()).isEqualTo(code);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("rows")
	void isRetryableFollowsTheCodeExceptForTooManyRequestsAndSizes(Row row) {
		for (StatusCode code : row.codes()) {
			boolean expected = !NEVER_RETRYABLE.contains(row.reason())
					&& (RETRYABLE.contains(code) || row.reason() == Reason.TOO_MANY_REQUESTS);
			assertThat(retryable("put", code, row.reason())).as("%s", code).isEqualTo(expected);
			assertThat(retryable("lock", code, row.reason())).as("lock, %s", code).isFalse();
			assertThat(retryable("campaign", code, row.reason())).as("campaign, %s", code).isFalse();
		}
	}

	@Test
	void writesAreSentAgainOnlyAfterTheSixRefusals() {
		assertThat(rows()).filteredOn((row) -> row.retry() == Retry.ALWAYS || row.retry() == Retry.AFTER_NEW_TOKEN)
			.extracting(Row::reason)
			.containsExactlyInAnyOrder(Reason.NO_LEADER, Reason.INVALID_AUTH_TOKEN, Reason.AUTH_OLD_REVISION,
					Reason.USER_NAME_EMPTY, Reason.NOT_SUPPORTED_FOR_LEARNER, Reason.TOO_MANY_REQUESTS);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "etcdserver: ", "etcdserver: something new", "something new",
			"rpc error: code = Unavailable", "rpc error: code = ", "rpc error: code = Unknown desc = ",
			"rpc error: code = Unknown desc = something new" })
	void unknownTextIsOther(String text) {
		assertThat(Reason.ofMessage(text)).isEqualTo(Reason.OTHER);
	}

	@ParameterizedTest
	@MethodSource("rows")
	void similarTextIsOther(Row row) {
		assertThat(Reason.ofMessage("x" + row.text())).isEqualTo(Reason.OTHER);
		assertThat(Reason.ofMessage(row.text().toUpperCase(Locale.ROOT))).isEqualTo(Reason.OTHER);
		if (row.isPrimary()) {
			assertThat(Reason.ofMessage(row.text() + "x")).isEqualTo(Reason.OTHER);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "no leader", "not leader", "too many requests", "permission denied", "invalid auth token",
			"request timed out" })
	void textWithoutEtcdsPrefixIsSomebodyElses(String text) {
		assertThat(Reason.ofMessage(text)).isEqualTo(Reason.OTHER);
	}

	private static boolean retryable(String operation, StatusCode code, Reason reason) {
		return Failure.ofWrite(operation, code, reason, Outcome.UNKNOWN).toException().isRetryable();
	}

}
