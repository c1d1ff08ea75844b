package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a compressed model goes.
 *
 * @param overwrite whether a file that is there already may be replaced; never the original
 * @param keepFailed whether to write a model that fails its verification or a limit
 */
public record Target(Path path, boolean overwrite, boolean keepFailed) {

    /**
     * Refuses a target that must not or cannot be written, before any work is done.
     *
     * @throws InvalidInputException if it is the original, is there already, or has no place to be in
     */
    void require(Path original) {
        if (Files.isDirectory(path)) {
            throw new InvalidInputException(
                    "`%s` is a directory; expected the name of a file to write".formatted(path));
        }
        Path folder = path.toAbsolutePath().normalize().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new InvalidInputException(
                    "`%s` cannot be written: there is no directory `%s`; make it first".formatted(path, folder));
        }
        if (!Files.exists(path)) {
            return;
        }
        try {
            if (Files.exists(original) && Files.isSameFile(original, path)) {
                throw new InvalidInputException(
                        "`%s` is the original itself, which is never overwritten; name another output".formatted(path));
            }
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be looked at: %s".formatted(path, e), e);
        }
        if (!overwrite) {
            throw new InvalidInputException(
                    "`%s` exists already; name another output, or overwrite it with --force".formatted(path));
        }
    }
}
