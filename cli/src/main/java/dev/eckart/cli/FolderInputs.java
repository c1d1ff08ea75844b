package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which inputs a model of a folder gets: all the same ones, or, out of a folder that has inputs by the models' names, its own: of
 * {@code onnx/encoder.onnx} those in {@code onnx/encoder.npz}, or in a folder {@code onnx/encoder}.
 *
 * @param models paths in their folder
 */
record FolderInputs(List<Path> models) {
    private static final String ARRAYS = ".npz";

    FolderInputs {
        models = List.copyOf(models);
    }

    /**
     * The inputs of a model.
     *
     * @param given by the user, for all models
     * @throws InvalidInputException if there are some for other models and none for this one
     */
    Path of(Path model, Path given) {
        if (!Files.isDirectory(given)
                || models.stream().allMatch(each -> own(each, given).isEmpty())) {
            return given;
        }
        Path wanted = given.resolve(withoutEnding(model));
        return own(model, given)
                .orElseThrow(() -> new InvalidInputException(
                        "`%s` has inputs of other models and none of this one; expected `%s%s` or a folder `%s`"
                                .formatted(given, wanted, ARRAYS, wanted)));
    }

    private static Optional<Path> own(Path model, Path given) {
        Path wanted = given.resolve(withoutEnding(model));
        Path arrays = wanted.resolveSibling(wanted.getFileName() + ARRAYS);
        return Stream.of(arrays, wanted)
                .filter(path -> path.equals(arrays) ? Files.exists(path) : Files.isDirectory(path))
                .findFirst();
    }

    private static Path withoutEnding(Path model) {
        String name = model.getFileName().toString();
        return model.resolveSibling(name.substring(0, name.lastIndexOf('.')));
    }
}
