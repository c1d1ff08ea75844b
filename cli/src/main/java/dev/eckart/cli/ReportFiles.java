package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The forms that a report of one kind can be written in, by the ending of a file's name. */
record ReportFiles<R>(List<Form<R>> forms) {

    /** An ending, in small letters, and what makes the content. */
    record Form<R>(String ending, Function<R, String> rendering) {}

    /** What a report goes through to, as JSON, instead of being put in its place. */
    private static final Set<String> STANDARD_OUTPUT = Set.of("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

    /**
     * Refuses files that no report can be written to, before any work is done.
     *
     * @param run the other files of the run, which no report may be written over
     */
    void require(List<Path> files, RunFiles run) {
        for (Path file : files) {
            rendering(file);
            if (!isStandardOutput(file)) {
                requirePlace(file);
                run.writes("--report", file);
            }
        }
        run.require();
    }

    /**
     * Writes a report to each of the files, and prints it.
     *
     * @param print prints it, also where a file cannot be written
     * @throws InvalidInputException if files cannot be written; all others are
     */
    void deliver(R report, List<Path> files, Console console, Runnable print) {
        List<InvalidInputException> failures = new ArrayList<>();
        for (Path file : files) {
            String content = rendering(file).apply(report);
            if (isStandardOutput(file)) {
                console.print(content.endsWith("\n") ? content : content + "\n");
                continue;
            }
            try {
                write(file, content);
            } catch (InvalidInputException e) {
                failures.add(e);
            }
        }
        print.run();
        if (!failures.isEmpty()) {
            throw new InvalidInputException(
                    failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; ")), failures.get(0));
        }
    }

    /** Whether a path is the standard output's, or a link to that. */
    private static boolean isStandardOutput(Path file) {
        try {
            Path meant = Files.isSymbolicLink(file) && !STANDARD_OUTPUT.contains(file.toString())
                    ? Files.readSymbolicLink(file)
                    : file;
            return STANDARD_OUTPUT.contains(meant.toString());
        } catch (IOException e) {
            throw Unwritable.because(file, e);
        }
    }

    static void write(Path file, String content) {
        try (PendingFile pending = PendingFile.beside(file)) {
            Files.writeString(pending.path(), content.endsWith("\n") ? content : content + "\n");
            pending.commit();
        } catch (IOException e) {
            throw Unwritable.because(file, e);
        }
    }

    private static void requirePlace(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(file)) {
            Destination.of(file);
        }
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new InvalidInputException("--report: `%s` cannot be written: %s"
                    .formatted(
                            file,
                            Files.isDirectory(file)
                                    ? "it is a directory"
                                    : "directory `" + folder + "` does not exist; create it first"));
        }
    }

    private Function<R, String> rendering(Path file) {
        String written = file.toString().toLowerCase(Locale.ROOT);
        String name = STANDARD_OUTPUT.contains(written) ? ".json" : written;
        return forms.stream()
                .filter(form -> name.endsWith(form.ending()))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        "--report: `%s` has an unknown ending; expected %s".formatted(file, endings())))
                .rendering();
    }

    private String endings() {
        List<String> all = forms.stream().map(Form::ending).toList();
        return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.get(all.size() - 1);
    }
}
