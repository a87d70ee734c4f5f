/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure.embedded;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * Configuration properties for the embedded etcd.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("etcd.embedded")
public class EmbeddedEtcdProperties {

	/**
	 * Whether to start an embedded etcd if etcd.endpoints is not set.
	 */
	private boolean enabled = true;

	/**
	 * Whether to start an embedded etcd even if etcd.endpoints is set. For tests.
	 */
	private boolean replaceEndpoints;

	/**
	 * Port on the loopback interface; 0 is for any free one.
	 */
	private int port;

	/**
	 * Size of the content, old versions included, at which writes are refused.
	 */
	private DataSize quota = DataSize.ofGigabytes(2);

	/**
	 * Limit for the size of a request. At most 32MB.
	 */
	private DataSize maxRequestSize = DataSize.ofKilobytes(1536);

	/**
	 * Number of compares, or of operations, that a transaction may have.
	 */
	private int maxTxnOps = 128;

	/**
	 * Time that leases live by.
	 */
	private Clock clock = Clock.SYSTEM;

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public boolean isReplaceEndpoints() {
		return this.replaceEndpoints;
	}

	public void setReplaceEndpoints(boolean replaceEndpoints) {
		this.replaceEndpoints = replaceEndpoints;
	}

	public int getPort() {
		return this.port;
	}

	public void setPort(int port) {
		this.port = port;
	}

	public DataSize getQuota() {
		return this.quota;
	}

	public void setQuota(DataSize quota) {
		this.quota = quota;
	}

	public DataSize getMaxRequestSize() {
		return this.maxRequestSize;
	}

	public void setMaxRequestSize(DataSize maxRequestSize) {
		this.maxRequestSize = maxRequestSize;
	}

	public int getMaxTxnOps() {
		return this.maxTxnOps;
	}

	public void setMaxTxnOps(int maxTxnOps) {
		this.maxTxnOps = maxTxnOps;
	}

	public Clock getClock() {
		return this.clock;
	}

	public void setClock(Clock clock) {
		this.clock = clock;
	}

	/**
	 * Kinds of clocks.
	 */
	public enum Clock {

		/**
		 * Real time, plus what a test advances it by.
		 */
		SYSTEM,

		/**
		 * Stands still until a test advances it.
		 */
		MANUAL

	}

}
