/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.github.etcdspring.client.transport.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client and all it needs in one jar, as build tools make it, loaded by a class
 * loader that nobody else knows, on threads whose context class loader is of no use.
 */
@Timeout(120)
class SingleJarTests {

	/** What an application does not take along. */
	private static final Pattern OF_TESTS = Pattern.compile(
			".*(test-classes|surefire|junit|assertj|archunit|awaitility|byte-buddy|logback|opentest4j|inprocess).*");

	private static final String SERVICES = "META-INF/services/";

	/**
	 * Never closed, because gRPC keeps threads for some time that go on using them; and
	 * held for ever: a Netty that is unloaded takes the native methods of all others with
	 * it.
	 */
	private static final List<URLClassLoader> applications = new ArrayList<>();

	@TempDir
	private static Path folder;

	private static Path jar;

	private ScriptedServer server;

	@BeforeAll
	static void pack() throws IOException {
		jar = folder.resolve("application.jar");
		Map<String, ByteArrayOutputStream> services = new TreeMap<>();
		Set<String> packed = new HashSet<>();
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
			out.setLevel(Deflater.BEST_SPEED);
			for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
				Path path = Path.of(part);
				if (OF_TESTS.matcher(part).matches() || !Files.exists(path)) {
					continue;
				}
				if (Files.isDirectory(path)) {
					packFolder(path, out, services, packed);
				}
				else {
					packJar(path, out, services, packed);
				}
			}
			for (Map.Entry<String, ByteArrayOutputStream> service : services.entrySet()) {
				out.putNextEntry(new JarEntry(service.getKey()));
				service.getValue().writeTo(out);
			}
		}
		assertThat(services).isNotEmpty();
	}

	private static void packFolder(Path folder, JarOutputStream out, Map<String, ByteArrayOutputStream> services,
			Set<String> packed) throws IOException {
		try (Stream<Path> files = Files.walk(folder)) {
			for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
				try (InputStream in = Files.newInputStream(file)) {
					pack(folder.relativize(file).toString().replace('\\', '/'), in, out, services, packed);
				}
			}
		}
	}

	private static void packJar(Path path, JarOutputStream out, Map<String, ByteArrayOutputStream> services,
			Set<String> packed) throws IOException {
		try (JarFile file = new JarFile(path.toFile())) {
			for (JarEntry entry : (Iterable<JarEntry>) file.stream()::iterator) {
				if (!entry.isDirectory()) {
					try (InputStream in = file.getInputStream(entry)) {
						pack(entry.getName(), in, out, services, packed);
					}
				}
			}
		}
	}

	private static void pack(String name, InputStream in, JarOutputStream out,
			Map<String, ByteArrayOutputStream> services, Set<String> packed) throws IOException {
		if (name.startsWith(SERVICES)) {
			OutputStream merged = services.computeIfAbsent(name, (any) -> new ByteArrayOutputStream());
			in.transferTo(merged);
			merged.write('\n');
		}
		else if (packed.add(name)) {
			out.putNextEntry(new JarEntry(name));
			in.transferTo(out);
		}
	}

	@BeforeEach
	void start() {
		this.server = ScriptedServer.start();
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void clientWorksWithoutAContextClassLoader() throws Exception {
		assertWorks(null);
	}

	@Test
	void clientWorksWithAContextClassLoaderThatKnowsNothing() throws Exception {
		try (URLClassLoader stranger = new URLClassLoader(new URL[0], null)) {
			assertWorks(stranger);
		}
	}

	private void assertWorks(@Nullable ClassLoader context) throws Exception {
		URLClassLoader application = new URLClassLoader(new URL[] { jar.toUri().toURL() },
				ClassLoader.getPlatformClassLoader());
		applications.add(application);
		Class<?> type = application.loadClass(EtcdClient.class.getName());
		assertThat(type).isNotSameAs(EtcdClient.class);
		for (String host : new String[] { "127.0.0.1", "localhost" }) {
			CompletableFuture<Object> revision = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				try {
					revision.complete(put(type, "http://" + host + ":" + this.server.port()));
				}
				catch (Throwable ex) {
					revision.completeExceptionally(ex);
				}
			});
			thread.setContextClassLoader(context);
			thread.start();
			assertThat(revision.get()).isEqualTo(7L);
		}
		assertThat(this.server.count(ScriptedServer.PUT)).isEqualTo(2);
	}

	private static Object put(Class<?> type, String endpoint) throws Exception {
		Object builder = callOf(type, null, "builder");
		Object client = call(call(builder, "endpoints", (Object) new String[] { endpoint }), "build");
		try {
			Object request = call(call(client, "kv"), "put", "k", "v");
			return call(call(request, "sync"), "revision");
		}
		finally {
			call(client, "close");
		}
	}

	private static Object call(Object target, String name, Object... arguments) throws Exception {
		return callOf(target.getClass(), target, name, arguments);
	}

	private static Object callOf(Class<?> type, @Nullable Object target, String name, Object... arguments)
			throws Exception {
		Class<?>[] types = Arrays.stream(arguments).map(Object::getClass).toArray(Class<?>[]::new);
		Method method = type.getMethod(name, types);
		method.setAccessible(true);
		return method.invoke(target, arguments);
	}

}
