package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.PendingFolder;
import dev.eckart.core.file.Unwritable;
import dev.eckart.core.report.FolderReport;
import dev.eckart.core.report.FolderReport.Bytes;
import dev.eckart.core.report.FolderReport.FolderModel;
import dev.eckart.core.report.FolderReport.Outcome;
import dev.eckart.core.report.NothingToGain;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.Report.ModelEntry;
import dev.eckart.core.report.WeightEntry;
import dev.eckart.onnx.run.TimeLimitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A folder with each of its models compressed and everything else as it is. A model that cannot be worked with does not keep the
 * others from being tried, so that all that is wrong is said at once; but then no folder is written.
 */
public final class FolderJob {
    /** What is done with a model. */
    public interface ModelWork {
        /**
         * Compresses a model, or says what it would do.
         *
         * @param model its path in the folder
         * @param output the file to write; empty where none is to be
         */
        Report compress(Path model, Optional<Path> output);
    }

    /**
     * The folder to write.
     *
     * @param path as the user wrote it
     * @param overwrite whether it may take the place of a folder that is not empty
     * @param keepFailed whether it is written with models that fail
     * @param writeAnyway whether it is written if nothing in it is smaller
     */
    public record FolderTarget(Path path, boolean overwrite, boolean keepFailed, boolean writeAnyway) {}

    private final String version;
    private final ModelFolder folder;
    private final Predicate<Path> chosen;
    private final ModelWork work;

    private final FolderFiles files;

    /**
     * A job.
     *
     * @param version of this tool
     * @param chosen which models to compress, by their paths in the folder
     */
    public FolderJob(String version, ModelFolder folder, Predicate<Path> chosen, ModelWork work) {
        this.version = version;
        this.folder = folder;
        this.chosen = chosen;
        this.work = work;
        this.files = FolderFiles.of(folder);
    }

    /** Says what would become of each model, and writes nothing. */
    public FolderReport plan() {
        Stopwatch stopwatch = new Stopwatch();
        List<FolderModel> models = folder.models().stream()
                .map(model -> model(model, Optional.empty()))
                .toList();
        return report(Optional.empty(), false, models, stopwatch);
    }

    /**
     * Compresses the models, and puts the folder in its place when all of it is there, unless a model fails, or none is smaller.
     *
     * @throws InvalidInputException if the folder cannot be written there, or changes meanwhile
     */
    public FolderReport compress(FolderTarget target) {
        Stopwatch stopwatch = new Stopwatch();
        Path place = PendingFolder.place(target.path());
        folder.requireApartFrom(place, target.path());
        try (PendingFolder pending = PendingFolder.onlyOneBeside(target.path())) {
            // Only now: what a killed run had put aside is back.
            folder.requireReplaceable(place, target.path(), target.overwrite());
            for (Path each : folder.folders()) {
                Files.createDirectory(pending.path().resolve(each));
            }
            Written written = new Written(folder.root(), pending.path(), target);
            List<FolderModel> models = folder.models().stream()
                    .map(model -> model(model, Optional.of(written)))
                    .toList();
            boolean wanted = written.wants(report(Optional.of(target), true, models, stopwatch));
            if (wanted) {
                files.carryTo(pending.path());
                // Again, as some time has passed.
                folder.requireReplaceable(place, target.path(), target.overwrite());
                pending.commit();
            }
            return report(Optional.of(target), wanted, models, stopwatch);
        } catch (IOException e) {
            throw Unwritable.because(target.path(), e);
        }
    }

    /** Where models go, and what they are called there. */
    private record Written(Path folder, Path pending, FolderTarget target) {
        boolean wants(FolderReport report) {
            return switch (report.worst()) {
                case COMPRESSED, NOT_CHOSEN, UNCHANGED -> !report.nothingToGain() || target.writeAnyway();
                case FAILED -> target.keepFailed() && report.models().stream().noneMatch(Written::isMissing);
                case UNREACHABLE, REFUSED -> false;
            };
        }

