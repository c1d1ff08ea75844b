package dev.eckart.cli;

import dev.eckart.core.linalg.OpenBlasDecomposer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/**
 * The version of this tool, and of what it stands on. The libraries' are those of the build: they could tell themselves,
 * but only when their native code is loaded, which takes longer than all the rest.
 */
final class Version implements IVersionProvider {

    static String current() {
        return properties().getProperty("version");
    }

    @Override
    public String[] getVersion() {
        Properties properties = properties();
        return new String[] {
            "eckart " + properties.getProperty("version"),
            "Java %s (%s)".formatted(System.getProperty("java.version"), System.getProperty("java.vendor")),
            "ONNX Runtime " + properties.getProperty("onnxruntime"),
            OpenBlasDecomposer.isOnClassPath()
                    ? "OpenBLAS " + upstream(properties.getProperty("openblas"))
                    : "OpenBLAS: not available, pure Java instead",
            "EJML " + properties.getProperty("ejml"),
            "protobuf " + properties.getProperty("protobuf"),
            "%s %s".formatted(System.getProperty("os.name"), System.getProperty("os.arch"))
        };
    }

    private static Properties properties() {
        Properties properties = new Properties();
        try (InputStream stream = Version.class.getResourceAsStream("version.properties")) {
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** Of {@code 0.3.31-1.5.13}, which is OpenBLAS 0.3.31 as JavaCPP 1.5.13 binds it, the first. */
    private static String upstream(String version) {
        return version.split("-", 2)[0];
    }
}
