package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import dev.eckart.onnx.job.ModelFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files that a run reads, and those that it writes, as they are known before it begins: what is written must be none of the
 * others, which would be lost.
 */
final class RunFiles {
    private final List<Named> read = new ArrayList<>();
    private final List<Named> written = new ArrayList<>();

    /** A file, and what it is to the run. */
    private record Named(String what, Path path) {}

    /** A file that the run reads. */
    RunFiles reads(String what, Path path) {
        read.add(new Named(what, path));
        return this;
    }

    /** A file that the run reads, if there is one. */
    RunFiles reads(String what, Optional<Path> path) {
        path.ifPresent(file -> reads(what, file));
        return this;
    }

    /** A model that the run reads. */
    RunFiles readsModel(String what, Path model) {
        ModelFiles.dataFiles(model).forEach(file -> reads("a file of tensors of " + what, file));
        return reads(what, model);
    }

    /** A file that the run writes. */
    RunFiles writes(String what, Path path) {
        written.add(new Named(what, path));
        return this;
    }

    /** A file that the run writes, if there is one. */
    RunFiles writes(String what, Optional<Path> path) {
        path.ifPresent(file -> writes(what, file));
        return this;
    }

    /**
     * Refuses to write over what is read, or twice to one file.
     *
     * @throws InvalidInputException if a file that is written is another of the run's
     */
    void require() {
        for (int i = 0; i < written.size(); i++) {
            Named target = written.get(i);
            for (Named source : read) {
                if (Destination.areSame(target.path, source.path)) {
                    throw new InvalidInputException("%s: `%s` is %s, which is never overwritten; name another file"
                            .formatted(target.what, target.path, source.what));
                }
            }
            for (Named other : written.subList(0, i)) {
                if (Destination.areSame(target.path, other.path)) {
                    throw new InvalidInputException("%s: `%s` is written as %s, too; name another file"
                            .formatted(target.what, target.path, other.what));
                }
            }
        }
    }
}
