package dev.eckart.cli;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.encode.EncodingProvider;
import dev.eckart.core.encode.Encodings;
import dev.eckart.core.metric.TaskMetricProvider;
import dev.eckart.core.metric.TaskMetrics;
import dev.eckart.core.rank.RankSelectorProvider;
import dev.eckart.core.rank.RankStrategies;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import picocli.CommandLine.Option;

/** Strategies, metrics and encodings from outside. */
final class PluginOptions {
    private static final List<String> SERVICES = Stream.of(
                    RankSelectorProvider.class, TaskMetricProvider.class, EncodingProvider.class)
            .map(service -> "META-INF/services/" + service.getName())
            .toList();

    @Option(
            names = "--plugin",
            paramLabel = "JAR",
            description = "A jar with further rank strategies, metrics or encodings; may be repeated.")
    private List<Path> jars = new ArrayList<>();

    private static final ClassLoader BUILT_IN = PluginOptions.class.getClassLoader();

    /** The strategies built in and those of the jars, which stay open until the process ends. */
    RankStrategies strategies() {
        return RankStrategies.load(BUILT_IN, loaders(jars));
    }

    /** The encodings built in and those of the jars. */
    Encodings encodings() {
        return Encodings.load(BUILT_IN, loaders(jars));
    }

    /** The metrics built in and those of the jars. */
    TaskMetrics metrics() {
        return metrics(jars);
    }

    /** The metrics built in and those of some jars. */
    static TaskMetrics metrics(List<Path> jars) {
        return TaskMetrics.load(BUILT_IN, loaders(jars));
    }

    /** One for each: in a common one, the second of two versions of a jar would go unnoticed. */
    private static ClassLoader[] loaders(List<Path> jars) {
        return jars.stream()
                .map(jar -> new URLClassLoader(jar.toString(), new URL[] {url(jar)}, BUILT_IN))
                .toArray(ClassLoader[]::new);
    }

    private static URL url(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw new InvalidInputException("--plugin: cannot find file `%s`; expected a jar".formatted(jar));
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (SERVICES.stream().allMatch(service -> zip.getEntry(service) == null)) {
                throw new InvalidInputException(
                        "--plugin: `%s` contains no strategy, no metric and no encoding; expected an entry `%s` that names one"
                                .formatted(jar, String.join("` or `", SERVICES)));
            }
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new InvalidInputException("--plugin: `%s` is not a jar: %s".formatted(jar, e.getMessage()), e);
        }
    }
}
