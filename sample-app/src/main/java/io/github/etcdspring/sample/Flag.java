/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import org.jspecify.annotations.Nullable;

/**
 * A feature flag, as it is stored.
 *
 * @param enabled whether the feature is on
 * @param description what the feature is, or {@code null}
 * @since 0.1.0
 */
public record Flag(boolean enabled, @Nullable String description) {
}
