/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEventPublisher;

import io.github.etcdspring.spring.health.EtcdHealthChangedEvent;
import io.github.etcdspring.spring.health.EtcdHealthListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link EtcdHealthNotifier}.
 */
@ExtendWith(OutputCaptureExtension.class)
class EtcdHealthNotifierTests {

	private static final String ENDPOINT = "http://a:1";

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	private final List<Object> told = new CopyOnWriteArrayList<>();

	@Test
	void listenersAreToldThenTheEventIsPublished() {
		listener("listener", (healthy, endpoint) -> this.told.add(healthy + " " + endpoint));
		EtcdHealthNotifier notifier = notifier(this.told::add);
		notifier.afterSingletonsInstantiated();
		notifier.onHealthChange(false, ENDPOINT);
		assertThat(this.told).containsExactly("false " + ENDPOINT, new EtcdHealthChangedEvent(false, ENDPOINT));
	}

	@Test
	void listenerThatFailsIsLoggedAndDoesNotKeepItFromTheOthers(CapturedOutput output) {
		listener("broken", (healthy, endpoint) -> {
			throw new IllegalStateException("broken listener");
		});
		listener("listener", (healthy, endpoint) -> this.told.add(endpoint));
		EtcdHealthNotifier notifier = notifier((event) -> {
			throw new IllegalStateException("broken publisher");
		});
		notifier.afterSingletonsInstantiated();
		notifier.onHealthChange(true, ENDPOINT);
		assertThat(this.told).containsExactly(ENDPOINT);
		assertThat(output).contains("broken listener", "broken publisher");
	}

	@Test
	void changeBeforeTheApplicationIsCompleteWaits() throws InterruptedException {
		EtcdHealthNotifier notifier = notifier(this.told::add);
		Thread caller = new Thread(() -> notifier.onHealthChange(false, ENDPOINT));
		caller.start();
		await().until(() -> caller.getState() == Thread.State.WAITING);
		assertThat(this.told).isEmpty();
		notifier.afterSingletonsInstantiated();
		caller.join(Duration.ofSeconds(30).toMillis());
		assertThat(this.told).containsExactly(new EtcdHealthChangedEvent(false, ENDPOINT));
	}

	@Test
	void changeIsDroppedIfTheApplicationNeverCompletes() throws InterruptedException {
		EtcdHealthNotifier notifier = notifier(this.told::add);
		notifier.destroy();
		notifier.onHealthChange(false, ENDPOINT);
		Thread interrupted = new Thread(() -> {
			Thread.currentThread().interrupt();
			notifier(this.told::add).onHealthChange(false, ENDPOINT);
		});
		interrupted.start();
		interrupted.join();
		assertThat(this.told).isEmpty();
	}

	private void listener(String name, EtcdHealthListener listener) {
		this.beans.registerSingleton(name, listener);
	}

	private EtcdHealthNotifier notifier(ApplicationEventPublisher publisher) {
		return new EtcdHealthNotifier(this.beans.getBeanProvider(EtcdHealthListener.class), publisher);
	}

}
