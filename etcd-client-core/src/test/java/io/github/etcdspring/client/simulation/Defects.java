/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.simulation;

import java.util.ArrayList;
import java.util.List;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;

/**
 * Notices what the client calls a defect of its own: it survives those, so that nothing
 * else would tell.
 */
final class Defects extends AppenderBase<ILoggingEvent> {

	private final List<String> found = new ArrayList<>();

	@Override
	protected void append(ILoggingEvent event) {
		String text = event.getFormattedMessage();
		if (event.getThrowableProxy() != null) {
			text += ThrowableProxyUtil.asString(event.getThrowableProxy());
		}
		if (!text.contains("a listener that fails")) {
			this.found.add("logged: " + text);
		}
	}

	void clear() {
		this.found.clear();
	}

	Simulation.Result addTo(Simulation.Result result) {
		if (this.found.isEmpty()) {
			return result;
		}
		List<String> all = new ArrayList<>(result.complaints());
		all.addAll(this.found);
		return new Simulation.Result(result.seed(), result.hash(), all, result.notes(), result.events(), result.nanos(),
				result.contended());
	}

}
