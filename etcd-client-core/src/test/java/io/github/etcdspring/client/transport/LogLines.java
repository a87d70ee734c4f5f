/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * What the client logs at INFO and above while this is open.
 */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.etcdspring");

	private final Level before = this.logger.getLevel();

	private final boolean additive = this.logger.isAdditive();

	private final List<String> lines = new CopyOnWriteArrayList<>();

	LogLines() {
		this.logger.setLevel(Level.INFO);
		this.logger.setAdditive(false);
		this.logger.addAppender(this);
		start();
	}

	@Override
	protected void append(ILoggingEvent event) {
		if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
			this.lines.add(event.getLevel() + " " + event.getFormattedMessage());
		}
	}

	List<String> lines() {
		return List.copyOf(this.lines);
	}

	List<String> with(String part) {
		return this.lines.stream().filter((line) -> line.contains(part)).toList();
	}

	@Override
	public void close() {
		stop();
		this.logger.detachAppender(this);
		this.logger.setAdditive(this.additive);
		this.logger.setLevel(this.before);
	}

}
