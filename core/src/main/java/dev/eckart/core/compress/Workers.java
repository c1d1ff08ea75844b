package dev.eckart.core.compress;

import dev.eckart.core.Progress;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Who works on weights, side by side.
 *
 * @param threads weights that are worked on at a time
 * @param memory bytes that these may take; where one alone takes more, it is the only one
 */
record Workers(int threads, long memory, Progress progress) {

    Workers withMemory(long other) {
        return new Workers(threads, other, progress);
    }

    /** Starts on some items, and tells of each that is done. */
    <T, R> Pass<R> pass(String label, List<T> items, ToLongFunction<T> need, Function<T, R> work) {
        return Pass.start(items, threads, memory, need, work, start(label, items.size()));
    }

    Progress.Task start(String label, long steps) {
        return progress.start(label, steps);
    }
}
