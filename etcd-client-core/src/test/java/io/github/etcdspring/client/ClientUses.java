/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.etcdspring.client.cache.Cache;
import io.github.etcdspring.client.cache.CacheRequest;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.Pages;
import io.github.etcdspring.client.lease.KeepAlive;
import io.github.etcdspring.client.transport.Request;
import io.github.etcdspring.client.watch.Watch;
import io.github.etcdspring.client.watch.WatchIterator;

/**
 * All that can be done with a client, found by reflection: every public method of the
 * client, of its services and of their requests that gives a request, or something that
 * goes on until it is closed. A method whose result is of neither kind must be named
 * here, so that a new one is not forgotten.
 */
final class ClientUses {

	private static final String PACKAGES = EtcdClient.class.getPackageName() + ".";

	/** Methods that ask the server for nothing. */
	private static final Set<String> LOCAL = Set.of("EtcdClient.close", "EtcdClient.endpoints",
			"EtcdClient.replaceEndpoints", "EtcdClient.endpointStates", "Session.leaseId", "Session.state",
			"Session.onLost", "Session.onRestored", "Session.close", "Session.closeAsync");

	/** What goes on until it is closed: how each of them ends. */
	private static final Map<Class<?>, Function<Object, @Nullable CompletableFuture<?>>> HANDLES = Map.of(Watch.class,
			(watch) -> ((Watch) watch).ready(), WatchIterator.class, (iterator) -> end((WatchIterator) iterator),
			Flow.Publisher.class, (publisher) -> end((Flow.Publisher<?>) publisher), KeepAlive.class,
			(keepAlive) -> ((KeepAlive) keepAlive).ready(), Cache.class, (cache) -> ((Cache) cache).ready(),
			Pages.class, (pages) -> CompletableFuture.completedFuture(((Pages) pages).iterator().next()),
			// These tell their listeners only.
			Observation.class, (observation) -> null);

	private final List<Use> found = new ArrayList<>();

	private final Set<Class<?>> visited = new HashSet<>();

	private final String endpoint;

	private final Path folder;

	private ClientUses(String endpoint, Path folder) {
		this.endpoint = endpoint;
		this.folder = folder;
	}

	/**
	 * Find all uses. Requests are made by this, but not sent.
	 * @param <T> the type where to begin
	 * @param type the type where to begin
	 * @param start the object where to begin
	 * @param endpoint an endpoint of the client
	 * @param folder a folder for files
	 * @return the uses
	 */
	static <T> List<Use> of(Class<T> type, T start, String endpoint, Path folder) {
		ClientUses uses = new ClientUses(endpoint, folder);
		if (type != EtcdClient.class) {
			// What a request for the leader refuses, other requests for keys do not.
			uses.visited.add(GetRequest.class);
		}
		uses.explore(type, start, type.getSimpleName());
		return List.copyOf(uses.found);
	}

	private void explore(Class<?> type, Object target, String path) {
		if (!this.visited.add(type)) {
			return;
		}
		Arrays.stream(type.getMethods())
			.filter((method) -> isOfTheClient(method) && !method.isBridge())
			.sorted(Comparator.comparing(Method::toString))
			.forEach((method) -> explore(type, target, method, path));
	}

	private static boolean isOfTheClient(Method method) {
		return !Modifier.isStatic(method.getModifiers()) && method.getDeclaringClass().getName().startsWith(PACKAGES)
				&& !method.getName().equals("toString");
	}

	private void explore(Class<?> type, Object target, Method method, String path) {
		Class<?> result = method.getReturnType();
		String name = path + "." + method.getName()
				+ Arrays.stream(method.getParameterTypes())
					.map(Class::getSimpleName)
					.reduce((left, right) -> left + ", " + right)
					.map((types) -> "(" + types + ")")
					.orElse("()");
		boolean ofRequest = Request.class.isAssignableFrom(type) && Set.of("sync", "async").contains(method.getName());
		boolean setting = result.isAssignableFrom(type) && result != Object.class;
		if (ofRequest || setting || LOCAL.contains(type.getSimpleName() + "." + method.getName())) {
			return;
		}
		if (HANDLES.containsKey(result)) {
			this.found.add(new Use(name, () -> open(target, method)));
			return;
		}
		if (!result.getName().startsWith(PACKAGES)) {
			throw new AssertionError(method + " is neither known to ask the server nor known not to: name it in "
					+ ClientUses.class.getSimpleName());
		}
		Object made = call(target, method, new SampleArguments(this.endpoint, this.folder));
		if (made instanceof Request<?> request) {
			this.found.add(new Use(name + ".sync()", () -> CompletableFuture.completedFuture(request.sync())));
			this.found.add(new Use(name + ".async()", request::async));
		}
		explore(result, made, name);
	}

	private CompletableFuture<?> open(Object target, Method method) {
		SampleArguments arguments = new SampleArguments(this.endpoint, this.folder);
		if (target instanceof CacheRequest request) {
			return bothEnd(request.listener(arguments.cacheListener()).open().ready(), arguments.end());
		}
		Object handle = call(target, method, arguments);
		return bothEnd(Objects.requireNonNull(HANDLES.get(method.getReturnType())).apply(handle), arguments.end());
	}

	/** Fails as the handle does, when its listener, if any, was told the same. */
	private static CompletableFuture<?> bothEnd(@Nullable CompletableFuture<?> handle,
			@Nullable CompletableFuture<@Nullable Throwable> listener) {
		if (listener == null) {
			return (handle != null) ? handle : new CompletableFuture<>();
		}
		CompletableFuture<?> told = listener.thenCompose((cause) -> (cause != null)
				? CompletableFuture.failedFuture(cause) : CompletableFuture.completedFuture("told without a cause"));
		if (handle == null) {
			return told;
		}
		return told.handle((result, ex) -> (ex != null) ? handle : told).thenCompose((next) -> next);
	}

	private static CompletableFuture<?> end(WatchIterator iterator) {
		// Both of its ends must tell.
		CompletableFuture<Long> ready = iterator.ready();
		return ready.handle((revision, ex) -> iterator.hasNext())
			.thenCompose((hasNext) -> hasNext ? CompletableFuture.completedFuture(-1L) : ready);
	}

	private static CompletableFuture<?> end(Flow.Publisher<?> publisher) {
		CompletableFuture<Object> end = new CompletableFuture<>();
		publisher.subscribe(new Flow.Subscriber<Object>() {
			@Override
			public void onSubscribe(Flow.Subscription subscription) {
				subscription.request(1);
			}

			@Override
			public void onNext(Object item) {
				end.complete(item);
			}

			@Override
			public void onError(Throwable cause) {
				end.completeExceptionally(cause);
			}

			@Override
			public void onComplete() {
				end.complete("no error");
			}
		});
		return end;
	}

	private static Object call(Object target, Method method, SampleArguments arguments) {
		try {
			// The class may be hidden behind a public interface.
			method.setAccessible(true);
			return method.invoke(target, arguments.of(method));
		}
		catch (InvocationTargetException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				throw cause;
			}
			throw new AssertionError(method + " failed", ex.getCause());
		}
		catch (IllegalAccessException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Asks the server for something.
	 */
	@FunctionalInterface
	interface Action {

		CompletableFuture<?> run();

	}

	/**
	 * One way to ask the server for something.
	 *
	 * @param path how it is written
	 * @param action does it; what it returns ends as it does
	 */
	record Use(String path, Action action) {

		@Override
		public String toString() {
			return this.path;
		}

	}

}
