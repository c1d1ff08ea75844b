package dev.eckart.core.linalg;

import java.util.concurrent.ForkJoinTask;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Independent parts of one computation. */
final class Parts {
    private Parts() {}

    /**
     * Does each part, from 0: side by side where the calling thread is of a pool, one after the other elsewhere.
     *
     * @param part must give the same result whichever thread does it, and in whichever order
     */
    static void forEach(int count, IntConsumer part) {
        if (count > 1 && ForkJoinTask.inForkJoinPool()) {
            ForkJoinTask.invokeAll(IntStream.range(0, count)
                    .mapToObj(i -> ForkJoinTask.adapt(() -> part.accept(i)))
                    .toList());
            return;
        }
        for (int i = 0; i < count; i++) {
            part.accept(i);
        }
    }

    /** How many parts of a size something has, the last one perhaps smaller. */
    static int of(int size, long whole) {
        return Math.toIntExact((whole + size - 1) / size);
    }
}
