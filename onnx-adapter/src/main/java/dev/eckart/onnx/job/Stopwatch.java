package dev.eckart.onnx.job;

/** Seconds of the stages of a job. */
final class Stopwatch {
    private final long start = System.nanoTime();
    private long lap = start;

    /** Since the last lap, or the start. */
    double lap() {
        long now = System.nanoTime();
        double seconds = (now - lap) / 1e9;
        lap = now;
        return seconds;
    }

    /** Since the start. */
    double total() {
        return (System.nanoTime() - start) / 1e9;
    }
}
