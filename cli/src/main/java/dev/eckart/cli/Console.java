package dev.eckart.cli;

import dev.eckart.cli.render.ShownText;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where a command writes: the only way to the terminal. What is written comes from models, plug-ins and command lines, and is
 * shown as {@link ShownText}.
 */
final class Console {
    private static final int LONGEST_SENTENCE = 4000;

    private final PrintStream out;
    private final PrintStream err;
    private final Optional<ProgressBars> bars;
    private final boolean ofProcess;

    /**
     * Streams in memory, or as good as that.
     *
     * @param out for what a command was asked for
     * @param err for everything else
     * @param interactive whether they count as a terminal
     */
    Console(PrintStream out, PrintStream err, boolean interactive) {
        this(out, err, interactive, false);
    }

    private Console(PrintStream out, PrintStream err, boolean interactive, boolean ofProcess) {
        this.out = out;
        this.err = err;
        this.bars = interactive ? Optional.of(new ProgressBars(err)) : Optional.empty();
        this.ofProcess = ofProcess;
    }

    /**
     * The streams of the process. They are this console's alone: what plug-ins and libraries print, to either, goes to
     * {@code err} from now on, and never into a result.
     *
     * @param interactive whether a person may be looking at {@code err}
     */
    static Console ofProcess(PrintStream out, PrintStream err, boolean interactive) {
        System.setOut(err);
        System.setErr(err);
        return new Console(out, err, interactive, true);
    }

    /** Whether these are the process's own streams, which another process can take over. */
    boolean isOfProcess() {
        return ofProcess;
    }

    /** Progress, where a person may be looking. */
    Optional<ProgressBars> bars() {
        return bars;
    }

    /** Prints what the command was asked for: lines whose parts from elsewhere are shown as such already. */
    void print(String page) {
        out.print(ShownText.lines(page));
    }

    /** As {@link #print}, with the end of a line after it. */
    void println(String page) {
        out.println(ShownText.lines(page));
    }

    /** Says something about the work, in a line, beside what the command was asked for. */
    void tell(String line) {
        err.println(oneLine(line));
    }

    /** Says what went wrong, in a sentence. */
    void warn(String sentence) {
        err.println("eckart: " + oneLine(sentence));
    }

    /** Says where an exception came from. */
    void trace(Throwable exception) {
        StringWriter trace = new StringWriter();
        exception.printStackTrace(new PrintWriter(trace));
        err.println(trace.toString()
                .lines()
                .map(line -> ShownText.of(line.replace("\t", "    ")))
                .collect(Collectors.joining(System.lineSeparator())));
    }

    private static String oneLine(String text) {
        return ShownText.of(ShownText.shortened(text.strip(), LONGEST_SENTENCE).replaceAll("\\s*\\R\\s*", " "));
    }

    /** For help, of which nothing comes from elsewhere. */
    PrintWriter help() {
        return new PrintWriter(out, true, StandardCharsets.UTF_8);
    }

    /** As {@link #help}, where nobody asked for it. */
    PrintWriter unaskedHelp() {
        return new PrintWriter(err, true, StandardCharsets.UTF_8);
    }

    /**
     * Has the streams take all that was written.
     *
     * @return whether standard output has taken all of it
     */
    boolean flush() {
        err.flush();
        return !out.checkError();
    }

    /** Ends the streams, for the end of a process in which others may still print. */
    void close() {
        out.close();
        err.close();
    }
}
