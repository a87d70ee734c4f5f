/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationEventPublisher;

import io.github.etcdspring.client.transport.HealthListener;
import io.github.etcdspring.spring.health.EtcdHealthChangedEvent;
import io.github.etcdspring.spring.health.EtcdHealthListener;

/**
 * Tells the application's listeners of a change of health, then publishes it. One that
 * fails does not keep it from the others.
 * <p>
 * Listeners may depend on the client that calls them, so they are looked up when all
 * beans are there, and a change before that waits.
 */
final class EtcdHealthNotifier implements HealthListener, SmartInitializingSingleton, DisposableBean {

	private static final Log logger = LogFactory.getLog(EtcdHealthNotifier.class);

	private final ObjectProvider<EtcdHealthListener> provider;

	private final ApplicationEventPublisher publisher;

	private final CountDownLatch decided = new CountDownLatch(1);

	private volatile List<EtcdHealthListener> listeners = Collections.emptyList();

	private volatile boolean open;

	EtcdHealthNotifier(ObjectProvider<EtcdHealthListener> provider, ApplicationEventPublisher publisher) {
		this.provider = provider;
		this.publisher = publisher;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.listeners = this.provider.orderedStream().toList();
		this.open = true;
		this.decided.countDown();
	}

	@Override
	public void destroy() {
		this.open = false;
		this.decided.countDown();
	}

	@Override
	public void onHealthChange(boolean healthy, String endpoint) {
		try {
			this.decided.await();
		}
		catch (InterruptedException ex) {
			// The client is closed before the application was complete.
			Thread.currentThread().interrupt();
			return;
		}
		if (this.open) {
			tell(healthy, endpoint);
		}
	}

	private void tell(boolean healthy, String endpoint) {
		for (EtcdHealthListener listener : this.listeners) {
			guard("The " + listener.getClass().getName(), () -> listener.onHealthChange(healthy, endpoint));
		}
		guard("A listener of the application event",
				() -> this.publisher.publishEvent(new EtcdHealthChangedEvent(healthy, endpoint)));
	}

	private static void guard(String who, Runnable call) {
		try {
			call.run();
		}
		catch (RuntimeException ex) {
			logger.error(who + " failed to take a change of etcd's health", ex);
		}
	}

}
