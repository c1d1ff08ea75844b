package dev.eckart.core.compress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The same work on each of some items, done side by side, its results handed over in the items' order.
 *
 * <p>As many items are worked on at a time as there are threads, and as many results wait, so that no thread does while
 * one is handed over; but no more than the memory allows, except that one always is. Parts of the work on one item may
 * go to threads that have none. To be iterated once.
 */
final class OrderedWork<R> implements Iterable<R>, AutoCloseable {
    private final ForkJoinPool pool;
    private final Iterator<R> results;

    private OrderedWork(ForkJoinPool pool, Iterator<R> results) {
        this.pool = pool;
        this.results = results;
    }

    /** An item's work, and the bytes that it was said to need. */
    private record Started<R>(Future<R> result, long bytes) {}

    /**
     * Starts on the first items.
     *
     * @param memory bytes that may be in use at a time
     * @param need bytes that the work on an item needs, its result included
     */
    static <T, R> OrderedWork<R> start(
            List<T> items, int threads, long memory, ToLongFunction<T> need, Function<T, R> work) {
        ForkJoinPool pool = new ForkJoinPool(threads);
        Deque<T> waiting = new ArrayDeque<>(items);
        Queue<Started<R>> underWay = new ArrayDeque<>();
        return new OrderedWork<>(pool, new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !waiting.isEmpty() || !underWay.isEmpty();
            }

            @Override
            public R next() {
                while (!waiting.isEmpty() && (underWay.isEmpty() || hasRoomFor(waiting.getFirst()))) {
                    T item = waiting.removeFirst();
                    // A future of its own kind: a task of the pool would hand over a copy of an exception.
                    underWay.add(new Started<>(
                            CompletableFuture.supplyAsync(() -> work.apply(item), pool), need.applyAsLong(item)));
                }
                Started<R> first = underWay.poll();
                if (first == null) {
                    throw new NoSuchElementException();
                }
                return await(first.result);
            }

            private boolean hasRoomFor(T item) {
                long inUse = underWay.stream().mapToLong(Started::bytes).sum();
                return underWay.size() < 2 * threads && need.applyAsLong(item) <= memory - inUse;
            }
        });
    }

    private static <R> R await(Future<R> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while decomposing", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public Iterator<R> iterator() {
        return results;
    }

    List<R> toList() {
        List<R> all = new ArrayList<>();
        results.forEachRemaining(all::add);
        return all;
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
