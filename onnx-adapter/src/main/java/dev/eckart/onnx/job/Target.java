package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.file.Destination;
import dev.eckart.core.report.Report;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.file.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a compressed model goes.
 *
 * @param overwrite whether files that are there already may be replaced; never the original's
 * @param keepFailed whether to write a model that fails its verification or a limit
 * @param writeAnyway whether to write a model in which no weight was replaced
 * @param externalData which of its tensors go to a data file beside it
 */
public record Target(Path path, boolean overwrite, boolean keepFailed, boolean writeAnyway, ExternalData externalData) {

    /** One that is written only with weights replaced. */
    public Target(Path path, boolean overwrite, boolean keepFailed, ExternalData externalData) {
        this(path, overwrite, keepFailed, false, externalData);
    }

    /** One that is written only with weights replaced, and keeps its tensors as the original does. */
    public Target(Path path, boolean overwrite, boolean keepFailed) {
        this(path, overwrite, keepFailed, ExternalData.AUTO);
    }

    /** The same, with failures kept or not. */
    Target keepingFailed(boolean wanted) {
        return new Target(path, overwrite, wanted, writeAnyway, externalData);
    }

    /** The same, written or not where no weight was replaced. */
    public Target writingAnyway(boolean wanted) {
        return new Target(path, overwrite, keepFailed, wanted, externalData);
    }

    /** Whether the model of a report is to be written. */
    boolean wants(Report report) {
        return report.passed() ? report.remarks().nothingToGain().isEmpty() || writeAnyway : keepFailed;
    }

    /** Where a file that was written beside the model goes with it. */
    Path placeOf(Path companion) {
        return Destination.of(path).resolveSibling(companion.getFileName());
    }

    /**
     * Refuses a target that must not or cannot be written.
     *
     * @param dataFiles the original's
     * @throws InvalidInputException if it is of the original, is there already, or has no place to be in
     */
    void require(Path original, List<Path> dataFiles) {
        Destination.of(path);
        Path folder = path.toAbsolutePath().normalize().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new InvalidInputException(
                    "`%s` cannot be written: directory `%s` does not exist; create it first".formatted(path, folder));
        }
        requireFree(path, original, dataFiles);
    }

    private void requireFree(Path file, Path original, List<Path> dataFiles) {
        if (isSame(file, original)) {
            throw new InvalidInputException(
                    "`%s` is the original model, which is never overwritten; name another output".formatted(file));
        }
        for (Path dataFile : dataFiles) {
            if (isSame(file, dataFile)) {
                throw new InvalidInputException(
                        "`%s` holds tensors of the original model, which are never overwritten; name another output"
                                .formatted(file));
            }
        }
        if (Files.exists(file) && !overwrite) {
            throw new InvalidInputException(
                    "`%s` already exists; name another output, or overwrite the file with --force".formatted(file));
        }
    }

    /**
     * The data files of the model that is to be replaced, if they have our name for them, and the original has no use for them.
     * Data files of other names may belong to further models.
     */
    List<Path> outdated(Path original, List<Path> dataFiles) {
        return outdatedAt(
                path, Stream.concat(Stream.of(original), dataFiles.stream()).toList());
    }

    /**
     * As {@link #outdated(Path, List)}, of the model in a place.
     *
     * @param kept files that stay, whatever their names
     */
    public static List<Path> outdatedAt(Path place, List<Path> kept) {
        Path model = Destination.of(place);
        if (Destination.hasOtherNames(model)) {
            // Under these, the old model stays.
            return List.of();
        }
        return ModelFiles.dataFiles(model).stream()
                .filter(file -> OnnxWriter.isDataFile(file, model) && Files.isRegularFile(file))
                .filter(file -> kept.stream().noneMatch(other -> isSame(file, other)))
                .toList();
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(one, e), e);
        }
    }
}