        private static boolean isMissing(FolderModel model) {
            return model.outcome() == Outcome.UNREACHABLE;
        }

        /** A report, with the model where it is in the end. */
        Report placed(Report report) {
            ModelEntry original = report.networks().model();
            boolean carried = report.remarks().nothingToGain().isPresent();
            return report.as(
                    report.run().command(),
                    report.networks()
                            .output()
                            .map(made -> carried
                                    ? original.at(
                                            path(made.path()),
                                            original.dataFiles().stream()
                                                    .map(this::carried)
                                                    .toList())
                                    : made.at(
                                            path(made.path()),
                                            made.dataFiles().stream()
                                                    .map(this::path)
                                                    .toList())));
        }

        private String carried(String file) {
            Path relative = folder.toAbsolutePath()
                    .normalize()
                    .relativize(Path.of(file).toAbsolutePath().normalize());
            return target.path().resolve(relative).toString();
        }

        private String path(String made) {
            return target.path().resolve(pending.relativize(Path.of(made))).toString();
        }

        String sentence(String message) {
            return message.replace(pending.toString(), target.path().toString());
        }
    }

    private FolderModel model(Path model, Optional<Written> written) {
        String name = name(model);
        long bytes = files.bytes(model);
        if (!chosen.test(model)) {
            return new FolderModel(
                    name, Outcome.NOT_CHOSEN, new Bytes(bytes, bytes), Optional.empty(), "no --models names it");
        }
        try {
            Report made =
                    work.compress(model, written.map(place -> place.pending().resolve(model)));
            Report report = written.map(place -> place.placed(made)).orElse(made);
            Optional<NothingToGain> nothing = report.remarks().nothingToGain();
            Outcome outcome =
                    !report.passed() ? Outcome.FAILED : nothing.isPresent() ? Outcome.UNCHANGED : Outcome.COMPRESSED;
            return new FolderModel(
                    name,
                    outcome,
                    new Bytes(bytes, outcome == Outcome.UNCHANGED ? bytes : after(report, bytes)),
                    Optional.of(report),
                    outcome == Outcome.UNCHANGED ? nothing.orElseThrow().sentence() : "");
        } catch (UnreachableTargetException e) {
            return new FolderModel(
                    name,
                    Outcome.UNREACHABLE,
                    new Bytes(bytes, bytes),
                    Optional.of(e.report()),
                    String.valueOf(e.getMessage()));
        } catch (InvalidInputException | TimeLimitException e) {
            String message = String.valueOf(e.getMessage());
            return new FolderModel(
                    name,
                    Outcome.REFUSED,
                    new Bytes(bytes, bytes),
                    Optional.empty(),
                    written.map(place -> place.sentence(message)).orElse(message));
        }
    }

    /** The bytes of the model that was made, or is planned. */
    private static long after(Report report, long before) {
        return report.networks()
                .output()
                .map(ModelEntry::bytes)
                .orElseGet(() -> before
                        - report.weights().stream()
                                .map(WeightEntry::storage)
                                .mapToLong(storage -> storage.bytesBefore() - storage.bytesAfter())
                                .sum());
    }

    private FolderReport report(
            Optional<FolderTarget> target, boolean written, List<FolderModel> models, Stopwatch stopwatch) {
        List<FolderModel> made =
                models.stream().filter(model -> model.outcome().isMade()).toList();
        Set<String> names = made.stream().map(FolderModel::name).collect(Collectors.toSet());
        List<Path> replaced = folder.models().stream()
                .filter(model -> names.contains(name(model)))
                .toList();
        long after = made.stream().mapToLong(model -> model.bytes().after()).sum();
        return new FolderReport(
                version,
                folder.root().toString(),
                target.map(FolderTarget::path).map(Path::toString),
                written,
                models,
                files.carried(),
                new Bytes(files.bytes(), after + files.bytesBeside(replaced)),
                stopwatch.total());
    }

    private static String name(Path model) {
        return model.toString().replace('\\', '/');
    }
}
