/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.boot.test.autoconfigure;

import org.springframework.boot.SpringBootConfiguration;

/**
 * The application of the tests in this package: an empty one.
 */
@SpringBootConfiguration
class EmptyApplication {

}
