package dev.eckart.core.compress;

import dev.eckart.core.Progress;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** Work on each of some weights, those that need most memory first: they take longest, and none is left to wait for. */
final class Pass<R> implements Iterable<Pass.Done<R>>, AutoCloseable {
    private final OrderedWork<Done<R>> work;
    private final Progress.Task task;

    /**
     * The result for an item.
     *
     * @param index of the item among all
     */
    record Done<R>(int index, R result) {}

    private Pass(OrderedWork<Done<R>> work, Progress.Task task) {
        this.work = work;
        this.task = task;
    }

    /**
     * Starts on the first items.
     *
     * @param memory bytes that may be in use at a time
     * @param need bytes that the work on an item needs, its result included
     * @param task told of each item that is done with, and closed with this
     */
    static <T, R> Pass<R> start(
            List<T> items, int threads, long memory, ToLongFunction<T> need, Function<T, R> work, Progress.Task task) {
        List<Integer> largestFirst = IntStream.range(0, items.size())
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> need.applyAsLong(items.get(i)))
                        .reversed())
                .toList();
        return new Pass<>(
                OrderedWork.start(largestFirst, threads, memory, i -> need.applyAsLong(items.get(i)), i -> {
                    R result = work.apply(items.get(i));
                    task.step(1);
                    return new Done<>(i, result);
                }),
                task);
    }

    /** In the order in which they are worked on. */
    @Override
    public Iterator<Done<R>> iterator() {
        return work.iterator();
    }

    /** All results, in the order of the items. */
    List<R> toList() {
        return work.toList().stream()
                .sorted(Comparator.comparingInt(Done::index))
                .map(Done::result)
                .toList();
    }

    @Override
    public void close() {
        work.close();
        task.close();
    }
}
