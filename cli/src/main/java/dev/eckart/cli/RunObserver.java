package dev.eckart.cli;

import dev.eckart.cli.isolate.NoteFile;
import dev.eckart.core.Progress;
import dev.eckart.core.file.PendingFile;
import dev.eckart.onnx.run.RunWatchdog;
import dev.eckart.onnx.run.RunWatchdog.Underway;
import dev.eckart.onnx.run.TimeLimit;
import dev.eckart.onnx.run.TimeLimitException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Tells a person, and this process's supervisor if there is one, what is being loaded or run, and ends the process where that
 * is stuck.
 */
final class RunObserver implements RunWatchdog.Observer, AutoCloseable {
    /** From then on, a person wonders. */
    private static final Duration LONG = Duration.ofSeconds(3);

    /** Looks from one at the supervisor to the next: that asks the system. */
    private static final int LOOKS = 3;

    private final Console console;
    private final Progress progress;
    private final Optional<NoteFile> notes;
    private int looks;

    /**
     * An observer.
     *
     * @param progress what is shown of it, if anything
     */
    RunObserver(Console console, Progress progress, Optional<NoteFile> notes) {
        this.console = console;
        this.progress = progress;
        this.notes = notes;
    }

    @Override
    public void changed(List<Underway> underway) {
        notes.ifPresent(file -> file.write(underway));
    }

    @Override
    public void looked(List<Underway> underway) {
        notes.ifPresent(file -> {
            file.write(underway);
            looks++;
            if (looks % LOOKS == 0 && file.isOrphan()) {
                endOrphan(file);
            }
        });
        if (progress instanceof ProgressBars bars) {
            bars.tell(underway.stream()
                    .findFirst()
                    .filter(first -> first.elapsed().compareTo(LONG) >= 0)
                    .map(RunObserver::sentence));
        }
    }

    /** {@code running `small.onnx` on `x` [8×128], 3 min 12 s}. */
    static String sentence(Underway underway) {
        return "%s, %s".formatted(underway.work().sentence(), TimeLimit.shown(underway.elapsed()));
    }

    @Override
    public void stuck(Underway stuck, Duration limit) {
        if (notes.filter(file -> file.writeStuck(stuck)).isPresent()) {
            // The supervisor ends this process, and says why.
            return;
        }
        console.warn(TimeLimitException.sentence(stuck.work(), limit));
        PendingFile.removeUnderway();
        end();
    }

    private void endOrphan(NoteFile file) {
        try {
            PendingFile.removeUnderway();
            file.removeFolder();
        } catch (IOException e) {
            console.warn("the temporary folder cannot be removed: " + e);
        } finally {
            end();
        }
    }

    /**
     * Without what is usually done at the end of a process: ONNX Runtime would wait for what never ends. It may crash now, on
     * which the JVM has nothing to add.
     */
    private void end() {
        console.close();
        Runtime.getRuntime().halt(ExitCode.BAD_INPUT);
    }

    @Override
    public void close() {
        if (progress instanceof ProgressBars bars) {
            bars.tell(Optional.empty());
        }
        notes.ifPresent(NoteFile::close);
    }
}
