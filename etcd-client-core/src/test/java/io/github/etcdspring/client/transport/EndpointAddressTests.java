/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.transport;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EndpointAddressTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			http://127.0.0.1:2379        | http://127.0.0.1:2379
			http://127.0.0.1             | http://127.0.0.1:2379
			127.0.0.1:4001               | http://127.0.0.1:4001
			127.0.0.1                    | http://127.0.0.1:2379
			localhost                    | http://localhost:2379
			etcd-0.etcd.svc.cluster.local:2379 | http://etcd-0.etcd.svc.cluster.local:2379
			my_etcd_1:2379               | http://my_etcd_1:2379
			https://etcd.example.com     | https://etcd.example.com:2379
			https://etcd.example.com:1   | https://etcd.example.com:1
			https://etcd.example.com.:65535 | https://etcd.example.com.:65535
			HTTP://Etcd.Example.com:2379 | http://Etcd.Example.com:2379
			hTTps://a:2                  | https://a:2
			http://127.0.0.1:2379/       | http://127.0.0.1:2379
			'  http://127.0.0.1:2379 '   | http://127.0.0.1:2379
			http://[::1]:2379            | http://[::1]:2379
			http://[::1]                 | http://[::1]:2379
			[::1]:4001                   | http://[::1]:4001
			[2001:db8::a:b]              | http://[2001:db8::a:b]:2379
			https://[2001:DB8::1]:443/   | https://[2001:DB8::1]:443
			[::ffff:10.0.0.1]:2379       | http://[::ffff:10.0.0.1]:2379
			http://[fe80::1%eth0]:2379   | http://[fe80::1%eth0]:2379
			http://0:2379                | http://0:2379
			""")
	void wellFormedEndpointIsRead(String text, String expected) {
		assertThat(EndpointAddress.parse(text, false)).hasToString(expected);
	}

	@Test
	void schemeThatIsLeftOutIsTheDefault() {
		assertThat(EndpointAddress.parse("a:1", true)).isEqualTo(new EndpointAddress(true, "a", 1));
		assertThat(EndpointAddress.parse("a:1", false)).isEqualTo(new EndpointAddress(false, "a", 1));
		assertThat(EndpointAddress.parse("http://a:1", true)).isEqualTo(new EndpointAddress(false, "a", 1));
		assertThat(EndpointAddress.parse("https://a:1", false)).isEqualTo(new EndpointAddress(true, "a", 1));
	}

	@Test
	void hostOfAnIpv6AddressHasNoBracketsButItsAuthorityHas() {
		EndpointAddress address = EndpointAddress.parse("http://[::1]:2379", false);
		assertThat(address.host()).isEqualTo("::1");
		assertThat(address.authority()).isEqualTo("[::1]:2379");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''                      | it is empty
			'   '                   | it is empty
			http://                 | the host is missing
			http:///                | the host is missing
			http://:2379            | the host is missing
			:2379                   | the host is missing
			http://a:               | the port is missing
			http://a:/              | the port is missing
			http://a:0              | the port must be a number from 1 to 65535
			http://a:65536          | the port must be a number from 1 to 65535
			http://a:99999999999    | the port must be a number from 1 to 65535
			http://a:-1             | the port must be a number from 1 to 65535
			http://a:+1             | the port must be a number from 1 to 65535
			http://a:2379x          | the port must be a number from 1 to 65535
			http://a:1e3            | the port must be a number from 1 to 65535
			http://a:٢٣٧٩           | the port must be a number from 1 to 65535
			http://[::1]:x          | the port must be a number from 1 to 65535
			http://[::1]:           | the port
			http://[::1             | the bracket of the IPv6 address is not closed
			http://[::1]2379        | after the IPv6 address there must be a port
			http://[]:2379          | in brackets there must be an IPv6 address
			http://[localhost]:2379 | in brackets there must be an IPv6 address
			http://[127.0.0.1]:2379 | in brackets there must be an IPv6 address
			http://[::zz]:2379      | in brackets there must be an IPv6 address
			http://[1:2:3]:2379     | in brackets there must be an IPv6 address
			http://[:]:2379         | in brackets there must be an IPv6 address
			http://::1:2379         | an IPv6 address must stand in brackets
			::1                     | an IPv6 address must stand in brackets
			http://a:1:2            | an IPv6 address must stand in brackets
			http://256.0.0.1:2379   | is no IPv4 address
			http://1.2.3.999        | is no IPv4 address
			ftp://a:2379            | its scheme is neither http nor https
			etcd://a:2379           | its scheme is neither http nor https
			dns:///a:2379           | its scheme is neither http nor https
			://a:2379               | its scheme is neither http nor https
			http://http://a         | after host and port nothing may follow
			http://a:2379/v3        | after host and port nothing may follow
			http://a:2379//         | after host and port nothing may follow
			http://a:2379?x=1       | after host and port nothing may follow
			http://a:2379#x         | after host and port nothing may follow
			'http://a:1,http://b:1' | after host and port nothing may follow
			'a:1 b:1'               | after host and port nothing may follow
			http://${ETCD_HOST}:2379 | the host
			http://<host>:2379      | the host
			http://a%20b:2379       | the host
			http://etcd\\a:2379     | the host
			http://ä.example:2379   | the host
			""")
	void malformedEndpointIsRefusedWithTheEndpointTheCauseAndTheFix(String text, String cause) {
		assertThatIllegalArgumentException().isThrownBy(() -> EndpointAddress.parse(text, false))
			.withMessageContaining("'endpoints'")
			.withMessageContaining("'" + text + "'")
			.withMessageContaining(cause)
			.withMessageContaining("write http://host:port, https://host:port or host:port");
	}

	@ParameterizedTest
	@NullSource
	void missingEndpointIsRefused(String text) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EndpointAddress.parseAll(Arrays.asList("a:1", text), false))
			.withMessageContaining("'endpoints'")
			.withMessageContaining("it is empty");
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://root:top-secret@a:2379", "root:top-secret@a:2379", "https://root:top-secret@",
			"http://root:top-secret@a:2379/x", "http://root:top-secret/@a:2379", "ftp://root:top-secret@a:2379",
			"root:top-secret://x@a:2379", "http://top-secret@@a:2379", "http://root:top-secret@a@b:2379" })
	void userInfoIsRefusedAndNeverShown(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> EndpointAddress.parse(text, false))
			.withMessageContaining("'endpoints'")
			.withMessageContaining("user and password do not belong in an endpoint")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("top-secret").doesNotContain("root"));
	}

	@Test
	void emptyListIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> EndpointAddress.parseAll(List.of(), false))
			.withMessageContaining("'endpoints' must not be empty")
			.withMessageContaining("http://127.0.0.1:2379");
	}

	@Test
	void repetitionsAreDroppedAndTheOrderIsKept() {
		assertThat(EndpointAddress.parseAll(List.of("b:1", "http://a:2379", "a", "a:2379/", "b:1", "c"), false))
			.extracting(EndpointAddress::toString)
			.containsExactly("http://b:1", "http://a:2379", "http://c:2379");
	}

	@Test
	void sameHostOnAnotherPortIsAnotherEndpoint() {
		assertThat(EndpointAddress.parseAll(List.of("a:1", "a:2"), false)).hasSize(2);
	}

	@Test
	void mixOfHttpAndHttpsIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EndpointAddress.parseAll(List.of("http://a:1", "https://b:2"), false))
			.withMessageContaining("'endpoints' mixes http and https")
			.withMessageContaining("http://a:1")
			.withMessageContaining("https://b:2")
			.withMessageContaining("use https for all of them");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EndpointAddress.parseAll(List.of("https://a:1", "b:2"), false));
		assertThat(EndpointAddress.parseAll(List.of("https://a:1", "b:2"), true)).allMatch(EndpointAddress::secure);
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, true", "10.0.0.255, true", "::1, true", "fe80::1%eth0, true", "localhost, false",
			"etcd-0.etcd, false", "1.2.3, false", "0, false", "1.2.3.4.example, false" })
	void addressesAreToldFromNames(String host, boolean address) {
		assertThat(HostResolver.isAddress(host)).isEqualTo(address);
	}

}
