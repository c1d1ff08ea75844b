package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.report.FolderReport.Carried;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which files of a folder belong to which of its models, and which go over as they are: a data file goes with its model, and stays
 * away with it, unless another model uses it.
 *
 * @param dataFiles of each model, all paths relative to the folder
 */
record FolderFiles(ModelFolder folder, Map<Path, Set<Path>> dataFiles) {
    FolderFiles {
        dataFiles = Map.copyOf(dataFiles);
    }

    /** Those of a folder, whose models are opened for it. */
    static FolderFiles of(ModelFolder folder) {
        return new FolderFiles(
                folder, folder.models().stream().collect(Collectors.toMap(Function.identity(), folder::dataFiles)));
    }

    /** The bytes of all files. */
    long bytes() {
        return bytes(folder.files().stream());
    }

    /** The bytes of a model and its data files. */
    long bytes(Path model) {
        Set<Path> own = withDataFiles(List.of(model));
        return bytes(folder.files().stream().filter(file -> own.contains(file.path())));
    }

    /** The bytes of all that goes over where there are others in the place of some models. */
    long bytesBeside(List<Path> models) {
        Set<Path> replaced = replaced(models);
        return bytes(folder.files().stream().filter(file -> !replaced.contains(file.path())));
    }

    /** What is neither a model nor a data file. */
    Carried carried() {
        Set<Path> ofModels = withDataFiles(folder.models());
        List<ModelFolder.Entry> others = folder.files().stream()
                .filter(file -> !ofModels.contains(file.path()))
                .toList();
        return new Carried(others.size(), bytes(others.stream()));
    }

    /**
     * Copies everything to a folder in which models may stand in the place of their originals.
     *
     * @throws InvalidInputException if a file is not what it was when the folder was looked through
     */
    void carryTo(Path place) throws IOException {
        Set<Path> replaced = replaced(folder.models().stream()
                .filter(model -> Files.exists(place.resolve(model)))
                .toList());
        for (ModelFolder.Entry file : folder.files()) {
            if (!replaced.contains(file.path())) {
                copy(file, place.resolve(file.path()));
            }
        }
    }

    private void copy(ModelFolder.Entry file, Path place) throws IOException {
        Path source = folder.at(file.path());
        if (Files.exists(place)) {
            throw new InvalidInputException(
                    "`%s` has the name of a file that a model is written with; rename it".formatted(source));
        }
        Files.copy(source, place, StandardCopyOption.COPY_ATTRIBUTES);
        BasicFileAttributes now = Files.readAttributes(source, BasicFileAttributes.class);
        if (now.size() != file.attributes().size()
                || !now.lastModifiedTime().equals(file.attributes().lastModifiedTime())
                || Files.size(place) != now.size()) {
            throw new InvalidInputException(
                    "`%s` changed while the folder was compressed; compress again when it is complete"
                            .formatted(source));
        }
    }

    private static long bytes(Stream<ModelFolder.Entry> files) {
        return files.mapToLong(file -> file.attributes().size()).sum();
    }

    private Set<Path> withDataFiles(List<Path> models) {
        Set<Path> files = new HashSet<>(models);
        models.forEach(model -> files.addAll(dataFiles.getOrDefault(model, Set.of())));
        return files;
    }

    /** The files of models of which there are others now, but for those that further models use. */
    private Set<Path> replaced(List<Path> models) {
        Set<Path> replaced = withDataFiles(models);
        replaced.removeAll(withDataFiles(folder.models().stream()
                .filter(model -> !models.contains(model))
                .toList()));
        return replaced;
    }
}
