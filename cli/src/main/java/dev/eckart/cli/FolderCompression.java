package dev.eckart.cli;

import dev.eckart.cli.render.FolderRendering;
import dev.eckart.core.InvalidInputException;
import dev.eckart.core.model.NamePattern;
import dev.eckart.core.report.FolderReport;
import dev.eckart.core.report.Report;
import dev.eckart.onnx.job.FolderJob;
import dev.eckart.onnx.job.FolderJob.FolderTarget;
import dev.eckart.onnx.job.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * {@code compress} of a folder: each model by the same options.
 *
 * @param chosen models to compress, by their paths in the folder
 */
record FolderCompression(ModelFolder folder, List<Path> chosen) {
    FolderCompression {
        chosen = List.copyOf(chosen);
    }

    /**
     * A model of the folder, and what is to come of it.
     *
     * @param output empty where nothing is to be written
     * @param path in the folder
     */
    record OneModel(Path model, Optional<Path> output, Path path, FolderInputs folderInputs) {
        /** Its inputs, of those that the user names. */
        Path inputs(Path given) {
            return folderInputs.of(path, given);
        }
    }

    /**
     * Looks through a folder.
     *
     * @param globs of paths of models; none for all
     * @throws InvalidInputException if it cannot be read, or has no such model
     */
    static FolderCompression of(Path root, List<String> globs) {
        ModelFolder folder = ModelFolder.read(root);
        List<NamePattern> patterns = globs.stream().map(NamePattern::new).toList();
        for (NamePattern pattern : patterns) {
            if (folder.models().stream().noneMatch(model -> pattern.matches(name(model)))) {
                throw new InvalidInputException("--models %s: no model of `%s` has such a path; it has: %s"
                        .formatted(
                                pattern.glob(),
                                root,
                                String.join(
                                        ", ",
                                        folder.models().stream()
                                                .map(FolderCompression::name)
                                                .toList())));
            }
        }
        return new FolderCompression(
                folder,
                folder.models().stream()
                        .filter(model -> patterns.isEmpty()
                                || patterns.stream().anyMatch(pattern -> pattern.matches(name(model))))
                        .toList());
    }

    private static String name(Path model) {
        return model.toString().replace('\\', '/');
    }

    /** The folder's files, among those of a run. */
    RunFiles addTo(RunFiles run) {
        folder.files().forEach(file -> run.reads("a file of the original folder", folder.at(file.path())));
        return run;
    }

    /**
     * Compresses the models.
     *
     * @param target empty to write nothing
     * @param work what is done with each
     * @param tell takes what is being done
     */
    FolderReport compress(Optional<FolderTarget> target, Function<OneModel, Report> work, Consumer<String> tell) {
        FolderInputs inputs = new FolderInputs(chosen);
        AtomicInteger begun = new AtomicInteger();
        FolderJob job = new FolderJob(Version.current(), folder, chosen::contains, (path, output) -> {
            if (chosen.size() > 1) {
                tell.accept("%s (%d of %d)".formatted(path, begun.incrementAndGet(), chosen.size()));
            }
            return work.apply(new OneModel(folder.at(path), output, path, inputs));
        });
        return target.map(job::compress).orElseGet(job::plan);
    }

    /**
     * Says what is wrong, and returns the exit code: that of the model that fared worst.
     *
     * @param output the folder that was to be written, if one was
     */
    static int status(FolderReport report, Optional<Path> output, Console console) {
        String written = output.map(
                        path -> "; `%s` was %s".formatted(path, report.written() ? "written anyway" : "not written"))
                .orElse("");
        FolderRendering.failure(report).ifPresent(failure -> console.warn(failure + written));
        return switch (report.worst()) {
            case REFUSED -> ExitCode.BAD_INPUT;
            case FAILED -> ExitCode.LIMIT_NOT_KEPT;
            case UNREACHABLE -> ExitCode.UNREACHABLE;
            case COMPRESSED, NOT_CHOSEN, UNCHANGED -> {
                if (output.isPresent() && !report.written()) {
                    console.warn("nothing to gain: no model of the folder becomes smaller" + written);
                    yield ExitCode.NOTHING_TO_GAIN;
                }
                yield ExitCode.DONE;
            }
        };
    }
}
