/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultProxyTests {

	private static final int READ_TIMEOUT = 20_000;

	// More than both sockets and the proxy hold.
	private static final int MUCH = 32 * 1024 * 1024;

	private final List<Socket> sockets = new ArrayList<>();

	private ServerSocket listening;

	private FaultProxy proxy;

	@BeforeEach
	void start() throws IOException {
		this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.listening.setSoTimeout(READ_TIMEOUT);
		this.proxy = FaultProxy.to("http://127.0.0.1:" + this.listening.getLocalPort());
	}

	@AfterEach
	void stop() throws IOException {
		this.proxy.close();
		this.listening.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	@Test
	void bytesPassInBothDirectionsAndAreCounted() throws IOException {
		Pair pair = connect();
		pair.sendToServer("hello");
		pair.sendToClient("you");
		assertThat(this.proxy.accepted()).isEqualTo(1);
		assertThat(this.proxy.open()).isEqualTo(1);
		ProxiedConnection connection = this.proxy.connections().get(0);
		for (Direction direction : Direction.values()) {
			long count = (direction == Direction.TO_SERVER) ? 5 : 3;
			assertThat(this.proxy.received(direction)).isEqualTo(count);
			assertThat(this.proxy.forwarded(direction)).isEqualTo(count);
			assertThat(connection.received(direction)).isEqualTo(count);
			assertThat(connection.forwarded(direction)).isEqualTo(count);
		}
		assertThat(connection).hasToString("connection from /127.0.0.1:" + pair.client.getLocalPort());
		assertThat(this.proxy).hasToString("fault proxy at " + this.proxy.endpoint());
	}

	@Test
	void muchIsPassedOnWholeInBothDirectionsAtOnce() throws Exception {
		Pair pair = connect();
		byte[] bytes = new byte[MUCH];
		new Random(1).nextBytes(bytes);
		CompletableFuture<Void> sent = send(pair.client, bytes);
		CompletableFuture<Void> answered = send(pair.server, bytes);
		CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> read(pair.client, MUCH));
		assertThat(read(pair.server, MUCH)).isEqualTo(bytes);
		assertThat(answer.get(READ_TIMEOUT, TimeUnit.MILLISECONDS)).isEqualTo(bytes);
		CompletableFuture.allOf(sent, answered).get(READ_TIMEOUT, TimeUnit.MILLISECONDS);
	}

	@Test
	void endOfOneDirectionLeavesTheOtherOpen() throws IOException {
		Pair pair = connect();
		pair.client.shutdownOutput();
		assertEnd(pair.server);
		pair.sendToClient("still there");
		assertThat(this.proxy.open()).isEqualTo(1);
		pair.server.close();
		assertEnd(pair.client);
		await().until(() -> this.proxy.open() == 0);
	}

	@Test
	void resetOfOneSideIsPassedOn() throws IOException {
		Pair pair = connect();
		pair.client.setSoLinger(true, 0);
		pair.client.close();
		assertReset(pair.server);
		Pair other = connect();
		other.server.setSoLinger(true, 0);
		other.server.close();
		assertReset(other.client);
		await().until(() -> this.proxy.open() == 0);
	}

	@Test
	void cutEndsCurrentConnectionsAndAcceptsNewOnes() throws IOException {
		Pair pair = connect();
		Pair other = connect();
		ProxiedConnection connection = this.proxy.connections().get(0);
		this.proxy.cut();
		assertThat(this.proxy.open()).isZero();
		assertThat(connection.isOpen()).isFalse();
		connection.inflict(Fault.stall());
		connection.heal();
		for (Socket socket : List.of(pair.client, pair.server, other.client, other.server)) {
			assertEnd(socket);
		}
		connect().sendToServer("again");
		assertThat(this.proxy.accepted()).isEqualTo(3);
	}

	@Test
	void connectionCountsFromTheMomentItIsMade() throws IOException {
		for (int i = 0; i < 50; i++) {
			Socket client = dial();
			this.proxy.inflictOnCurrent(Fault.reset());
			assertReset(client);
		}
		assertThat(this.proxy.accepted()).isEqualTo(50);
	}

	@Test
	void resetIsSeenOnBothSides() throws IOException {
		Pair pair = connect();
		this.proxy.inflictOnCurrent(Fault.reset());
		assertReset(pair.client);
		assertReset(pair.server);
		connect().sendToServer("again");
	}

	@Test
	void outageEndsWhatThereIsAndWhatComes() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.cut());
		assertEnd(pair.client);
		assertEnd(dial());
		assertEnd(dial());
		this.proxy.heal();
		connect().sendToServer("again");
		assertThat(this.proxy.accepted()).isEqualTo(4);
	}

	@Test
	void refusedConnectionsAreNotMadeWhileOthersGoOn() throws IOException {
		Pair pair = connect();
		String endpoint = this.proxy.endpoint();
		this.proxy.refuse();
		this.proxy.refuse();
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::dial);
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::dial);
		pair.sendToServer("still there");
		pair.sendToClient("I too");
		this.proxy.heal();
		assertThat(this.proxy.endpoint()).isEqualTo(endpoint);
		connect().sendToServer("again");
		pair.sendToServer("all the time");
		assertThat(this.proxy.accepted()).isEqualTo(2);
	}

	@Test
	void stallHoldsOneDirectionBackUntilHealed() throws IOException {
		Pair pair = connect();
		this.proxy.inflictOnCurrent(Fault.stall(Direction.TO_SERVER));
		assertHeldBack(pair);
	}

	@Test
	void futureConnectionCanBeStalledFromItsFirstByte() throws IOException {
		this.proxy.inflictOnFuture(Fault.stall(Direction.TO_SERVER));
		assertHeldBack(connect());
	}

	private void assertHeldBack(Pair pair) throws IOException {
		pair.writeToServer("held ");
		awaitReceived(Direction.TO_SERVER, 5);
		pair.sendToClient("passes");
		pair.writeToServer("back");
		awaitReceived(Direction.TO_SERVER, 9);
		assertThat(this.proxy.forwarded(Direction.TO_SERVER)).isZero();
		assertThat(pair.server.getInputStream().available()).isZero();
		this.proxy.heal();
		assertThat(read(pair.server, 9)).asString().isEqualTo("held back");
		pair.sendToServer("more");
	}

	@Test
	void stallHoldsBackTheEnd() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.stall());
		pair.writeToServer("last words");
		pair.client.close();
		awaitReceived(Direction.TO_SERVER, 10);
		pair.writeToClient("unheard");
		awaitReceived(Direction.TO_CLIENT, 7);
		assertThat(this.proxy.open()).isEqualTo(1);
		assertThat(pair.server.getInputStream().available()).isZero();
		this.proxy.heal();
		assertThat(read(pair.server, 10)).asString().isEqualTo("last words");
		assertEnd(pair.server);
		pair.server.close();
		await().until(() -> this.proxy.open() == 0);
	}

	@Test
	void stalledSenderCannotWriteForEver() throws Exception {
		Pair pair = connect();
		this.proxy.inflictOnCurrent(Fault.stall(Direction.TO_SERVER));
		byte[] bytes = new byte[MUCH];
		new Random(1).nextBytes(bytes);
		CompletableFuture<Void> sent = send(pair.client, bytes);
		await().until(() -> this.proxy.received(Direction.TO_SERVER) >= 256 * 1024);
		this.proxy.connections();
		assertThat(this.proxy.received(Direction.TO_SERVER)).isLessThan(320 * 1024);
		assertThat(sent).isNotDone();
		this.proxy.heal();
		assertThat(read(pair.server, MUCH)).isEqualTo(bytes);
		sent.get(READ_TIMEOUT, TimeUnit.MILLISECONDS);
	}

	@Test
	void stallOfASocketThatIsFullCanBeHealed() throws Exception {
		Pair pair = connect();
		byte[] bytes = new byte[MUCH];
		new Random(1).nextBytes(bytes);
		CompletableFuture<Void> sent = send(pair.client, bytes);
		// The server does not read: at last the proxy cannot write any more.
		await().until(() -> this.proxy.received(Direction.TO_SERVER) - this.proxy.forwarded(Direction.TO_SERVER) >= 256
				* 1024);
		this.proxy.inflict(Fault.stall());
		long forwarded = this.proxy.forwarded(Direction.TO_SERVER);
		read(pair.server, (int) forwarded);
		this.proxy.connections();
		assertThat(this.proxy.forwarded(Direction.TO_SERVER)).isEqualTo(forwarded);
		this.proxy.heal();
		assertThat(read(pair.server, MUCH - (int) forwarded)).hasSize(MUCH - (int) forwarded);
		sent.get(READ_TIMEOUT, TimeUnit.MILLISECONDS);
	}

	@Test
	void discardedBytesNeverArriveAndHealingResets() throws IOException {
		Pair pair = connect();
		this.proxy.inflictOnCurrent(Fault.discard(Direction.TO_CLIENT));
		pair.sendToServer("request");
		pair.writeToClient("answer");
		awaitReceived(Direction.TO_CLIENT, 6);
		assertThat(this.proxy.forwarded(Direction.TO_CLIENT)).isZero();
		assertThat(pair.client.getInputStream().available()).isZero();
		this.proxy.heal();
		assertReset(pair.client);
		assertReset(pair.server);
		connect().sendToClient("again");
	}

	@Test
	void discardedEndIsNotNoticed() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.discard(Direction.TO_SERVER));
		pair.client.setSoLinger(true, 0);
		pair.client.close();
		pair.writeToClient("anybody there?");
		awaitReceived(Direction.TO_CLIENT, 14);
		assertThat(this.proxy.open()).isEqualTo(1);
		assertThat(pair.server.getInputStream().available()).isZero();
		this.proxy.heal();
		assertReset(pair.server);
	}

	@Test
	void discardThatLostNothingIsHealedWithoutAReset() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.discard(Direction.TO_CLIENT));
		pair.sendToServer("request");
		this.proxy.heal();
		pair.sendToClient("answer");
	}

	@Test
	void discardThrowsAwayWhatWaits() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.stall(Direction.TO_SERVER));
		pair.writeToServer("held");
		awaitReceived(Direction.TO_SERVER, 4);
		this.proxy.inflict(Fault.discard(Direction.TO_SERVER));
		this.proxy.heal();
		assertReset(pair.server);
		assertThat(this.proxy.forwarded(Direction.TO_SERVER)).isZero();
	}

	@Test
	void halfOpenClientIsNotToldThatItsServerIsGone() throws IOException {
		Pair pair = connect();
		this.proxy.inflictOnCurrent(Fault.halfOpen());
		assertEnd(pair.server);
		pair.writeToServer("anybody there?");
		awaitReceived(Direction.TO_SERVER, 14);
		assertThat(this.proxy.open()).isEqualTo(1);
		assertThat(pair.client.getInputStream().available()).isZero();
		this.proxy.heal();
		assertReset(pair.client);
		connect().sendToServer("again");
	}

	@Test
	void futureHalfOpenConnectionsAreAcceptedAndSilent() throws IOException {
		Pair before = connect();
		this.proxy.inflictOnFuture(Fault.halfOpen());
		Socket silent = dial();
		silent.getOutputStream().write(1);
		awaitReceived(Direction.TO_SERVER, 1);
		before.sendToServer("as ever");
		Socket gone = dial();
		await().until(() -> this.proxy.open() == 3);
		gone.close();
		await().until(() -> this.proxy.open() == 2);
		this.proxy.heal();
		assertReset(silent);
		// The server has seen none of the silent ones.
		connect().sendToServer("again");
		before.sendToClient("as ever");
	}

	@Test
	void delayPutsOffEverythingIncludingTheEnd() throws IOException {
		Pair pair = connect();
		Duration delay = Duration.ofMillis(150);
		this.proxy.inflict(Fault.delay(delay));
		long begin = System.nanoTime();
		pair.sendToServer("ping");
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(delay);
		pair.sendToClient("pong");
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(delay.multipliedBy(2));
		pair.client.close();
		assertEnd(pair.server);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(delay.multipliedBy(3));
	}

	@Test
	void jitterKeepsTheOrder() throws IOException {
		Pair pair = connect();
		Duration least = Duration.ofMillis(5);
		this.proxy.inflict(Fault.delay(Direction.TO_SERVER, least, Duration.ofMillis(50)));
		long begin = System.nanoTime();
		byte[] numbers = new byte[100];
		for (int i = 0; i < numbers.length; i++) {
			numbers[i] = (byte) i;
			pair.client.getOutputStream().write(i);
			// So that each has a delay of its own.
			awaitReceived(Direction.TO_SERVER, i + 1);
		}
		assertThat(read(pair.server, numbers.length)).isEqualTo(numbers);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(least);
		pair.sendToClient("not delayed");
	}

	@Test
	void healingEndsADelayAtOnce() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.delay(Duration.ofHours(1)));
		pair.writeToServer("late");
		awaitReceived(Direction.TO_SERVER, 4);
		assertThat(this.proxy.forwarded(Direction.TO_SERVER)).isZero();
		this.proxy.heal();
		assertThat(read(pair.server, 4)).asString().isEqualTo("late");
		pair.sendToServer("in time");
	}

	@Test
	void connectionIsCutAfterSoManyBytes() throws IOException {
		Pair before = connect();
		before.sendToClient("not counted");
		this.proxy.inflict(Fault.cutAfter(Direction.TO_CLIENT, 7));
		before.sendToClient("seven");
		before.sendToServer("does not count");
		before.writeToClient("th and more");
		assertThat(read(before.client, 2)).asString().isEqualTo("th");
		assertEnd(before.client);
		assertThat(this.proxy.open()).isZero();
		Pair after = connect();
		after.sendToClient("seven..");
		assertEnd(after.client);
		this.proxy.heal();
		connect().sendToClient("more than seven");
	}

	@Test
	void healedCutDoesNotHappen() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.cutAfter(Direction.TO_SERVER, 4));
		pair.sendToServer("two");
		this.proxy.heal();
		pair.sendToServer("more than that");
	}

	@Test
	void faultsAddUp() throws IOException {
		Pair pair = connect();
		this.proxy.inflict(Fault.stall(Direction.TO_SERVER));
		this.proxy.inflict(Fault.cutAfter(Direction.TO_CLIENT, 3));
		pair.writeToServer("held");
		awaitReceived(Direction.TO_SERVER, 4);
		pair.writeToClient("three and more");
		assertThat(read(pair.client, 3)).asString().isEqualTo("thr");
		assertEnd(pair.client);
		assertThat(this.proxy.forwarded(Direction.TO_SERVER)).isZero();
	}

	@Test
	void currentAndFutureConnectionsAreApart() throws IOException {
		Pair first = connect();
		this.proxy.inflictOnCurrent(Fault.stall());
		Pair second = connect();
		this.proxy.inflictOnFuture(Fault.stall());
		second.sendToServer("passes");
		first.writeToServer("held");
		Pair third = connect();
		third.writeToServer("held");
		awaitReceived(Direction.TO_SERVER, 14);
		assertThat(this.proxy.forwarded(Direction.TO_SERVER)).isEqualTo(6);
		this.proxy.heal();
		assertThat(read(first.server, 4)).asString().isEqualTo("held");
		assertThat(read(third.server, 4)).asString().isEqualTo("held");
	}

	@Test
	void oneConnectionCanHaveAFaultOfItsOwn() throws IOException {
		Pair first = connect();
		Pair second = connect();
		List<ProxiedConnection> connections = this.proxy.connections();
		connections.get(0).inflict(Fault.stall());
		connections.get(1).inflict(Fault.delay(Duration.ZERO));
		first.writeToServer("held");
		awaitReceived(Direction.TO_SERVER, 4);
		second.sendToServer("passes");
		assertThat(connections.get(0).received(Direction.TO_SERVER)).isEqualTo(4);
		assertThat(connections.get(0).forwarded(Direction.TO_SERVER)).isZero();
		connections.get(0).heal();
		assertThat(read(first.server, 4)).asString().isEqualTo("held");
		connections.get(0).inflict(Fault.cut());
		assertEnd(first.server);
		second.sendToServer("passes");
		assertThat(this.proxy.connections()).containsExactly(connections.get(1));
	}

	@Test
	void withoutServerConnectionsAreResetUntilThereIsOne() throws IOException {
		int port = this.listening.getLocalPort();
		this.listening.close();
		assertReset(dial());
		await().until(() -> this.proxy.open() == 0);
		this.listening = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
		this.listening.setSoTimeout(READ_TIMEOUT);
		connect().sendToServer("hello");
	}

	@Test
	void oneThreadServesAllAndEndsWithTheProxy() throws IOException {
		List<Pair> pairs = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			pairs.add(connect());
		}
		String name = "fault-proxy-" + URI.create(this.proxy.endpoint()).getPort();
		assertThat(threads()).filteredOn((thread) -> thread.getName().equals(name))
			.singleElement()
			.satisfies((thread) -> assertThat(thread.isDaemon()).isTrue());
		pairs.get(0).sendToServer("hello");
		this.proxy.close();
		this.proxy.close();
		assertThat(threads()).noneMatch((thread) -> thread.getName().equals(name));
		for (Pair pair : pairs) {
			assertEnd(pair.client);
			assertEnd(pair.server);
		}
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::dial);
		assertThat(this.proxy.open()).isZero();
		assertThat(this.proxy.accepted()).isEqualTo(20);
		assertThat(this.proxy.forwarded(Direction.TO_SERVER)).isEqualTo(5);
		assertThatIllegalStateException().isThrownBy(this.proxy::heal)
			.withMessage("the proxy is closed: make a new one");
	}

	@Test
	void interruptedThreadCanInflictFaults() throws IOException {
		Pair pair = connect();
		Thread.currentThread().interrupt();
		this.proxy.cut();
		this.proxy.close();
		assertThat(Thread.interrupted()).isTrue();
		assertEnd(pair.client);
	}

	@Test
	void portThatIsLostIsReported() throws IOException {
		this.proxy.refuse();
		int port = URI.create(this.proxy.endpoint()).getPort();
		try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			assertThat(other.isBound()).isTrue();
			assertThatIllegalStateException().isThrownBy(this.proxy::heal)
				.withMessage(this.proxy + " cannot listen again");
		}
		this.proxy.heal();
		connect().sendToServer("again");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "localhost", "http://127.0.0.1", "http://:1", "127.0.0.1:port", "http://127.0.0.1:0" })
	void endpointNeedsHostAndPort(String endpoint) {
		assertThatIllegalArgumentException().isThrownBy(() -> FaultProxy.to(endpoint))
			.withMessage("endpoint is '" + endpoint + "': give host and port, as in 'http://127.0.0.1:2379'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "http://", "https://" })
	void endpointKeepsTheScheme(String scheme) {
		try (FaultProxy other = FaultProxy.to(scheme + "127.0.0.1:1")) {
			assertThat(other.endpoint()).matches(scheme + "127\\.0\\.0\\.1:\\d+");
		}
	}

	@Test
	void faultsRefuseWhatTheyCannotDo() {
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.cutAfter(Direction.TO_CLIENT, 0))
			.withMessage("bytes is 0: give at least 1, or inflict cut() to let none pass");
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.delay(Duration.ofMillis(-1)))
			.withMessage("delay is PT-0.001S: give a time of zero or more");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Fault.delay(Direction.TO_SERVER, Duration.ofMillis(2), Duration.ofMillis(1)))
			.withMessage("least is PT0.002S and most is PT0.001S: least must not be the longer");
	}

	@Test
	void faultsSayWhatTheyAre() {
		assertThat(
				List.of(Fault.cut(), Fault.reset(), Fault.halfOpen(), Fault.stall(), Fault.stall(Direction.TO_SERVER),
						Fault.discard(Direction.TO_CLIENT), Fault.delay(Duration.ofMillis(20)),
						Fault.delay(Direction.TO_CLIENT, Duration.ZERO, Duration.ofSeconds(1)),
						Fault.cutAfter(Direction.TO_SERVER, 10)))
			.hasToString("[cut, reset, half-open, stall, stall TO_SERVER, discard TO_CLIENT, delay PT0.02S,"
					+ " delay TO_CLIENT PT0S to PT1S, cut after 10 bytes TO_SERVER]");
	}

	private Socket dial() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(this.proxy.endpoint()).getPort());
		this.sockets.add(socket);
		socket.setSoTimeout(READ_TIMEOUT);
		return socket;
	}

	private Pair connect() throws IOException {
		Socket client = dial();
		Socket server = this.listening.accept();
		this.sockets.add(server);
		server.setSoTimeout(READ_TIMEOUT);
		return new Pair(client, server);
	}

	/**
	 * Wait until the proxy has got so much, and has done with it what it does at once.
	 * @param direction where it was sent
	 * @param bytes how much
	 */
	private void awaitReceived(Direction direction, long bytes) {
		await().pollInterval(Duration.ofMillis(1)).until(() -> this.proxy.received(direction) == bytes);
		this.proxy.connections();
	}

	private static List<Thread> threads() {
		return List.copyOf(Thread.getAllStackTraces().keySet());
	}

	private static CompletableFuture<Void> send(Socket socket, byte[] bytes) {
		return CompletableFuture.runAsync(() -> {
			try {
				socket.getOutputStream().write(bytes);
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		}, (task) -> new Thread(task).start());
	}

	private static byte[] read(Socket socket, int count) {
		try {
			byte[] bytes = socket.getInputStream().readNBytes(count);
			if (bytes.length < count) {
				throw new EOFException("after " + bytes.length + " bytes of " + count);
			}
			return bytes;
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static void assertEnd(Socket socket) throws IOException {
		assertThat(socket.getInputStream().read()).isEqualTo(-1);
	}

	private static void assertReset(Socket socket) {
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.getInputStream().read())
			.withMessageContaining("reset");
	}

	/** The two ends of a connection through the proxy. */
	private record Pair(Socket client, Socket server) {

		void writeToServer(String text) throws IOException {
			this.client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		}

		void writeToClient(String text) throws IOException {
			this.server.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		}

		void sendToServer(String text) throws IOException {
			writeToServer(text);
			assertThat(read(this.server, text.length())).asString().isEqualTo(text);
		}

		void sendToClient(String text) throws IOException {
			writeToClient(text);
			assertThat(read(this.client, text.length())).asString().isEqualTo(text);
		}

	}

}
