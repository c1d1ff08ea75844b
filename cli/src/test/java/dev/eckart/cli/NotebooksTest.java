package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.Catalogue;
import dev.eckart.models.CatalogueModel;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What the four notebooks compute, on the command line. */
class NotebooksTest {
    /** The last digit that the notebooks print. */
    private static final double PRINTED = 5e-5;

    private static final double ROUNDING = 1e-12;

    private static final Path DIGITS = Path.of("..", "test-models", "data", "mnist-10k.npz");

    @TempDir
    private Path folder;

    @Test
    void n1_should_factor_the_layer_of_rank_2_without_loss() throws IOException {
        Path model = model("n1");
        Path out = folder.resolve("small.onnx");
        Path inputs = folder.resolve("inputs.npz");
        NpyFile.writeAll(inputs, Map.of("x", NpyArray.ofMatrix(RandomMatrices.normal(20, 10, 1))));

        JsonNode report = eckart(
                        "compress",
                        model,
                        "-o",
                        out,
                        "--rank",
                        "numerical",
                        "--inputs",
                        inputs,
                        "--min-cosine",
                        "0.9999",
                        "--json")
                .json();

        JsonNode weight = report.get("weights").get(0);
        assertThat(weight.get("decision").asString()).isEqualTo("factored");
        assertThat(weight.get("rank").asInt()).isEqualTo(2);
        assertThat(weight.get("parametersBefore").asInt()).isEqualTo(100);
        assertThat(weight.get("parametersAfter").asInt()).isEqualTo(40);
        JsonNode verification = report.get("verification");
        assertThat(verification.get("outputs").get(0).get("relativeError").asDouble())
                .isLessThan(1e-5);
        assertThat(verification.get("rewriteError").asDouble()).isLessThan(1e-5);
        assertThat(report.get("verdict").asString()).isEqualTo("pass");
    }

    @Test
    void n2_should_decompose_the_2_by_3_matrix() {
        JsonNode svd = eckart("svd", matrix(Matrix.of(2, 3, 3, 2, 2, 2, 3, -2)), "--json")
                .json();

        assertThat(svd.get("schema").asString()).isEqualTo("eckart.svd/1");
        assertThat(svd.get("shape").get(0).asInt()).isEqualTo(2);
        assertThat(svd.get("shape").get(1).asInt()).isEqualTo(3);
        assertThat(svd.get("singularValues").get(0).asDouble()).isCloseTo(5, within(ROUNDING));
        assertThat(svd.get("singularValues").get(1).asDouble()).isCloseTo(3, within(ROUNDING));
        assertThat(svd.get("numericalRank").asInt()).isEqualTo(2);
    }

    @Test
    void n3_should_decompose_and_draw_the_2_by_2_weight() throws IOException {
        Path plot = folder.resolve("plot.svg");
        Path weight = matrix(Matrix.of(2, 2, 0.3439, 0.9503, -0.2960, 0.1503));

        JsonNode svd = eckart("svd", weight, "--plot", plot, "--json").json();

        assertThat(svd.get("singularValues").get(0).asDouble()).isCloseTo(1.0115, within(PRINTED));
        assertThat(svd.get("singularValues").get(1).asDouble()).isCloseTo(0.3292, within(PRINTED));
        assertThat(Files.readString(plot)).startsWith("<?xml").contains("σ₁ = 1.0115, σ₂ = 0.3292");
    }

    @Test
    void n4_should_decompose_the_100_by_49_matrix_and_draw_its_spectrum() throws IOException {
        Path plot = folder.resolve("plot.svg");
        Path out = folder.resolve("out.npy");
        Matrix matrix = RandomMatrices.normal(100, 49, 4);

        JsonNode svd = eckart("svd", matrix(matrix), "--rank", "49", "-o", out, "--plot", plot, "--json")
                .json();

        assertThat(svd.get("singularValues")).hasSize(49);
        assertThat(svd.get("numericalRank").asInt()).isEqualTo(49);
        assertThat(NpyFile.read(out).toMatrix().minus(matrix).frobeniusNorm()).isLessThan(1e-10);
        assertThat(Files.readString(plot)).contains("100 × 49");
    }

    @Test
    void n4_should_reduce_the_digits_to_rank_16() {
        Path out = folder.resolve("out.npy");

        JsonNode svd = eckart("svd", DIGITS + ":images", "--rank", "16", "-o", out, "--json")
                .json();

        double error = relativeError(NpyFile.read(out), NpyFile.read(DIGITS, "images"));
        double tail = 0;
        double all = 0;
        for (int i = 0; i < svd.get("singularValues").size(); i++) {
            double sigma = svd.get("singularValues").get(i).asDouble();
            tail += i < 16 ? 0 : sigma * sigma;
            all += sigma * sigma;
        }
        assertThat(svd.get("shape").get(0).asInt()).isEqualTo(10_000);
        assertThat(svd.get("shape").get(1).asInt()).isEqualTo(784);
        assertThat(svd.get("rank").asInt()).isEqualTo(16);
        assertThat(error).isCloseTo(Math.sqrt(tail / all), within(1e-10));
        assertThat(svd.get("relativeError").asDouble()).isCloseTo(error, within(1e-10));
    }

    /** Number by number: as matrices, the two would fill half of the heap that the tests share. */
    private static double relativeError(NpyArray found, NpyArray expected) {
        assertThat(found.size()).isEqualTo(expected.size());
        double difference = 0;
        double all = 0;
        for (int i = 0; i < expected.size(); i++) {
            difference += Math.pow(found.doubleAt(i) - expected.doubleAt(i), 2);
            all += Math.pow(expected.doubleAt(i), 2);
        }
        return Math.sqrt(difference / all);
    }

    private Path model(String name) throws IOException {
        CatalogueModel entry = Catalogue.all().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
        return Files.write(folder.resolve(name + ".onnx"), entry.model().toByteArray());
    }

    private Path matrix(Matrix matrix) {
        Path file = folder.resolve("matrix.npy");
        NpyFile.write(file, NpyArray.ofMatrix(matrix));
        return file;
    }
}
