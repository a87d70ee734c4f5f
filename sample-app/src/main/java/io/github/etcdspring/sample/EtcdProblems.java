/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

import io.github.etcdspring.client.error.EtcdException;

/**
 * Turns failures of etcd into problem bodies. A client of this service learns whether its
 * write may have been applied; where the members are is not its business and stays in the
 * log.
 */
@RestControllerAdvice
class EtcdProblems {

	private static final Logger logger = LoggerFactory.getLogger(EtcdProblems.class);

	@ExceptionHandler
	ResponseEntity<ProblemDetail> etcdFailed(EtcdException ex) {
		logger.warn("A request failed: {}", ex.getMessage());
		HttpStatus status = ex.isRetryable() ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.INTERNAL_SERVER_ERROR;
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, "The flag store did not do what was asked");
		problem.setTitle("The flag store failed");
		problem.setProperty("operation", ex.operation());
		problem.setProperty("reason", ex.reason().name());
		problem.setProperty("outcome", ex.outcome().name());
		ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
		if (ex.isRetryable()) {
			response.header("Retry-After", "1");
		}
		return response.body(problem);
	}

}
