package dev.eckart.core.compress;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * The same work on each of some items, done side by side, its results handed over in the items' order.
 *
 * <p>No more than {@code threads} results are under way or waiting at a time, so that large ones do not pile up. To be
 * iterated once.
 */
final class OrderedWork<R> implements Iterable<R>, AutoCloseable {
    private final ExecutorService pool;
    private final Iterator<R> results;

    private OrderedWork(ExecutorService pool, Iterator<R> results) {
        this.pool = pool;
        this.results = results;
    }

    static <T, R> OrderedWork<R> start(List<T> items, int threads, Function<T, R> work) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        Iterator<T> waiting = items.iterator();
        Queue<Future<R>> underWay = new ArrayDeque<>();
        return new OrderedWork<>(pool, new Iterator<>() {
            @Override
            public boolean hasNext() {
                return waiting.hasNext() || !underWay.isEmpty();
            }

            @Override
            public R next() {
                while (waiting.hasNext() && underWay.size() < threads) {
                    T item = waiting.next();
                    underWay.add(pool.submit(() -> work.apply(item)));
                }
                Future<R> first = underWay.poll();
                if (first == null) {
                    throw new NoSuchElementException();
                }
                return await(first);
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
