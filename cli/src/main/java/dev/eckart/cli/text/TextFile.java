package dev.eckart.cli.text;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Texts in UTF-8, one in each line; lines of blanks are none. */
public record TextFile(Path path, List<String> texts) {
    public TextFile {
        texts = List.copyOf(texts);
    }

    /**
     * Reads a file.
     *
     * @throws InvalidInputException if it cannot be read, or holds no text
     */
    public static TextFile read(Path path) {
        NamedFile.require(path, "a file of texts, one in each line");
        List<String> texts;
        try {
            texts = Files.readAllLines(path).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    "`%s` is no text in UTF-8; expected one text in each line".formatted(path), e);
        } catch (IOException e) {
            throw new InvalidInputException("`%s` cannot be read: %s".formatted(path, e), e);
        }
        if (texts.isEmpty()) {
            throw new InvalidInputException("`%s` holds no text; expected one in each line".formatted(path));
        }
        return new TextFile(path, texts);
    }

    /** So many texts, taken at even distances from all over the file; all of them if they are fewer. */
    public TextFile spread(int most) {
        return most >= texts.size()
                ? this
                : new TextFile(
                        path,
                        IntStream.range(0, most)
                                .mapToObj(i -> texts.get((int) ((long) i * texts.size() / most)))
                                .toList());
    }

    /** The first texts, as many as a multiple of a number. */
    public TextFile inRunsOf(int number) {
        return new TextFile(path, texts.subList(0, texts.size() / number * number));
    }
}
