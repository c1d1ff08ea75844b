package dev.eckart.onnx.job;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.metric.RequestedMetric;
import dev.eckart.onnx.OnnxNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Names for files and what is done with them, by SHA-256: the same for the same content. */
public final class Fingerprint {
    private final MessageDigest digest;

    private Fingerprint() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /**
     * Of a file, or of each file in a folder, in hexadecimal digits, by name.
     *
     * @throws InvalidInputException if one cannot be read
     */
    public static SortedMap<String, String> byName(Path fileOrFolder) {
        SortedMap<String, String> found = new TreeMap<>();
        files(fileOrFolder).forEach(file -> found.put(file.getFileName().toString(), of(file)));
        return found;
    }

    /**
     * Of one file, in hexadecimal digits.
     *
     * @throws InvalidInputException if it cannot be read
     */
    public static String of(Path file) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add(file);
        return fingerprint.text();
    }

    /** Of all that a trial's result depends on but its rank. */
    static String of(Engine engine, Path model, OnnxNetwork network, Selection selection, Evaluation evaluation) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add("%s %s %s %s %s %s %d"
                .formatted(
                        engine.version(),
                        engine.backend().get().name(),
                        selection.scope().filter(),
                        selection.pairs().balance(),
                        selection.pairs().joint(),
                        selection.scope().freezeDefaults(),
                        evaluation.seed()));
        fingerprint.add(model);
        network.dataFiles().forEach(fingerprint::add);
        fingerprint.add(" " + evaluation.inputs().kind().label());
        evaluation.inputs().files().ifPresent(fingerprint::addAll);
        selection.calibration().ifPresent(calibration -> {
            fingerprint.add(" calibrated " + calibration.mask() + (calibration.holdsBack() ? " but for a third" : ""));
            fingerprint.addAll(calibration.inputs());
        });
        if (selection.scope().fastGelu()) {
            fingerprint.add(" FastGelu");
        }
        if (selection.scope().portable()) {
            fingerprint.add(" portable");
        }
        evaluation.labels().ifPresent(labels -> labels.addTo(fingerprint.digest));
        // A search for pairs measures these alone, and no metrics.
        if (selection.aim().isPresent()) {
            fingerprint.add(" %s %s"
                    .formatted(
                            selection.encoding(),
                            evaluation.metrics().stream()
                                    .map(RequestedMetric::name)
                                    .toList()));
        }
        return fingerprint.text();
    }

    private void add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
    }

    private void addAll(Path fileOrFolder) {
        for (Path file : files(fileOrFolder)) {
            add(file.getFileName() + "\n");
            add(file);
        }
    }

    private static List<Path> files(Path fileOrFolder) {
        if (!Files.isDirectory(fileOrFolder)) {
            return List.of(fileOrFolder);
        }
        try (Stream<Path> files = Files.list(fileOrFolder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw unreadable(fileOrFolder, e);
        }
    }

    private void add(Path file) {
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(out);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static InvalidInputException unreadable(Path path, IOException e) {
        return new InvalidInputException("`%s` cannot be read: %s".formatted(path, e), e);
    }

    private String text() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
