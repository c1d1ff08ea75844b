package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import dev.eckart.onnx.proto.AttributeProto;
import dev.eckart.onnx.proto.GraphProto;
import dev.eckart.onnx.proto.ModelProto;
import dev.eckart.onnx.proto.NodeProto;
import dev.eckart.onnx.proto.TensorProto;
import dev.eckart.onnx.proto.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mistake of a user: one sentence, exit code 2, and no file touched. */
class BadInputTest {
    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void writeModel() throws IOException {
        model = write("model.onnx", linear(RandomMatrices.normal(20, 30, 1)));
        out = folder.resolve("out.onnx");
    }

    @Test
    void should_refuse_a_missing_file() {
        refused("does not exist", "compress", folder.resolve("none.onnx"), "-o", out);
    }

    @Test
    void should_refuse_an_empty_file() throws IOException {
        refused("is empty", "compress", write("empty.onnx", new byte[0]), "-o", out);
    }

    @Test
    void should_refuse_a_truncated_file() throws IOException {
        byte[] whole = Files.readAllBytes(model);
        refused(
                "is not an ONNX model, or is incomplete",
                "compress",
                write("cut.onnx", Arrays.copyOf(whole, whole.length / 2)),
                "-o",
                out);
    }

    @Test
    void should_refuse_a_text_file() throws IOException {
        byte[] text = "not a network\n".repeat(50).getBytes(StandardCharsets.UTF_8);
        refused("is not an ONNX model", "compress", write("text.onnx", text), "-o", out);
    }

    @Test
    void should_refuse_another_kind_of_binary_file() throws IOException {
        Path matrix = folder.resolve("matrix.npy");
        NpyFile.write(matrix, NpyArray.ofMatrix(Matrix.of(1, 2, 3, 4)));
        refused("is not an ONNX model", "compress", matrix, "-o", out);
    }

    @Test
    void should_refuse_a_directory() {
        refused("is a directory", "scan", folder);
    }

    static Stream<Arguments> brokenModels() {
        return Stream.of(
                broken("graph `broken` defines `w` twice", graph -> graph.addInitializer(graph.getInitializer(0))),
                broken("graph `broken` defines `y` twice", graph -> graph.addNode(node("Neg", "x", "y"))),
                broken("graph `broken` defines `x` twice", graph -> graph.addNode(node("Neg", "y", "x"))),
                broken(
                        "has input `nothing`, which no input, initializer or node defines",
                        graph -> graph.addNode(node("Neg", "nothing", "z"))),
                broken(
                        "has output `nothing`, which no input, initializer or node defines",
                        graph -> graph.addOutput(ValueInfoProto.newBuilder().setName("nothing"))),
                broken(
                        "graph `broken` has a cycle",
                        graph -> graph.addNode(node("Neg", "b", "a")).addNode(node("Neg", "a", "b"))),
                broken(
                        "initializer `w` declares impossible dimensions: [-20×30]",
                        graph -> graph.getInitializerBuilder(0).setDims(0, -20)),
                broken(
                        "declares impossible dimensions",
                        graph -> graph.getInitializerBuilder(0).setDims(0, Long.MAX_VALUE)),
                broken(
                        "initializer `w` declares [1099511627776×30] numbers of float32 but holds 2400 bytes",
                        graph -> graph.getInitializerBuilder(0).setDims(0, 1L << 40)),
                broken(
                        "initializer `w` declares [20×31] numbers of float32 but holds 2400 bytes",
                        graph -> graph.getInitializerBuilder(0).setDims(1, 31)),
                broken(
                        "initializer `w` declares [20×30] numbers of float64 but holds 2400 bytes",
                        graph -> graph.getInitializerBuilder(0).setDataType(TensorProto.DataType.DOUBLE_VALUE)),
                Arguments.of("nested deeper than", nestedMessages(10_000)),
                Arguments.of("nested deeper than", nestedGroups(10_000)));
    }

    private static Arguments broken(String sentence, Consumer<GraphProto.Builder> damage) {
        ModelProto.Builder broken = ModelBuilder.model("broken", 13)
                .input("x", "batch", 20)
                .weight("w", RandomMatrices.normal(20, 30, 1))
                .node("MatMul", List.of("x", "w"), "y")
                .output("y", "batch", 30)
                .build()
                .toBuilder();
        damage.accept(broken.getGraphBuilder());
        return Arguments.of(sentence, broken.build().toByteArray());
    }

    private static NodeProto node(String operator, String input, String output) {
        return ModelBuilder.node(operator, List.of(input), List.of(output));
    }

