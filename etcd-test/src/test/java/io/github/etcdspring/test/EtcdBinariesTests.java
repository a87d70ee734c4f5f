/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.test;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class EtcdBinariesTests {

	private final Logger logger = (Logger) LoggerFactory.getLogger(EtcdBinaries.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@TempDir
	private Path directory;

	@BeforeEach
	void recordLog() {
		this.log.start();
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void stopRecording() {
		this.logger.detachAppender(this.log);
	}

	@Test
	void searchFindsThoseOnThePathAndThoseNamedOldestFirst() throws IOException {
		Path onPath = etcd("path", "3.5.4");
		Path newer = etcd("newer", "3.10.1");
		Path older = etcd("older", "3.4.23");
		List<EtcdBinary> found = search(paths(this.directory.resolve("path")), paths(newer, older), false).get();
		assertThat(found).extracting(EtcdBinary::path).containsExactly(older, onPath, newer);
		assertThat(found).extracting((binary) -> binary.version().toString())
			.containsExactly("3.4.23", "3.5.4", "3.10.1");
		assertThat(this.log.list).isEmpty();
	}

	@Test
	void searchKeepsTheFirstOfAVersion() throws IOException {
		Path onPath = etcd("path", "3.5.4");
		Path again = etcd("again", "3.5.4");
		assertThat(search(paths(this.directory.resolve("path")), paths(again, onPath), false).get())
			.containsExactly(new EtcdBinary(onPath, new EtcdVersion(3, 5, 4)));
	}

	@Test
	void searchTakesTheFirstProgramOfThePath() throws IOException {
		Path empty = Files.createDirectory(this.directory.resolve("empty"));
		Files.createDirectories(this.directory.resolve("folder/etcd"));
		Path first = etcd("first", "3.4.1");
		etcd("second", "3.5.1");
		String path = paths(empty, this.directory.resolve("folder"), this.directory.resolve("first"),
				this.directory.resolve("second"));
		assertThat(search(path, null, false).get()).extracting(EtcdBinary::path).containsExactly(first);
	}

	@Test
	void searchIgnoresEmptyEntries() throws IOException {
		Path etcd = etcd("one", "3.5.4");
		String entries = File.pathSeparator + etcd + File.pathSeparator + File.pathSeparator;
		assertThat(search(null, entries, true).get()).extracting(EtcdBinary::path).containsExactly(etcd);
	}

	@Test
	void searchWithoutAnyEtcdIsEmptyAndLoud() {
		assertThat(search("", null, false).get()).isEmpty();
		assertThat(this.log.list).singleElement().satisfies((event) -> {
			assertThat(event.getLevel()).isEqualTo(Level.WARN);
			assertThat(event.getFormattedMessage()).contains("No etcd found", "ETCD_BINARIES", "SKIPPED");
		});
	}

	@Test
	void searchWithoutAnyEtcdFailsIfOneIsRequired() {
		EtcdBinaries.Result result = search("", null, true);
		assertThatIllegalStateException().isThrownBy(result::get)
			.withMessageContaining("No etcd found")
			.withMessageContaining("scripts/install-etcd")
			.withMessageContaining("etcd.required is true");
	}

	@Test
	void searchPassesOverANamedProgramThatDoesNotRun() throws IOException {
		Path good = etcd("good", "3.5.4");
		Path missing = this.directory.resolve("missing");
		assertThat(search(null, paths(missing, good), false).get()).extracting(EtcdBinary::path).containsExactly(good);
		assertThat(this.log.list).singleElement()
			.satisfies((event) -> assertThat(event.getFormattedMessage()).contains("no program at '" + missing));
	}

	@Test
	void searchFailsIfEtcdIsRequiredAndANamedProgramDoesNotRun() throws IOException {
		Path good = etcd("good", "3.5.4");
		Path other = FakePrograms.script(this.directory.resolve("other"), "echo surprise; exit 1");
		EtcdBinaries.Result result = search(null, paths(good, other), true);
		assertThatIllegalStateException().isThrownBy(result::get)
			.withMessageContaining(other.toString())
			.withMessageContaining("surprise");
	}

	@Test
	void binaryOfAFileThatIsNoProgramIsRefused() throws IOException {
		Path file = Files.createFile(this.directory.resolve("etcd"));
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdBinary.of(file))
			.withMessageStartingWith("no program at '" + file + "'");
	}

	@Test
	void binaryOfAProgramForAnotherMachineIsRefused() throws IOException {
		Path file = etcd("broken", "3.5.4");
		Files.write(file, new byte[] { 0x7f, 'E', 'L', 'F', 0 });
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdBinary.of(file))
			.withMessageContaining("is not an etcd that runs on this machine");
	}

	private Path etcd(String name, String version) throws IOException {
		return FakePrograms.etcd(this.directory.resolve(name), version);
	}

	private static EtcdBinaries.Result search(@Nullable String path, @Nullable String binaries, boolean required) {
		return EtcdBinaries.search(path, binaries, required);
	}

	private static String paths(Path... paths) {
		return Stream.of(paths).map(Path::toString).collect(Collectors.joining(File.pathSeparator));
	}

}
