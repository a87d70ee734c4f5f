/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.sample;

import java.util.List;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The flags over HTTP. A flag's {@code ETag} is its revision in etcd; {@code If-Match}
 * with it makes a write depend on nobody else having written, and
 * {@code If-None-Match: *} on the flag being new.
 */
@RestController
@RequestMapping("/flags")
class FlagController {

	private final FlagRepository flags;

	FlagController(FlagRepository flags) {
		this.flags = flags;
	}

	@GetMapping
	List<NamedFlag> list(@RequestParam(defaultValue = "") String prefix) {
		return this.flags.findAll(prefix.isEmpty() ? prefix : FlagNames.check(prefix));
	}

	@GetMapping("/{name}")
	ResponseEntity<NamedFlag> get(@PathVariable String name) {
		NamedFlag flag = this.flags.find(FlagNames.check(name)).orElseThrow(() -> notFound(name));
		return ResponseEntity.ok().eTag(ETags.of(flag.revision())).body(flag);
	}

	@PutMapping("/{name}")
	ResponseEntity<NamedFlag> put(@PathVariable String name, @RequestBody Flag flag,
			@RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
			@RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch) {
		FlagNames.check(name);
		OptionalLong expected = ETags.expectedRevision(ifMatch, ifNoneMatch);
		long revision = expected.isPresent()
				? this.flags.save(name, flag, expected.getAsLong()).orElseThrow(() -> conflict(name))
				: this.flags.save(name, flag);
		return ResponseEntity.ok()
			.eTag(ETags.of(revision))
			.body(new NamedFlag(name, flag.enabled(), flag.description(), revision));
	}

	@DeleteMapping("/{name}")
	ResponseEntity<Void> delete(@PathVariable String name,
			@RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch) {
		FlagNames.check(name);
		OptionalLong expected = ETags.expectedRevision(ifMatch, null);
		if (expected.isPresent()) {
			if (!this.flags.delete(name, expected.getAsLong())) {
				throw conflict(name);
			}
		}
		else if (!this.flags.delete(name)) {
			throw notFound(name);
		}
		return ResponseEntity.noContent().build();
	}

	private static ResponseStatusException notFound(String name) {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no flag '" + name + "'");
	}

	private static ResponseStatusException conflict(String name) {
		return new ResponseStatusException(HttpStatus.PRECONDITION_FAILED,
				"The flag '" + name + "' is not at the expected revision; read it again");
	}

}
