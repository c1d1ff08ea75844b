package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.rank.RankStrategies;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import picocli.CommandLine.Option;

/** Strategies from outside. */
final class PluginOptions {
    private static final String SERVICE = "META-INF/services/dev.eckart.core.rank.RankSelectorProvider";

    @Option(
            names = "--plugin",
            paramLabel = "JAR",
            description = "A jar with further rank strategies; may be repeated.")
    private List<Path> jars = new ArrayList<>();

    /** The strategies built in and those of the jars, which stay open until the process ends. */
    RankStrategies strategies() {
        ClassLoader builtIn = PluginOptions.class.getClassLoader();
        // One for each: in a common one, the second of two versions of a jar would go unnoticed.
        ClassLoader[] plugins = jars.stream()
                .map(jar -> new URLClassLoader(jar.toString(), new URL[] {url(jar)}, builtIn))
                .toArray(ClassLoader[]::new);
        return RankStrategies.load(builtIn, plugins);
    }

    private static URL url(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new InvalidInputException("--plugin: there is no file `%s`; expected a jar".formatted(jar));
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.getEntry(SERVICE) == null) {
                throw new InvalidInputException(
                        "--plugin: `%s` offers no strategy; expected an entry `%s` that names one"
                                .formatted(jar, SERVICE));
            }
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new InvalidInputException("--plugin: `%s` is not a jar: %s".formatted(jar, e.getMessage()), e);
        }
    }
}
