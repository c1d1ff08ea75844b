package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Jars with a provider, as its author would make them. */
final class PluginJar {
    static final String STRATEGIES = "META-INF/services/dev.eckart.core.rank.RankSelectorProvider";
    static final String METRICS = "META-INF/services/dev.eckart.core.metric.TaskMetricProvider";
    static final String ENCODINGS = "META-INF/services/dev.eckart.core.encode.EncodingProvider";

    private PluginJar() {}

    /** Compiles a class of the package {@code org.example} against the engine alone. */
    static Path compile(Path folder, String className, String source, String service) throws IOException {
        Path classes = Files.createDirectories(folder.resolve(className));
        Path file = Files.writeString(classes.resolve(className + ".java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int result = compiler.run(
                null,
                null,
                null,
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                file.toString());
        assertThat(result).isZero();
        Path jar = folder.resolve(className + ".jar");
        try (Stream<Path> files = Files.walk(classes)) {
            write(
                    jar,
                    files.filter(each -> each.toString().endsWith(".class")).toList(),
                    "org.example." + className,
                    service);
        }
        return jar;
    }

    /** @param provider named as one; none if empty */
    static void write(Path jar, List<Path> classes, String provider, String service) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file)) {
            for (Path compiled : classes) {
                entries.putNextEntry(new JarEntry("org/example/" + compiled.getFileName()));
                entries.write(Files.readAllBytes(compiled));
            }
            if (!provider.isEmpty()) {
                entries.putNextEntry(new JarEntry(service));
                entries.write(provider.getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
