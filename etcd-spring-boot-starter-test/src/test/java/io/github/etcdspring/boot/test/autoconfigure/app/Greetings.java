/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure.app;

import org.springframework.stereotype.Service;

import io.github.etcdspring.spring.EtcdTemplate;

/**
 * A service as the documentation has it.
 */
@Service
public class Greetings {

	private final EtcdTemplate etcd;

	Greetings(EtcdTemplate etcd) {
		this.etcd = etcd;
	}

	public String greet() {
		this.etcd.putIfAbsent("/app/greeting", "hello");
		return this.etcd.get("/app/greeting", String.class).orElseThrow().value();
	}

}
