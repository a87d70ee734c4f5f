/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import org.jspecify.annotations.Nullable;

/**
 * A feature flag, as it is shown.
 *
 * @param name the name of the flag
 * @param enabled whether the feature is on
 * @param description what the feature is, or {@code null}
 * @param revision the revision that wrote it last
 * @since 0.1.0
 */
public record NamedFlag(String name, boolean enabled, @Nullable String description, long revision) {
}
