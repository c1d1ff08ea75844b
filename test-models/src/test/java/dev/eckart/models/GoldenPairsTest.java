package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.rank.RankStrategies;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.file.ExternalData;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.Selection;
import dev.eckart.onnx.job.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pairs are what they were before there were other stored forms: for every network of the catalogue, the digest of the model that
 * was written then. Factored in pure Java, whose arithmetic is the same on every processor.
 */
class GoldenPairsTest {
    private static final RankStrategies STRATEGIES = RankStrategies.load(GoldenPairsTest.class.getClassLoader());
    private static final String GOLDEN = "golden-pairs.txt";

    @TempDir
    private Path folder;

    /** How a model is compressed. */
    enum Way {
        EACH("energy:0.8", FactorPair.Balance.AUTO, false),
        JOINT("fixed:1", FactorPair.Balance.BALANCED, true),
        SHARED("budget:0.8,floor=0,step=1,rounds=0", FactorPair.Balance.PLAIN, false);

        private final String rank;
        private final FactorPair.Balance balance;
        private final boolean joint;

        Way(String rank, FactorPair.Balance balance, boolean joint) {
            this.rank = rank;
            this.balance = balance;
            this.joint = joint;
        }

        Selection selection(Optional<CalibrationInputs> calibration) {
            return new Selection(rank, STRATEGIES.select(rank), WeightFilter.ALL, balance, joint, false, calibration);
        }
    }

    static Stream<CatalogueModel> all() {
        return Catalogue.all().stream();
    }

    @ParameterizedTest
    @MethodSource("all")
    void should_write_the_same_pairs_as_ever(CatalogueModel entry) throws IOException {
        List<String> golden = golden();
        for (Way way : Way.values()) {
            assertThat(line(entry, way, way.selection(Optional.empty()), folder))
                    .isIn(golden);
        }
    }

    private static List<String> golden() throws IOException {
        try (InputStream lines = Objects.requireNonNull(GoldenPairsTest.class.getResourceAsStream(GOLDEN))) {
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** The model's name, the way, and the digest of the compressed model. */
    static String line(CatalogueModel entry, Way way, Selection selection, Path folder) throws IOException {
        Path original =
                Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
        Path small = folder.resolve("small.onnx");
        try {
            new CompressionJob(new Engine("golden", EjmlDecomposer::new, 2, folder, Progress.NONE))
                    .compress(
                            original,
                            new Target(small, true, false, true, ExternalData.NEVER),
                            selection,
                            Optional.empty(),
                            Limits.NONE);
        } catch (InvalidInputException e) {
            return "%s %s refused".formatted(entry.name(), way);
        }
        return "%s %s %s".formatted(entry.name(), way, digest(Files.readAllBytes(small)));
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
