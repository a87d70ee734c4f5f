/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Text with certificates or a key between lines of dashes. It is wiped when closed.
 */
final class Pem implements AutoCloseable {

	private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----",
			Pattern.DOTALL);

	private static final Pattern HEADER = Pattern.compile("^[ \\t]*[\\w-]+:", Pattern.MULTILINE);

	private final PemSource source;

	private final byte[] content;

	private @Nullable List<Block> blocks;

	private Pem(PemSource source, byte[] content) {
		this.source = source;
		this.content = content;
	}

	static Pem read(PemSource source) {
		return new Pem(source, source.read());
	}

	PemSource source() {
		return this.source;
	}

	// Not before they are wanted: mostly nothing has changed, and a file may have all
	// authorities of the world.
	List<Block> blocks() {
		List<Block> known = this.blocks;
		if (known == null) {
			known = findBlocks();
			this.blocks = known;
		}
		return known;
	}

	private List<Block> findBlocks() {
		List<Block> found = new ArrayList<>();
		CharBuffer text = StandardCharsets.ISO_8859_1.decode(ByteBuffer.wrap(this.content));
		Matcher matcher = BLOCK.matcher(text);
		while (matcher.find()) {
			int from = matcher.start(2);
			int to = matcher.end(2);
			boolean headers = HEADER.matcher(text.subSequence(from, to)).find();
			found.add(new Block(matcher.group(1), from, to, headers));
		}
		Arrays.fill(text.array(), '\0');
		return found;
	}

	void addTo(MessageDigest digest) {
		digest.update(this.content);
		// Nothing moves from one file to the next unnoticed.
		digest.update((byte) 0);
	}

	/**
	 * Return what a block holds.
	 * @param block the block
	 * @return its content, which is the caller's to wipe
	 */
	byte[] decode(Block block) {
		byte[] encoded = new byte[block.to() - block.from()];
		int length = 0;
		for (int i = block.from(); i < block.to(); i++) {
			if (this.content[i] > ' ') {
				encoded[length++] = this.content[i];
			}
		}
		byte[] stripped = Arrays.copyOf(encoded, length);
		try {
			return Base64.getDecoder().decode(stripped);
		}
		catch (IllegalArgumentException ex) {
			// Without the cause, which quotes a character.
			throw this.source.bad("has a damaged " + block.label() + " (it is not Base64)", "copy the file again");
		}
		finally {
			Arrays.fill(encoded, (byte) 0);
			Arrays.fill(stripped, (byte) 0);
		}
	}

	/**
	 * Return the certificates.
	 * @return the certificates in their order, at least one
	 * @throws IllegalArgumentException if there is none, or one is damaged
	 */
	List<X509Certificate> certificates() {
		List<X509Certificate> certificates = new ArrayList<>();
		for (Block block : blocks()) {
			if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
				certificates.add(certificate(decode(block), certificates.size() + 1));
			}
		}
		if (certificates.isEmpty()) {
			throw this.source.bad("has no certificate (BEGIN CERTIFICATE) but " + found(),
					"give PEM; 'openssl x509 -inform der' converts a DER file");
		}
		return List.copyOf(certificates);
	}

	private X509Certificate certificate(byte[] encoded, int number) {
		try {
			return (X509Certificate) CertificateFactory.getInstance("X.509")
				.generateCertificate(new ByteArrayInputStream(encoded));
		}
		catch (CertificateException ex) {
			throw this.source.bad("has a damaged certificate (number " + number + ": " + ex.getMessage() + ")",
					"copy the file again");
		}
	}

	/**
	 * Say what is there, to somebody who looked for something else.
	 * @return the kinds of the blocks, or of the whole
	 */
	String found() {
		if (!blocks().isEmpty()) {
			return String.join(", ", blocks().stream().map(Block::label).distinct().toList());
		}
		if (this.content.length == 0) {
			return "no content";
		}
		return (this.content[0] == 0x30 || this.content[0] < 0) ? "binary content (DER, PKCS#12 or JKS)"
				: "no PEM block that is complete";
	}

	@Override
	public void close() {
		Arrays.fill(this.content, (byte) 0);
	}

	/**
	 * What is between two lines of dashes.
	 *
	 * @param label what the lines say
	 * @param from where it begins
	 * @param to where it ends
	 * @param headers whether it has headers, as the old format of encrypted keys has
	 */
	record Block(String label, int from, int to, boolean headers) {
	}

}
