package dev.eckart.cli;

import dev.eckart.core.file.PendingFile;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A look, as the process ends, at who ends it: what a plug-in ends before the command is done is neither done nor silent. It
 * knows of {@link System#exit}; of {@link Runtime#halt}, and of signals, the process learns nothing, or has nothing to say.
 */
final class ExitWatch {
    private final Console console;
    private volatile boolean finished;

    private ExitWatch(Console console) {
        this.console = console;
    }

    /** Looks from now on, at the end of the process. */
    static ExitWatch start(Console console) {
        ExitWatch watch = new ExitWatch(console);
        Runtime.getRuntime().addShutdownHook(new Thread(watch::look, "tell who ends the process"));
        return watch;
    }

    /** Says that the process ends because the command did. */
    void finish() {
        finished = true;
    }

    private void look() {
        if (!finished) {
            Thread.getAllStackTraces().values().stream()
                    .map(ExitWatch::exiting)
                    .flatMap(Optional::stream)
                    .findFirst()
                    .ifPresent(this::end);
        }
    }

    /** The class that called for the end of the process in a stack, if one did. */
    private static Optional<String> exiting(StackTraceElement... stack) {
        List<String> classes =
                Arrays.stream(stack).map(StackTraceElement::getClassName).toList();
        boolean exits = Arrays.stream(stack)
                .anyMatch(frame -> frame.getClassName().equals(Runtime.class.getName())
                        && frame.getMethodName().equals("exit"));
        return exits
                ? classes.stream()
                        .skip(classes.lastIndexOf(Runtime.class.getName()) + 1L)
                        .filter(name -> !name.equals(System.class.getName()))
                        .findFirst()
                : Optional.empty();
    }

    private void end(String caller) {
        console.warn(
                "%s ended the process before the command was done; a plug-in must not call System.exit: tell its author"
                        .formatted(caller));
        PendingFile.removeUnderway();
        console.close();
        Runtime.getRuntime().halt(ExitCode.BAD_INPUT);
    }
}
