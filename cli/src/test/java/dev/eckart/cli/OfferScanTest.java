package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What {@code scan} says of encodings, on a network in which one of two layers decides what comes out. */
class OfferScanTest {
    private static final int SAMPLES = 64;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path calibration = Path.of("");

    /** y = (x·major)² + sigmoid(x·minor): squares are large beside what a sigmoid gives. */
    @BeforeEach
    void write() throws IOException {
        model = Files.write(
                folder.resolve("model.onnx"),
                ModelBuilder.model("two", 13)
                        .input("x", "batch", 48)
                        .weight("minor", RandomMatrices.normal(48, 48, 1))
                        .node("MatMul", List.of("x", "minor"), "m")
                        .node("Sigmoid", List.of("m"), "s")
                        .weight("major", RandomMatrices.ofRank(3, 48, 48, 2))
                        .node("MatMul", List.of("x", "major"), "h")
                        .node("Mul", List.of("h", "h"), "square")
                        .node("Add", List.of("square", "s"), "y")
                        .output("y", "batch", 48)
                        .build()
                        .toByteArray());
        ByteBuffer numbers = ByteBuffer.allocate(SAMPLES * 48 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(4);
        while (numbers.hasRemaining()) {
            numbers.putFloat((float) random.nextGaussian());
        }
        calibration = folder.resolve("cal.npz");
        NpyFile.writeAll(calibration, Map.of("x", NpyArray.of(NpyType.FLOAT32, List.of(SAMPLES, 48), numbers.flip())));
    }

    private JsonNode offers(Object... more) {
        Object[] all = new Object[more.length + 5];
        System.arraycopy(new Object[] {"scan", model, "--calibration", calibration, "--json"}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        return eckart(all).json().get("offers");
    }

    @Test
    void should_name_the_weight_first_that_the_network_loses_most_by() {
        JsonNode weights = offers().get("weights");

        assertThat(weights).extracting(weight -> weight.get("name").asString()).startsWith("major", "minor");
        assertThat(weights.get(0).get("networkLoss").asDouble())
                .isGreaterThan(10 * weights.get(1).get("networkLoss").asDouble());
        assertThat(weights.get(0).get("place").asInt()).isEqualTo(2);
    }

    @Test
    void should_say_what_each_encoding_costs_and_loses() {
        JsonNode major = offers().get("weights").get(0);

        assertThat(major.get("bytes").asLong()).isEqualTo(48 * 48 * 4);
        assertThat(major.get("forms"))
                .extracting(form -> form.get("encoding").asString())
                .contains("float16", "bits:8", "bits:3", "int8:7", "packed:4", "pair");
        JsonNode pair = major.get("forms")
                .valueStream()
                .filter(form -> form.path("rank").asInt(0) >= 3)
                .reduce((one, other) -> other)
                .orElseThrow();
        assertThat(pair.get("bytes").asLong()).isEqualTo(4L * pair.get("rank").asInt() * (48 + 48));
        assertThat(pair.get("layerLoss").asDouble()).isCloseTo(0, within(1e-6));
        List<Double> bits = major.get("forms")
                .valueStream()
                .filter(form -> form.get("family").asString().equals("bits"))
                .map(form -> form.get("layerLoss").asDouble())
                .toList();
        assertThat(bits).hasSize(7).isSorted();
    }

    /** In proportion: at the encoding that was measured, predicted is measured. */
    @Test
    void should_predict_what_the_network_loses_from_what_was_measured() {
        JsonNode offers = offers("--encoding", "bits:4,bits:6");

        assertThat(offers.get("measuredAt").asString()).isEqualTo("bits:4");
        for (JsonNode weight : offers.get("weights")) {
            if (weight.get("forms").isEmpty()) {
                continue;
            }
            JsonNode four = weight.get("forms").get(0);
            JsonNode six = weight.get("forms").get(1);
            assertThat(four.get("networkLoss").asDouble())
                    .isCloseTo(weight.get("networkLoss").asDouble(), within(1e-12));
            assertThat(six.get("networkLoss").asDouble()
                            / four.get("networkLoss").asDouble())
                    .isCloseTo(
                            six.get("layerLoss").asDouble()
                                    / four.get("layerLoss").asDouble(),
                            within(1e-9));
        }
    }

    @Test
    void should_say_why_an_encoding_has_nothing_for_a_weight() {
        JsonNode weights = offers("--encoding", "pair").get("weights");

        assertThat(weights.get(0).get("refused")).isEmpty();
        assertThat(weights.get(1).get("forms")).isEmpty();
        assertThat(weights.get(1).at("/refused/0/encoding").asString()).isEqualTo("pair");
        assertThat(weights.get(1).at("/refused/0/reason").asString())
                .isEqualTo("no rank of it loses less than others do in its bytes, of which bits:4 is one");
    }

    @Test
    void should_show_a_table_and_a_page_beside_the_spectra() throws IOException {
        Path page = folder.resolve("scan.html");

        CommandLineRun run = eckart("scan", model, "--calibration", calibration, "--report", page);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines())
                .anyMatch(line ->
                        line.matches("weight\\s+bytes\\s+network loses\\s+of all\\s+bits\\s+int8\\s+packed\\s+pair"))
                .anyMatch(line -> line.matches("major\\s+9\\.22 kB\\s+.*%\\s+:\\d.*%.*"));
        assertThat(run.out()).contains("measured on calibration samples");
        assertThat(Files.readString(page))
                .contains("Which layer hurts", "data-chart=\"offers\"", "data-chart=\"spectrum\"");
    }

    @Test
    void should_look_with_encodings_where_that_is_asked_for_alone() {
        assertThat(eckart("scan", model, "--json").json().has("offers")).isFalse();
        CommandLineRun made = eckart("scan", model, "--encoding", "bits:5");
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out()).contains("measured on made-up inputs, which do not show what is lost on real ones");
        assertThat(eckart("scan", model, "--encoding", "bits:5,bits:5").err()).contains("given twice");
        assertThat(eckart("scan", model, "--encoding", "bytes").code()).isEqualTo(ExitCode.BAD_INPUT);
    }
}
