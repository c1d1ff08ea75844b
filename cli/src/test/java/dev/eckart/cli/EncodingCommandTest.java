package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.model.ElementType;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code eckart compress --encoding}. */
class EncodingCommandTest {
    private static final int IN = 96;
    private static final int HIDDEN = 64;

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model.onnx");
        out = folder.resolve("out.onnx");
        Files.write(
                model,
                ModelBuilder.model("mixed", 13)
                        .input("x", "batch", IN)
                        .output("y", "batch", IN)
                        .weight("full", RandomMatrices.normal(IN, HIDDEN, 1))
                        .weight("low", RandomMatrices.ofRank(3, HIDDEN, IN, 2))
                        .node("MatMul", List.of("x", "full"), "h")
                        .node("MatMul", List.of("h", "low"), "y")
                        .build()
                        .toByteArray());
    }

    private CommandLineRun compress(String... options) {
        String[] all = new String[options.length + 5];
        System.arraycopy(options, 0, all, 5, options.length);
        List<String> fixed = List.of("compress", model.toString(), "-o", out.toString(), "--json");
        for (int i = 0; i < fixed.size(); i++) {
            all[i] = fixed.get(i);
        }
        return CommandLineRun.eckart((Object[]) all);
    }

    @Test
    void should_store_every_weight_as_codes() throws IOException {
        CommandLineRun run = compress("--encoding", "bits:8");

        JsonNode report = run.json();
        assertThat(run.code()).isZero();
        assertThat(report.at("/settings/encoding").asString()).isEqualTo("bits:8");
        assertThat(report.at("/settings/rank").asString()).isEmpty();
        assertThat(report.at("/settings/backend").asString()).isEqualTo("none");
        assertProved(report);
        for (JsonNode weight : report.at("/weights")) {
            assertThat(weight.get("decision").asString()).isEqualTo("encoded");
            assertThat(weight.get("stored").asString()).isEqualTo("codes(8)");
            long numbers = weight.get("rows").asLong() * weight.get("columns").asLong();
            assertThat(weight.get("bytesBefore").asLong()).isEqualTo(4 * numbers);
            assertThat(weight.get("bytesAfter").asLong())
                    .isEqualTo(numbers + 4 * weight.get("columns").asLong());
            assertThat(weight.get("predictedError").asDouble()).isBetween(0.001, 0.02);
        }
        assertThat(report.at("/model/linearBytes").asLong()).isEqualTo(4L * 2 * IN * HIDDEN);
        assertThat(report.at("/output/linearParameters").asLong()).isEqualTo(2L * IN * HIDDEN);
        assertThat(report.at("/output/linearBytes").asLong()).isEqualTo(2L * IN * HIDDEN + 4L * (IN + HIDDEN));
        assertThat(Files.size(out)).isLessThan(Files.size(model) / 2);
    }

    @Test
    void should_take_the_first_form_of_a_list_that_makes_a_weight_smaller() {
        JsonNode report =
                compress("--encoding", "pair,bits:8", "--rank", "energy:0.999").json();

        assertThat(report.at("/settings/encoding").asString()).isEqualTo("pair,bits:8");
        assertThat(report.findValuesAsString("encoding")).contains("pair", "bits:8");
        for (JsonNode weight : report.at("/weights")) {
            assertThat(weight.get("encoding").asString())
                    .isEqualTo(weight.get("name").asString().equals("low") ? "pair" : "bits:8");
        }
        assertProved(report);
    }

    @Test
    void should_store_pairs_in_codes_and_give_others_the_next_encoding() throws IOException {
        JsonNode report = compress("--encoding", "pair-bits:8@low,bits:6", "--rank", "numerical")
                .json();

        assertProved(report);
        JsonNode full = report.at("/weights/0");
        assertThat(full.get("encoding").asString()).isEqualTo("bits:6");
        JsonNode low = report.at("/weights/1");
        assertThat(low.get("decision").asString()).isEqualTo("factored");
        assertThat(low.get("encoding").asString()).isEqualTo("pair-bits:8");
        assertThat(low.get("stored").asString()).isEqualTo("product(codes(8), codes(8))");
        assertThat(low.get("rank").asInt()).isEqualTo(3);
        // Codes of both factors, filled up to eights, and a scale for each column.
        assertThat(low.get("bytesAfter").asLong()).isEqualTo(HIDDEN * 3 + 4 * 3 + 3 * IN + 4 * IN);
        assertThat(low.get("predictedError").asDouble()).isBetween(0.001, 0.02);
        assertThat(report.at("/output/linearParameters").asLong()).isEqualTo(IN * HIDDEN + 3L * (IN + HIDDEN));
        assertThat(report.at("/output/linearBytes").asLong())
                .isEqualTo(
                        full.get("bytesAfter").asLong() + low.get("bytesAfter").asLong());
        assertProved(CommandLineRun.eckart("verify", model.toString(), out.toString(), "--json")
                .json());
    }

    @Test
    void should_show_what_pairs_in_codes_take() {
        String shown = CommandLineRun.eckart(
                        "compress",
                        model,
                        "-o",
                        out,
                        "--encoding",
                        "pair-bits:8@low,bits:6",
                        "--rank",
                        "numerical",
                        "--no-verify")
                .out();

        assertThat(shown).containsPattern("low +MatMul +64×96 +3 +1.0000 +0\\.0\\d+ +pair-bits:8 +24\\.58 kB → 876 B");
    }

    @Test
    void should_time_and_refit_pairs_in_codes_as_others() throws IOException {
        Path inputs = folder.resolve("inputs.npz");
        write(inputs, 0, 400);

        JsonNode report = compress(
                        "--encoding",
                        "pair-bits:8,bits:8",
                        "--rank",
                        "fixed:3",
                        "--mark-if-slower",
                        "--refit",
                        "--calibration",
                        inputs.toString())
                .json();

        assertProved(report);
        assertThat(report.findValuesAsString("encoding")).contains("pair-bits:8");
        for (JsonNode weight : report.at("/weights")) {
            assertThat(weight.at("/latency/ratio").asDouble()).isPositive();
            assertThat(weight.get("calibrated").asBoolean()).isTrue();
        }
    }

    @Test
    void should_make_up_for_what_rounding_loses() {
        JsonNode plain = compress("--encoding", "bits:3").json();
        JsonNode corrected = compress("--force", "--encoding", "bits:3+pair", "--rank", "fixed:4")
                .json();

        assertProved(corrected);
        assertThat(error(corrected)).isLessThan(0.8 * error(plain));
        for (JsonNode weight : corrected.at("/weights")) {
            assertThat(weight.get("decision").asString()).isEqualTo("encoded");
            assertThat(weight.get("encoding").asString()).isEqualTo("bits:3+pair");
            assertThat(weight.get("stored").asString()).isEqualTo("sum(codes(3), product(dense, dense))");
            assertThat(weight.get("reason").asString()).startsWith("bits:3+pair of rank 4 takes ");
        }
        assertProved(CommandLineRun.eckart("verify", model.toString(), out.toString(), "--json")
                .json());
    }

    @Test
    void should_choose_ranks_among_all_weights_for_any_encoding_that_has_them() {
        JsonNode report = compress("--encoding", "pair-bits:4,bits:8", "--rank", "budget:0.5,floor=0,step=1")
                .json();

        assertProved(report);
        assertThat(report.findValuesAsString("encoding")).contains("pair-bits:4");
    }

    @Test
    void should_keep_codes_as_they_are_while_the_network_runs() {
        JsonNode report = compress("--encoding", "packed:4@lo*,bits:8").json();

        assertProved(report);
        assertThat(report.at("/settings/encoding").asString()).isEqualTo("packed:4@lo*,bits:8");
        assertThat(report.at("/weights/0/encoding").asString()).isEqualTo("bits:8");
        assertThat(report.at("/weights/1/encoding").asString()).isEqualTo("packed:4");
        assertThat(report.at("/weights/1/stored").asString()).isEqualTo("packed(4, 32)");
        // Two blocks of 32 for each output, of half a byte for each number, and a scale.
        assertThat(report.at("/weights/1/bytesAfter").asLong()).isEqualTo(2L * IN * (16 + 4));
        assertProved(CommandLineRun.eckart("verify", model.toString(), out.toString(), "--json")
                .json());
    }

    @Test
    void should_verify_codes_from_the_two_files() throws IOException {
        compress("--encoding", "bits:5");

        JsonNode verified = CommandLineRun.eckart("verify", model.toString(), out.toString(), "--json")
                .json();

        assertProved(verified);
        assertThat(verified.at("/output/linearParameters").asLong()).isEqualTo(2L * IN * HIDDEN);
    }

    @Test
    void should_lose_less_of_the_outputs_with_a_calibration() throws IOException {
        Path inputs = folder.resolve("inputs.npz");
        Path test = folder.resolve("test.npz");
        write(inputs, 0, 400);
        write(test, 400, 100);
        JsonNode plain =
                compress("--encoding", "bits:3", "--inputs", test.toString()).json();
        Files.delete(out);

        JsonNode calibrated = compress(
                        "--encoding", "bits:3", "--calibration", inputs.toString(), "--inputs", test.toString())
                .json();

        assertProved(calibrated);
        assertThat(error(calibrated)).isLessThan(0.7 * error(plain));
        assertThat(calibrated.at("/output/bytes").asLong())
                .isCloseTo(plain.at("/output/bytes").asLong(), withinPercentage(1));
        for (JsonNode weight : calibrated.at("/weights")) {
            assertThat(weight.get("calibrated").asBoolean()).isTrue();
        }
    }

    /** Inputs that have much in common. */
    private static void write(Path file, int from, int count) {
        Matrix all = RandomMatrices.normal(500, 8, 5)
                .times(RandomMatrices.normal(8, IN, 6))
                .minus(RandomMatrices.normal(500, IN, 7).times(Matrix.diagonal(IN, IN, small())));
        float[] numbers = new float[count * IN];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) all.get(from + i / IN, i % IN);
        }
        NpyFile.writeAll(file, Map.of("x", NpyArray.ofFloats(List.of(count, IN), numbers)));
    }

    private static double[] small() {
        double[] scales = new double[IN];
        Arrays.fill(scales, 0.1);
        return scales;
    }

    private static double error(JsonNode report) {
        return report.at("/verification/outputs/0/relativeError").asDouble();
    }

    /** A weight whose rows are of very different sizes, of which the inputs see the small ones only. */
    private void writeOwner(Path file, double largest) throws IOException {
        double[] numbers = RandomMatrices.normal(HIDDEN, HIDDEN, 3).toArray();
        for (int j = 0; j < HIDDEN; j++) {
            numbers[j] = largest;
        }
        double[] mask = new double[HIDDEN];
        Arrays.fill(mask, 1, HIDDEN, 1);
        Files.write(
                file,
                ModelBuilder.model("owner", 13)
                        .input("x", "batch", HIDDEN)
                        .output("y", "batch", IN * 8L)
                        .initializer(ModelBuilder.tensor(
                                "mask", Matrix.of(1, HIDDEN, mask), ElementType.FLOAT32, List.of((long) HIDDEN)))
                        .weight("owner", Matrix.of(HIDDEN, HIDDEN, numbers))
                        .weight("large", RandomMatrices.normal(HIDDEN, IN * 8, 4))
                        .node("Mul", List.of("x", "mask"), "seen")
                        .node("MatMul", List.of("seen", "owner"), "h")
                        .node("MatMul", List.of("h", "large"), "y")
                        .build()
                        .toByteArray());
    }

    @Test
    void should_give_a_weight_float16_that_owns_the_error() throws IOException {
        writeOwner(model, 3000);

        JsonNode report = compress("--encoding", "bits:8").json();

        assertThat(error(report)).isLessThan(0.02);
        assertThat(report.at("/weights/0/name").asString()).isEqualTo("owner");
        assertThat(report.at("/weights/0/encoding").asString()).isEqualTo("float16");
        assertThat(report.at("/weights/0/bytesAfter").asLong()).isEqualTo(2L * HIDDEN * HIDDEN);
        assertThat(report.at("/weights/1/encoding").asString()).isEqualTo("bits:8");
        assertProved(report);
    }

    @Test
    void should_leave_a_weight_as_it_is_that_owns_the_error_and_exceeds_float16() throws IOException {
        writeOwner(model, 70_000);

        JsonNode report = compress("--encoding", "bits:8").json();

        assertThat(error(report)).isLessThan(0.02);
        assertThat(report.at("/weights/0/name").asString()).isEqualTo("owner");
        assertThat(report.at("/weights/0/decision").asString()).isEqualTo("kept");
        assertThat(report.at("/weights/0/reason").asString()).contains("much of what the network's outputs lose");
        assertThat(report.at("/weights/1/encoding").asString()).isEqualTo("bits:8");
    }

    @Test
    void should_give_a_weight_more_bits_that_owns_the_error() throws IOException {
        writeOwner(model, 3000);

        JsonNode report = compress("--encoding", "bits:6").json();

        assertThat(report.at("/weights/0/encoding").asString()).isEqualTo("bits:8");
        assertThat(report.at("/weights/1/encoding").asString()).isEqualTo("bits:6");
    }

    @Test
    void should_say_why_it_was_not_measured_what_owns_the_error() throws IOException {
        Files.write(
                model,
                ModelBuilder.model("top", 13)
                        .input("x", "batch", IN)
                        .output("y", DataType.INT64, "batch", 1)
                        .weight("w", RandomMatrices.normal(IN, HIDDEN, 1))
                        .node("MatMul", List.of("x", "w"), "h")
                        .node("ArgMax", List.of("h"), "y", ModelBuilder.attribute("axis", 1))
                        .build()
                        .toByteArray());

        JsonNode report = compress("--encoding", "bits:8").json();

        assertThat(report.at("/weights/0/encoding").asString()).isEqualTo("bits:8");
        assertThat(report.get("warnings").toString())
                .contains(
                        "which weights the outputs lose most by was not measured: the model has no floating-point output, which measuring losses needs");
    }

    @Test
    void should_measure_nothing_where_no_model_is_to_be_run() throws IOException {
        writeOwner(model, 3000);

        JsonNode report = compress("--encoding", "bits:8", "--no-verify").json();

        assertThat(report.at("/weights/0/encoding").asString()).isEqualTo("bits:8");
    }

    private static void assertProved(JsonNode report) {
        JsonNode proof = report.at("/verification");
        assertThat(proof.get("rewriteError").asDouble())
                .isLessThanOrEqualTo(proof.get("rewriteTolerance").asDouble());
        assertThat(proof.has("rewriteFault")).isFalse();
        assertThat(proof.at("/storedForms/weights").asInt()).isEqualTo(2);
    }

    @Test
    void should_plan_without_writing() {
        CommandLineRun run = compress("--encoding", "bits:8", "--dry-run");

        assertThat(run.json().at("/weights/0/decision").asString()).isEqualTo("encoded");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    bits:9          | encoding `bits:9`: expected a number of bits from 2 to 8 but was: 9
                    bits:1          | encoding `bits:1`: expected a number of bits from 2 to 8 but was: 1
                    int3            | unknown encoding `int3`: expected one of bits, float16, int8, packed, pair, pair-bits
                    bits:8,bits:8   | --encoding bits:8,bits:8: an encoding is given twice; give each once
                    bits:8,pair     | --encoding bits:8,pair: pair must come first
                    pair:3          | encoding `pair:3`: pair takes no value; --rank says which rank
                    bits:8,block=3  | unknown option `block`
                    bits:9+pair     | encoding `bits:9+pair`: expected a number of bits from 2 to 8 but was: 9
                    packed:5        | encoding `packed:5`: expected 4 or 8 bits but was: 5
                    packed:4,block=5 | encoding `packed:4,block=5`: expected blocks of 16, 32, 64, 128 or 256 but was: 5
                    packed:8,rare=0.5 | encoding `packed:8,rare=0.5`: rare rows are for codes of 4 bits without a pair: packed:4,rare=0.5
                    packed:4+pair,rare=0.5 | rare rows are for codes of 4 bits without a pair: packed:4,rare=0.5
                    packed:4,rare=1 | encoding `packed:4,rare=1`: expected a part of the rows between 0 and 1, such as rare=0.5, but was: 1
                    packed:4,rare=0.0 | expected a part of the rows between 0 and 1, such as rare=0.5, but was: 0.0
                    bits:8@none     | --encoding bits:8@none: no weight has such a name
                    """)
    void should_refuse_an_encoding_that_there_is_not(String encoding, String sentence) {
        CommandLineRun run = compress("--encoding", encoding);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(sentence);
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--rank fixed:3, --rank chooses the ranks of pairs",
        "--keep-if-faster, time pairs",
        "--refit --calibration x.npz, --refit fits pairs"
    })
    void should_refuse_what_only_pairs_can_have(String options, String sentence) {
        CommandLineRun run = compress(("--encoding bits:8 " + options).split(" ", -1));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(sentence);
    }
}
