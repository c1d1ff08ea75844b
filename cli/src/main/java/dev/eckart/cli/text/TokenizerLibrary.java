package dev.eckart.cli.text;

import dev.eckart.core.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Hugging Face's tokenizers, whose library is no part of the command's own jar. */
public final class TokenizerLibrary {
    private static final String TOKENIZER = "ai.djl.huggingface.tokenizers.HuggingFaceTokenizer";

    /** Where the library unpacks its native part to. */
    private static final String CACHE = "DJL_CACHE_DIR";

    private TokenizerLibrary() {}

    /**
     * Refuses to go on without the library: to be asked before any class that sees it is loaded.
     *
     * @param version of this tool
     * @throws InvalidInputException if it is not installed; the message says how to get it
     */
    public static void require(String version) {
        require(TokenizerLibrary.class.getClassLoader(), version);
    }

    /**
     * As {@link #require(String)}.
     *
     * @param loader where it is looked for
     */
    static void require(ClassLoader loader, String version) {
        try {
            Class.forName(TOKENIZER, false, loader);
        } catch (ClassNotFoundException e) {
            throw new InvalidInputException(
                    "texts are tokenized by an optional part that is not installed; put `eckart-tokenizers-%s.jar`, which is published beside `eckart-%s.jar`, into the directory of the command's jar"
                            .formatted(version, version),
                    e);
        }
    }

    /**
     * Has the library unpack its native part to a folder of this run's, load it from nowhere else, and ask no network: it would
     * otherwise leave it in the user's home, look for one for graphics cards, and tell a cloud that it was started.
     *
     * @param work that loads it
     */
    static void loading(Runnable work) {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        try {
            Path folder = Files.createTempDirectory("eckart-tokenizers");
            try {
                System.setProperty(CACHE, folder.toString());
                work.run();
            } finally {
                remove(folder);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidInputException(
                    "the tokenizers' native library cannot be unpacked to `%s`: %s"
                            .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()),
                    e);
        }
    }

    /** What is loaded stays so, but where systems keep files that are open: there it goes with the process, if it can. */
    private static void remove(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            if (!file.toFile().delete()) {
                file.toFile().deleteOnExit();
            }
        }
    }
}
