package dev.eckart.cli.policy;

import dev.eckart.core.InvalidInputException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * A place in a file.
 *
 * @param line from 1
 * @param column from 1
 */
record Place(Path file, int line, int column) {

    static Place of(Path file, Optional<Mark> mark) {
        return new Place(
                file,
                mark.map(Mark::getLine).orElse(0) + 1,
                mark.map(Mark::getColumn).orElse(0) + 1);
    }

    /** What to say of what stands here. */
    InvalidInputException refuse(String sentence) {
        return new InvalidInputException("%s:%d:%d: %s".formatted(file, line, column, sentence));
    }
}
