package dev.eckart.cli;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out for what it was asked for
 * @param err for everything else
 * @param interactive whether {@code err} is a terminal that a person may be looking at
 */
record Console(PrintStream out, PrintStream err, boolean interactive) {

    /** Says what went wrong, in a sentence, and is no failure. */
    void warn(String sentence) {
        err.println("eckart: " + sentence);
    }
}