    /** A graph in an attribute in a node in a graph, and so on. */
    private static byte[] nestedMessages(int depth) {
        int[] fields = {GraphProto.NODE_FIELD_NUMBER, NodeProto.ATTRIBUTE_FIELD_NUMBER, AttributeProto.G_FIELD_NUMBER};
        ByteString message = ByteString.EMPTY;
        for (int level = depth - 1; level >= 0; level--) {
            message = field(fields[level % fields.length], message);
        }
        return field(ModelProto.GRAPH_FIELD_NUMBER, message).toByteArray();
    }

    private static ByteString field(int number, ByteString content) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(content)
                                .build())
                .build()
                .toByteString();
    }

    /** Groups, which no ONNX version has, in one another. */
    private static byte[] nestedGroups(int depth) {
        byte[] groups = new byte[2 * depth];
        Arrays.fill(groups, 0, depth, (byte) (15 << 3 | WireFormat.WIRETYPE_START_GROUP));
        Arrays.fill(groups, depth, groups.length, (byte) (15 << 3 | WireFormat.WIRETYPE_END_GROUP));
        return groups;
    }

    @ParameterizedTest
    @MethodSource("brokenModels")
    void should_refuse_a_broken_model_whatever_is_done_with_it(String sentence, byte[] bytes) throws IOException {
        Path broken = write("broken.onnx", bytes);

        refused(sentence, "scan", broken);
        refused(sentence, "compress", broken, "-o", out);
        refused(sentence, "compress", broken, "-o", out, "--no-verify");
        refused(sentence, "compress", broken, "--dry-run");
        refused(sentence, "verify", broken, model);
        refused(sentence, "verify", model, broken);
    }

    @Test
    void should_not_make_up_terabytes_of_input() throws IOException {
        ModelProto.Builder huge = ModelProto.parseFrom(linear(RandomMatrices.normal(20, 30, 1))).toBuilder();
        huge.getGraphBuilder()
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(0)
                .setDimValue(1L << 40);
        Path file = write("huge.onnx", huge.build().toByteArray());

        refused("input `x` would have [1099511627776×20] numbers", "compress", file, "-o", out);
        refused("input `x` would have [1099511627776×20] numbers", "verify", file, file);
    }

    @Test
    void should_refuse_a_model_that_ends_anywhere() throws IOException {
        byte[] whole = Files.readAllBytes(model);
        for (int length = 1; length < whole.length; length += 1 + length / 20) {
            refused("cut.onnx`", "scan", write("cut.onnx", Arrays.copyOf(whole, length)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | unknown strategy `nonsense`: expected one of budget, energy,",
                "energy | expected a value after the name",
                "energy: | expected name[:value][,key=value...]",
                "energy:much | expected a number above 0 and up to 1 but was: much",
                "energy:1.5 | expected a number above 0 and up to 1 but was: 1.5",
                "energy:0 | expected a number above 0 and up to 1 but was: 0",
                "energy:NaN | expected a number above 0 and up to 1 but was: NaN",
                "energy:0.9,speed=1 | unknown option `speed`; `energy` has no options",
                "fixed:0 | expected a whole number from 1 but was: 0",
                "fixed:2.5 | expected a whole number from 1 but was: 2.5",
                "fixed:21 | weight `w` [20×30]: rank 21 exceeds its smaller side 20",
                "ratio:-1 | expected a number above 0 and up to 1 but was: -1",
                "numerical:3 | `numerical` takes no value",
                "Energy 0.9 | expected name[:value][,key=value...]",
            })
    void should_refuse_a_strategy_that_makes_no_sense(String rank, String sentence) {
        refused(sentence, "compress", model, "-o", out, "--rank", rank);
    }

    @Test
    void should_refuse_to_overwrite_unless_told_to() throws IOException {
        Path there = write("there.onnx", new byte[] {1});

        refused("already exists", "compress", model, "-o", there);
        assertThat(eckart("compress", model, "-o", there, "--rank", "fixed:3", "--force")
                        .code())
                .isZero();
    }

    @Test
    void should_never_overwrite_the_original() throws IOException {
        refused("is the original model", "compress", model, "-o", model);
        refused("is the original model", "compress", model, "-o", model, "--force");
        Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), model);
        refused("is the original model", "compress", link, "-o", model, "--force");
        refused("is the original model", "compress", model, "-o", link, "--force");
    }

    @Test
    void should_refuse_an_output_that_has_no_place() {
        refused("does not exist; create it first", "compress", model, "-o", folder.resolve("none/out.onnx"));
        refused("is a directory", "compress", model, "-o", folder);
        refused("name the file to write with -o OUT", "compress", model);
    }

    @Test
    void should_refuse_a_model_that_onnx_runtime_refuses() throws IOException {
        Path strange = write(
                "strange.onnx",
                ModelBuilder.model("strange", 13)
                        .input("x", "batch", 20)
                        .weight("w", RandomMatrices.normal(20, 30, 1))
                        .node("MatMul", List.of("x", "w"), "h")
                        .node("NoSuchOperator", List.of("h"), "y")
                        .output("y", "batch", 30)
                        .build()
                        .toByteArray());

        refused("ONNX Runtime cannot load `%s`".formatted(strange), "compress", strange, "-o", out);
        refused("ONNX Runtime cannot load `%s`".formatted(strange), "verify", strange, strange);
    }

    static Stream<Arguments> unsupportedModels() {
        return Stream.of(
                Arguments.of("operator", unsupported(13, "NoSuchOperator", "")),
                Arguments.of("operator of a custom domain", unsupported(13, "NoSuchOperator", "own")),
                Arguments.of("operator set", unsupported(9999, "Tanh", "")),
                Arguments.of(
                        "version of the format",
                        unsupported(13, "Tanh", "").toBuilder()
                                .setIrVersion(9999)
                                .build()));
    }

    private static ModelProto unsupported(long opset, String operator, String domain) {
        return ModelBuilder.model("unsupported", opset)
                .operators("own", 1)
                .input("x", "batch", 20)
                .weight("w", RandomMatrices.normal(20, 30, 1))
                .node("MatMul", List.of("x", "w"), "h")
                .node(ModelBuilder.node(operator, List.of("h"), List.of("y")).toBuilder()
                        .setDomain(domain)
                        .build())
                .output("y", "batch", 30)
                .build();
    }

    /** Only what would help is named: a command that must run the model names no option that runs none. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("unsupportedModels")
    void should_name_the_option_that_runs_nothing_where_onnx_runtime_lacks_an(String what, ModelProto lacking)
            throws IOException {
        Path unsupported = write("unsupported.onnx", lacking.toByteArray());
        String advice = "; `eckart compress --no-verify` compresses the model without running it";

        refused(advice, "compress", unsupported, "-o", out);
        Path policy = write(
                "check.yml",
                "model: %s\ncompress: { rank: 'fixed:3' }\n"
                        .formatted(unsupported)
                        .getBytes(StandardCharsets.UTF_8));
        CommandLineRun check = eckart("check", policy);
        assertThat(check.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(check.err()).contains(advice);
        for (Object[] running : List.of(
                new Object[] {"verify", unsupported, unsupported},
                new Object[] {"sweep", unsupported, "--rank", "fixed:3"},
                new Object[] {"compress", unsupported, "-o", out, "--keep-if-faster"})) {
            CommandLineRun run = eckart(running);
            assertThat(run.code()).as(what + ": " + run.err()).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(run.err()).contains("ONNX Runtime cannot load").doesNotContain("no-verify");
        }
        assertThat(eckart("compress", unsupported, "-o", out, "--no-verify", "--rank", "fixed:3")
                        .code())
                .as("it can be compressed all the same, unverified")
                .isZero();
    }

    @Test
    void should_refuse_inputs_that_do_not_fit() {
        Path inputs = folder.resolve("inputs.npz");
        NpyFile.writeAll(inputs, Map.of("z", NpyArray.ofFloats(List.of(2, 20), new float[40])));
        refused("has no array for input `x`", "compress", model, "-o", out, "--inputs", inputs);

        NpyFile.writeAll(inputs, Map.of("x", NpyArray.ofFloats(List.of(2, 21), new float[42])));
        refused("expected FLOAT [batch×20]", "compress", model, "-o", out, "--inputs", inputs);

        NpyFile.writeAll(inputs, Map.of("x", NpyArray.ofFloats(List.of(0, 20), new float[0])));
        refused("holds no samples", "compress", model, "-o", out, "--inputs", inputs);

        refused("does not exist", "compress", model, "-o", out, "--inputs", folder.resolve("none.npz"));
    }

    @Test
    void should_refuse_labels_that_do_not_fit() {
        Path inputs = folder.resolve("inputs.npz");
        NpyFile.writeAll(
                inputs,
                Map.of(
                        "x", NpyArray.ofFloats(List.of(2, 20), new float[40]),
                        "three", NpyArray.of(NpyType.UINT8, List.of(3), ByteBuffer.allocate(3)),
                        "floats", NpyArray.ofFloats(List.of(2), new float[2])));

        refused(
                "there are 3 labels for 2 samples",
                "compress",
                model,
                "-o",
                out,
                "--inputs",
                inputs,
                "--labels",
                inputs + ":three");
        refused(
                "expected whole numbers",
                "compress",
                model,
                "-o",
                out,
                "--inputs",
                inputs,
                "--labels",
                inputs + ":floats");
        refused("labels", "compress", model, "-o", out, "--inputs", inputs, "--labels", inputs + ":labels");
        refused("give --inputs", "compress", model, "-o", out, "--labels", inputs + ":three");
    }

    @Test
    void should_refuse_options_of_a_search_where_there_is_none() {
        refused(
                "--search-trials belongs to a search",
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "3",
                "--search-trials",
                "9");
        refused("--search-inputs belongs to a search", "compress", model, "-o", out, "--search-inputs", "x.npz");
        refused(
                "--search-labels needs the inputs",
                "compress",
                model,
                "-o",
                out,
                "--min-cosine",
                "0.9",
                "--search-labels",
                "x.npy");
        refused(
                "expected a whole number from 1 but was: 0",
                "compress",
                model,
                "-o",
                out,
                "--min-cosine",
                "0.9",
                "--search-trials",
                "0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "energy:0.5.. | expected name:LOW..HIGH, such as energy:0.5..0.99",
                "energy:..0.5 | expected name:LOW..HIGH, such as energy:0.5..0.99",
                "energy:a..b | expected name:LOW..HIGH, such as energy:0.5..0.99",
                "energy:0.9..0.5 | expected two numbers above 0, the smaller one first",
                "energy:0.5..0.5 | expected two numbers above 0, the smaller one first",
                "energy:0..0.5 | expected two numbers above 0, the smaller one first",
                "energy:0.5..1.5 | expected a number above 0 and up to 1 but was: 1.071",
                "fixed:1.5..3.5 | expected a whole number from 1 but was: 1.5",
                "numerical:1..3 | `numerical` takes no value",
                "nonsense:1..3 | unknown strategy `nonsense`",
                "fixed:21 | rank 21 exceeds its smaller side 20",
                "fixed:21..40 | no setting can be measured: weight `w` [20×30]: rank 21 exceeds"
            })
    void should_refuse_a_range_that_makes_no_sense(String rank, String sentence) {
        refused(sentence, "sweep", model, "--rank", rank);
    }

    @Test
    void should_refuse_a_sweep_that_cannot_be_told_of() {
        refused("expected .csv, .html or .json", "sweep", model, "--report", folder.resolve("sweep.md"));
        refused(
                "does not exist; create it first",
                "sweep",
                model,
                "--report",
                folder.resolve("nowhere").resolve("sweep.csv"));
        refused("--steps: expected 2 or more but was: 1", "sweep", model, "--rank", "fixed:2..8", "--steps", "1");
        refused("does not exist", "sweep", folder.resolve("none.onnx"));
        refused("matches none", "sweep", model, "--include", "x*");
    }

    @Test
    void should_refuse_limits_that_nothing_measures() {
        refused(
                "needs --inputs and --labels",
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "3",
                "--max-accuracy-drop",
                "0.1");
        refused(
                "cannot be judged with --no-verify",
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "3",
                "--min-cosine",
                "0.9",
                "--no-verify");
        refused("add --cache DIR", "compress", model, "-o", out, "--cache-vectors");
        refused("--cache: folder", "compress", model, "-o", out, "--cache", model.resolve("cache"));
        refused("--no-verify measures nothing", "compress", model, "-o", out, "--min-cosine", "0.9", "--no-verify");
        refused("--dry-run measures nothing", "compress", model, "--min-cosine", "0.9", "--dry-run");
        refused("needs --inputs and --labels", "compress", model, "-o", out, "--max-accuracy-drop", "0.1");
        refused("expected a finite number", "compress", model, "-o", out, "--max-size-ratio", "NaN");
    }

    @ParameterizedTest
    @CsvSource({
        "--min-cosine=99, 'eckart: --min-cosine: expected a number from -1 to 1 but was: 99 (did you mean 0.99?)'",
        "--max-accuracy-drop=5, did you mean 0.05?",
        "--max-size-ratio=60, did you mean 0.6?",
        "--max-size-ratio=-0.6, did you mean 0.6?",
        "--rank=0.5, 'did you mean `ratio:0.5`, or `energy:0.5`?'",
        "--rank=50%, did you mean `ratio:0.5`?",
        "--rank=energy=0.9, did you mean `energy:0.9`?",
        "--rank=energy0.9, did you mean `energy:0.9`?",
        "--rank=rato:0.5, did you mean `ratio:0.5`?",
    })
    void should_say_what_was_probably_meant_by_a_mistyped_value(String option, String sentence) {
        refused(sentence, "compress", model, "-o", out, option);
    }

    @Test
    void should_take_a_second_model_for_an_output_that_is_not_named() {
        refused("(did you mean -o %s?)".formatted(out), "compress", model, out);
        assertThat(eckart("compress", model, "-o", out, "other.onnx").err())
                .contains("Unmatched argument at index 4: 'other.onnx'")
                .doesNotContain("did you mean");
        assertThat(eckart("verify", model, out, "other.onnx").err()).doesNotContain("did you mean");
    }

    @Test
    void should_refuse_a_limit_on_a_loss_without_inputs_that_show_it() {
        String sentence = "--min-cosine judges what is lost, which made-up inputs do not show; give --inputs INPUTS";
        refused(sentence, "compress", model, "-o", out, "--rank", "3", "--min-cosine", "0.9");
        refused(sentence, "verify", model, model, "--min-cosine", "0.9");
        refused(
                "limit `embedding-cosine>=0.9` judges what is lost",
                "compress",
                model,
                "-o",
                out,
                "--rank",
                "3",
                "--metric",
                "embedding-cosine",
                "--limit",
                "embedding-cosine>=0.9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--refti", "--max-laziness=1", "--keep-if-slower"})
    void should_refuse_options_that_do_not_exist(String option) {
        refused("Unknown option", "compress", model, "-o", out, option);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checks", "squeeze"})
    void should_refuse_commands_that_do_not_exist(String command) {
        refused("Unmatched argument", command, model);
    }

    @Test
    void should_refuse_a_report_of_an_unknown_kind_or_without_a_place() {
        refused("unknown ending", "compress", model, "-o", out, "--report", folder.resolve("report.pdf"));
        refused(
                "does not exist; create it first",
                "compress",
                model,
                "-o",
                out,
                "--report",
                folder.resolve("none/report.json"));
    }

    @Test
    void should_refuse_a_plugin_that_is_none() throws IOException {
        refused("cannot find file `", "strategies", "--plugin", folder.resolve("none.jar"));
        refused("is not a jar", "strategies", "--plugin", write("text.jar", new byte[] {1, 2, 3}));
    }

    @Test
    void should_refuse_nonsense_about_the_engine() {
        refused("expected one of [AUTO, OPENBLAS, EJML]", "compress", model, "-o", out, "--backend", "abacus");
        refused("expected a whole number from 1", "compress", model, "-o", out, "--threads", "0");
        refused("'many' is not an int", "compress", model, "-o", out, "--threads", "many");
    }

    @Test
    void should_refuse_a_pattern_that_matches_no_weight() {
        refused(
                "--include `fc*` matches none of the 1 linear weights",
                "compress",
                model,
                "-o",
                out,
                "--include",
                "fc*");
    }

    @Test
    void should_refuse_a_matrix_that_is_none() throws IOException {
        refused("does not exist", "svd", folder.resolve("none.npy"));
        Path row = folder.resolve("row.npy");
        NpyFile.write(row, NpyArray.ofFloats(List.of(3), 1, 2, 3));
        refused("row.npy", "svd", row);
        Path matrix = folder.resolve("matrix.npy");
        NpyFile.write(matrix, NpyArray.ofMatrix(Matrix.of(2, 2, 1, 2, 3, Double.NaN)));
        refused("holds NaN at [1, 1]", "svd", matrix);
        NpyFile.write(matrix, NpyArray.ofMatrix(Matrix.of(2, 2, 1, 2, 3, 4)));
        refused("rank 3 exceeds its smaller side 2", "svd", matrix, "--rank", "3");
        refused("never overwritten", "svd", matrix, "-o", matrix, "--force");
        refused("expected .svg", "svd", matrix, "--plot", folder.resolve("plot.png"));
    }

    private void refused(String sentence, Object... args) {
        Map<String, String> before = contents();

        CommandLineRun run = eckart(args);

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).startsWith("eckart: ").contains(sentence).doesNotContain("Exception");
        assertThat(contents()).isEqualTo(before);
    }

    /** Every file of the folder, to its content. */
    private Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
            return contents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] linear(Matrix weight) {
        return ModelBuilder.model("linear", 13)
                .input("x", "batch", weight.rows())
                .weight("w", weight)
                .node("MatMul", List.of("x", "w"), "y")
                .output("y", "batch", weight.columns())
                .build()
                .toByteArray();
    }
}
