package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFile;
import dev.eckart.core.file.Unwritable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The forms that a report of one kind can be written in, by the ending of a file's name. */
record ReportFiles<R>(List<Form<R>> forms) {

    /** An ending, in small letters, and what makes the content. */
    record Form<R>(String ending, Function<R, String> rendering) {}

    /** Refuses files that no report can be written to, before any work is done. */
    void require(List<Path> files) {
        for (Path file : files) {
            rendering(file);
            requirePlace(file);
        }
    }

    /** Writes a report to each of the files. */
    void write(R report, List<Path> files) {
        files.forEach(file -> write(file, rendering(file).apply(report)));
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
        String name = file.toString().toLowerCase(Locale.ROOT);
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
