package dev.eckart.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.report.Report;
import dev.eckart.core.report.SweepReport;
import dev.eckart.core.verify.Verification;
import dev.eckart.onnx.job.CompressionJob;
import dev.eckart.onnx.job.Engine;
import dev.eckart.onnx.job.Evaluation;
import dev.eckart.onnx.job.Limits;
import dev.eckart.onnx.job.SweepJob;
import dev.eckart.onnx.job.Target;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many settings of one network beside each other. */
class SweepTest {
    private static final Evaluation MADE_UP = Evaluation.onMadeUpInputs(1);

    @TempDir
    private Path folder;

    private final CountingDecomposer decomposer = new CountingDecomposer();
    private Path temporary = Path.of("");

    @BeforeEach
    void makeTemporaryFolder() throws IOException {
        temporary = Files.createDirectory(folder.resolve("temporary"));
    }

    private Engine engine() {
        return new Engine("test", () -> decomposer, 2, temporary, Progress.NONE);
    }

    private SweepReport sweep(Path model, boolean ofRange, String... ranks) {
        List<SweepJob.Setting> settings = Stream.of(ranks)
                .map(rank -> new SweepJob.Setting(TwoLayers.selection(rank), ofRange))
                .toList();
        return new SweepJob(engine(), warning -> {
                    throw new AssertionError(warning);
                })
                .sweep(model, settings, MADE_UP, false);
    }

    private Report compress(Path model, String rank, Path out, Optional<Evaluation> evaluation) {
        return new CompressionJob(new Engine("test", EjmlDecomposer::new, 1, temporary, Progress.NONE))
                .compress(
                        model,
                        new Target(out, true, true).writingAnyway(true),
                        TwoLayers.selection(rank),
                        evaluation,
                        Limits.NONE);
    }

    @Test
    void should_decompose_each_weight_once_and_leave_nothing() throws IOException {
        SweepReport report = sweep(
                TwoLayers.ofFullRank(folder), false, "energy:0.5", "fixed:4", "ratio:0.4", "ratio:0.9", "energy:0.9");

        assertThat(decomposer.count()).hasValue(2);
        assertThat(report.settings()).hasSize(5);
        assertThat(temporary).isEmptyDirectory();
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains("eckart"));
    }

    @Test
    void should_leave_nothing_after_a_failure() throws IOException {
        Path model = TwoLayers.ofFullRank(folder);

        assertThatThrownBy(() -> sweep(model, false, "energy:0.5", "fixed:49"))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new SweepJob(engine(), warning -> {})
                        .sweep(
                                model,
                                List.of(new SweepJob.Setting(TwoLayers.selection("fixed:3"), false)),
                                new Evaluation(Optional.of(folder.resolve("none.npz")), Optional.empty(), 0),
                                false))
                .isInstanceOf(InvalidInputException.class);

        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void should_measure_ranks_that_it_has_measured_only_once() throws IOException {
        SweepReport report = sweep(TwoLayers.ofLowRank(folder), false, "fixed:3", "ranks,fc1=3,fc2=3", "fixed:4");

        assertThat(report.settings())
                .extracting(SweepReport.Setting::sameAs)
                .containsExactly(Optional.empty(), Optional.of("fixed:3"), Optional.empty());
        assertThat(report.settings().get(1).loss())
                .isEqualTo(report.settings().get(0).loss());
    }

    @Test
    void should_leave_settings_of_a_range_out_that_the_network_has_no_ranks_for() throws IOException {
        SweepReport report = sweep(TwoLayers.ofLowRank(folder), true, "fixed:4", "fixed:49");

        assertThat(report.settings()).extracting(SweepReport.Setting::rank).containsExactly("fixed:4");
        assertThat(report.skipped())
                .singleElement()
                .satisfies(skipped -> assertThat(skipped.reason()).contains("rank 49 exceeds its smaller side 48"));
    }

    @Test
    void should_tell_of_ranks_and_sizes() throws IOException {
        SweepReport.Setting setting = sweep(TwoLayers.ofLowRank(folder), false, "ranks,fc1=7")
                .settings()
                .get(0);

        assertThat(setting.ranks()).isEqualTo(Map.of("fc1", 7));
        assertThat(setting.kept()).isEqualTo(1);
        assertThat(setting.parameters()).isEqualTo(7 * (64 + 48) + 48 * 32);
        assertThat(setting.linearParameters()).isEqualTo(setting.parameters());
        assertThat(setting.latency()).isEmpty();
    }

    static Stream<CatalogueModel> catalogue() {
        return Catalogue.all().stream();
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void should_measure_the_models_that_compress_would_write(CatalogueModel entry) throws IOException {
        Path model = Files.write(folder.resolve("original.onnx"), entry.model().toByteArray());
        Path out = folder.resolve("out.onnx");
        // Of each accuracy of decomposition one.
        SweepReport report = sweep(model, true, "energy:0.8", "numerical");

        for (SweepReport.Setting setting : report.settings()) {
            if (setting.sameAs().isPresent()) {
                continue;
            }
            // The same bytes give the same numbers, so that these are compared once.
            boolean verified = setting.equals(report.settings().get(0));
            Report compressed =
                    compress(model, setting.rank(), out, verified ? Optional.of(MADE_UP) : Optional.empty());
            Report.ModelEntry output = compressed.networks().output().orElseThrow();
            assertThat(setting.sha256()).as(setting.rank()).isEqualTo(sha256(out));
            assertThat(setting.bytes()).isEqualTo(output.bytes());
            assertThat(setting.parameters()).isEqualTo(output.parameters());
            assertThat(setting.linearParameters()).isEqualTo(output.linearParameters());
            if (verified) {
                assertThat(setting.loss().relativeError())
                        .isEqualTo(compressed
                                .checks()
                                .verification()
                                .map(Verification::relativeError)
                                .orElseThrow());
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void should_leave_nothing_when_it_is_interrupted() throws Exception {
        Process process = SweepingProcess.start(TwoLayers.ofLowRank(folder), temporary);
        while (process.isAlive() && !isAtWork(temporary)) {
            Thread.sleep(5);
        }
        assertThat(process.isAlive()).isTrue();

        process.destroy();
        process.waitFor();

        assertThat(temporary).isEmptyDirectory();
    }

    /** Whether there is more in it than a folder with its lock, which is made before anyone answers for it. */
    private static boolean isAtWork(Path folder) {
        File[] made = folder.toFile().listFiles();
        return made != null && Arrays.stream(made).map(File::list).anyMatch(names -> names != null && names.length > 1);
    }
}
