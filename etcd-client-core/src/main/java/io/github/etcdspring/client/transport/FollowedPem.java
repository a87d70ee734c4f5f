/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is made of PEM files, and made again when they have changed. Their content
 * decides, not their time, which may stay the same when a file is replaced. It is read at
 * each handshake: those are rare, and the files are small.
 *
 * @param <T> what is made
 */
final class FollowedPem<T> {

	private static final Logger logger = LoggerFactory.getLogger(FollowedPem.class);

	private final List<PemSource> sources;

	private final Function<List<Pem>, T> reader;

	private T current;

	private byte[] digest = new byte[0];

	private @Nullable String told;

	/**
	 * Read for the first time.
	 * @param sources the files or texts
	 * @param reader makes something of them, and throws an
	 * {@link IllegalArgumentException} if it cannot
	 */
	FollowedPem(List<PemSource> sources, Function<List<Pem>, T> reader) {
		this.sources = sources;
		this.reader = reader;
		List<Pem> pems = open();
		try {
			this.current = reader.apply(pems);
			this.digest = digest(pems);
		}
		finally {
			pems.forEach(Pem::close);
		}
	}

	/**
	 * Return what the files say now, or said when they could be used.
	 * @return what was made of them
	 */
	synchronized T current() {
		try {
			refresh();
			this.told = null;
		}
		catch (RuntimeException ex) {
			String problem = String.valueOf(ex.getMessage());
			if (!problem.equals(this.told)) {
				this.told = problem;
				logger.warn("Changed TLS files cannot be used, the old certificates stay in use: {}", problem);
			}
		}
		return this.current;
	}

	private void refresh() {
		if (this.sources.stream().allMatch((source) -> source.file() == null)) {
			return;
		}
		List<Pem> pems = open();
		try {
			byte[] now = digest(pems);
			if (!Arrays.equals(now, this.digest)) {
				T made = this.reader.apply(pems);
				this.current = made;
				this.digest = now;
				logger.info("Changed TLS files are used from now on: {}: {}", this.sources, made);
			}
		}
		finally {
			pems.forEach(Pem::close);
		}
	}

	private List<Pem> open() {
		List<Pem> pems = new ArrayList<>();
		try {
			for (PemSource source : this.sources) {
				pems.add(Pem.read(source));
			}
			return pems;
		}
		catch (RuntimeException ex) {
			pems.forEach(Pem::close);
			throw ex;
		}
	}

	private static byte[] digest(List<Pem> pems) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			pems.forEach((pem) -> pem.addTo(digest));
			return digest.digest();
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JVM has SHA-256", ex);
		}
	}

}
