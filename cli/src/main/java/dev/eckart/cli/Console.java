package dev.eckart.cli;

import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a command writes.
 *
 * @param out for what it was asked for
 * @param err for everything else
 * @param bars progress, where {@code err} is a terminal that a person may be looking at
 * @param isOfProcess whether these are the process's own streams, which another process can take over
 */
record Console(PrintStream out, PrintStream err, Optional<ProgressBars> bars, boolean isOfProcess) {

    /**
     * Streams in memory, or as good as that.
     *
     * @param interactive whether they count as a terminal
     */
    Console(PrintStream out, PrintStream err, boolean interactive) {
        this(out, err, interactive, false);
    }

    private Console(PrintStream out, PrintStream err, boolean interactive, boolean isOfProcess) {
        this(out, err, interactive ? Optional.of(new ProgressBars(err)) : Optional.empty(), isOfProcess);
    }

    /**
     * The streams of the process.
     *
     * @param interactive whether a person may be looking at {@code err}
     */
    static Console ofProcess(PrintStream out, PrintStream err, boolean interactive) {
        return new Console(out, err, interactive, true);
    }

    /** Says what went wrong, in a sentence, and is no failure. */
    void warn(String sentence) {
        err.println("eckart: " + sentence);
    }
}
