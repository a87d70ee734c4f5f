/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test.fault;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A certificate authority for tests. It writes the certificates itself: the JDK has no
 * API for it, and its keytool takes seconds.
 */
final class Certificates {

	private static final byte[] ECDSA_WITH_SHA256 = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

	private static final byte[] COMMON_NAME = oid(0x55, 0x04, 0x03);

	private static final byte[] ALTERNATIVE_NAMES = oid(0x55, 0x1d, 0x11);

	private static final byte[] BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);

	private static final byte[] TRUE = der(0x01, new byte[] { (byte) 0xff });

	private static final AtomicInteger serial = new AtomicInteger();

	private final Path folder;

	private final String authority;

	private final KeyPair keys;

	private final X509Certificate certificate;

	private Certificates(Path folder, String authority, KeyPair keys, X509Certificate certificate) {
		this.folder = folder;
		this.authority = authority;
		this.keys = keys;
		this.certificate = certificate;
	}

	static Certificates authority(Path folder, String name) throws Exception {
		KeyPair keys = newKeys();
		byte[] extension = der(0x30, BASIC_CONSTRAINTS, TRUE, der(0x04, der(0x30, TRUE)));
		X509Certificate certificate = sign(name, keys, name, keys, extension, now(-1), now(30));
		Files.writeString(folder.resolve(name + ".pem"), pem("CERTIFICATE", certificate.getEncoded()));
		return new Certificates(folder, name, keys, certificate);
	}

	/**
	 * Issue a certificate that is valid now.
	 * @param name the name of the files, and of the subject
	 * @param alternativeNames such as {@code dns:localhost,ip:127.0.0.1}
	 */
	Issued issue(String name, String alternativeNames) throws Exception {
		return issue(name, alternativeNames, now(-1), now(30));
	}

	Issued issue(String name, String alternativeNames, Instant from, Instant until) throws Exception {
		return issue(name, alternativeNames, from, until, newKeys());
	}

	Issued issue(String name, String alternativeNames, Instant from, Instant until, KeyPair subjectKeys)
			throws Exception {
		ByteArrayOutputStream names = new ByteArrayOutputStream();
		for (String each : alternativeNames.split(",")) {
			String value = each.substring(each.indexOf(':') + 1);
			names.write(each.startsWith("ip:") ? der(0x87, InetAddress.getByName(value).getAddress())
					: der(0x82, value.getBytes(StandardCharsets.US_ASCII)));
		}
		byte[] extension = der(0x30, ALTERNATIVE_NAMES, der(0x04, der(0x30, names.toByteArray())));
		X509Certificate issued = sign(name, subjectKeys, this.authority, this.keys, extension, from, until);
		Path chain = this.folder.resolve(name + ".pem");
		Files.writeString(chain,
				pem("CERTIFICATE", issued.getEncoded()) + pem("CERTIFICATE", this.certificate.getEncoded()));
		Path key = this.folder.resolve(name + ".key");
		Files.writeString(key, pem("PRIVATE KEY", subjectKeys.getPrivate().getEncoded()));
		return new Issued(chain, key);
	}

	static Instant now(int plusDays) {
		return Instant.now().plus(Duration.ofDays(plusDays));
	}

	Path trust() {
		return this.folder.resolve(this.authority + ".pem");
	}

	private static String pem(String type, byte[] content) {
		return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content)
				+ "\n-----END " + type + "-----\n";
	}

	private static KeyPair newKeys() throws Exception {
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec("secp256r1"));
		return generator.generateKeyPair();
	}

	private static X509Certificate sign(String subject, KeyPair subjectKeys, String issuer, KeyPair issuerKeys,
			byte[] extension, Instant from, Instant until) throws Exception {
		byte[] version = der(0xa0, der(0x02, new byte[] { 2 }));
		byte[] number = der(0x02, new byte[] { 1, (byte) serial.get(), (byte) serial.incrementAndGet() });
		byte[] content = der(0x30, version, number, ECDSA_WITH_SHA256, name(issuer), der(0x30, time(from), time(until)),
				name(subject), subjectKeys.getPublic().getEncoded(), der(0xa3, der(0x30, extension)));
		Signature signature = Signature.getInstance("SHA256withECDSA");
		signature.initSign(issuerKeys.getPrivate());
		signature.update(content);
		byte[] encoded = der(0x30, content, ECDSA_WITH_SHA256, der(0x03, new byte[1], signature.sign()));
		return (X509Certificate) CertificateFactory.getInstance("X.509")
			.generateCertificate(new ByteArrayInputStream(encoded));
	}

	private static byte[] name(String commonName) {
		byte[] value = der(0x0c, commonName.getBytes(StandardCharsets.UTF_8));
		return der(0x30, der(0x31, der(0x30, COMMON_NAME, value)));
	}

	private static byte[] time(Instant instant) {
		String text = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC).format(instant);
		return der(0x17, text.getBytes(StandardCharsets.US_ASCII));
	}

	private static byte[] oid(int... encoded) {
		byte[] bytes = new byte[encoded.length];
		for (int i = 0; i < encoded.length; i++) {
			bytes[i] = (byte) encoded[i];
		}
		return der(0x06, bytes);
	}

	private static byte[] der(int tag, byte[]... parts) {
		ByteArrayOutputStream content = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			content.writeBytes(part);
		}
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		all.write(tag);
		if (content.size() >= 0x100) {
			all.write(0x82);
			all.write(content.size() >> 8);
		}
		else if (content.size() >= 0x80) {
			all.write(0x81);
		}
		all.write(content.size());
		all.writeBytes(content.toByteArray());
		return all.toByteArray();
	}

	/**
	 * What was issued.
	 *
	 * @param chain the file of the certificate and its issuer
	 * @param key the file of its key
	 */
	record Issued(Path chain, Path key) {
	}

}
