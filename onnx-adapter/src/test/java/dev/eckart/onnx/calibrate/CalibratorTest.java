package dev.eckart.onnx.calibrate;

import static dev.eckart.onnx.Declarations.attribute;
import static dev.eckart.onnx.Declarations.input;
import static dev.eckart.onnx.Declarations.integers;
import static dev.eckart.onnx.Declarations.node;
import static dev.eckart.onnx.Declarations.output;
import static dev.eckart.onnx.Declarations.randomMatrix;
import static dev.eckart.onnx.proto.TensorProto.DataType.BOOL;
import static dev.eckart.onnx.proto.TensorProto.DataType.DOUBLE;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT;
import static dev.eckart.onnx.proto.TensorProto.DataType.FLOAT16;
import static dev.eckart.onnx.proto.TensorProto.DataType.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.Progress;
import dev.eckart.core.calibrate.Calibration;
import dev.eckart.core.calibrate.InputChange;
import dev.eckart.core.calibrate.InputStatistics;
import dev.eckart.core.calibrate.LayerStatistics;
import dev.eckart.core.calibrate.LookUps;
import dev.eckart.core.calibrate.UncalibratedReason;
import dev.eckart.core.calibrate.UncalibratedWeight;
import dev.eckart.core.calibrate.UnrefittedReason;
import dev.eckart.core.compress.Provenance;
import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.factor.Replacement;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.RowSums;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.npy.NpyFile;
import dev.eckart.core.npy.NpyType;
import dev.eckart.core.scan.Inventory;
import dev.eckart.core.scan.JointLayers;
import dev.eckart.core.scan.WeightFilter;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.TextModels;
import dev.eckart.onnx.proto.OperatorSetIdProto;
import dev.eckart.onnx.proto.TensorProto.DataType;
import dev.eckart.onnx.run.InputFiles;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.run.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalibratorTest {
    private static final int SIZE = 6;
    private static final int SAMPLES = 11;
    private static final int POSITIONS = 4;
    private static final long PLENTY = 1L << 30;

    /** Rounding of float32, through a layer or two. */
    private static final double TOLERANCE = 1e-5;

    private static final String TWO_LAYERS = input("x", FLOAT, "batch", SIZE)
            + node("MatMul", "x w", "s")
            + node("Tanh", "s", "h")
            + node("MatMul", "h v", "y")
            + output("y", FLOAT, "batch", 3)
            + output("h", FLOAT, "batch", 5)
            + randomMatrix("w", SIZE, 5)
            + randomMatrix("v", 5, 3);

    /** Vectors of positions that know nothing of each other, and a mask that the graph needs for something else. */
    private static final String MASKED = input("x", FLOAT, "batch", "positions", SIZE)
            + input("attention_mask", INT64, "batch", "positions")
            + node("Sigmoid", "x", "h")
            + node("MatMul", "h w", "y")
            + node("Cast", "attention_mask", "z", attribute("to", FLOAT.getNumber()))
            + output("y", FLOAT, "batch", "positions", 3)
            + output("h", FLOAT, "batch", "positions", SIZE)
            + output("z", FLOAT, "batch", "positions")
            + randomMatrix("w", SIZE, 3);

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path inputs = Path.of("");
    private final List<Long> batches = new ArrayList<>();

    @BeforeEach
    void nameFiles() {
        model = folder.resolve("model.onnx");
        inputs = folder.resolve("inputs.npz");
    }

    @Test
    void should_find_what_each_layer_is_multiplied_by() {
        write(TWO_LAYERS);
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));

        LayerStatistics statistics = calibrate();

        assertThat(statistics.byWeight()).containsOnlyKeys("w", "v");
        assertThat(statistics.uncalibrated()).isEmpty();
        assertThat(statistics.notes()).isEmpty();
        assertThat(statistics.samples()).isEqualTo(SAMPLES);
        assertAlike(of(statistics, "w"), lastAxisOf(x()), SAMPLES);
        assertAlike(of(statistics, "v"), lastAxisOf(valueOf("h")), SAMPLES);
        assertThat(of(statistics, "v").samples()).isEqualTo(SAMPLES);
        assertThat(folder).isDirectoryNotContaining("glob:**eckart*");
    }

    @Test
    void should_sum_once_over_an_input_that_layers_share() {
        write(input("x", FLOAT, "batch", "positions", SIZE)
                + node("Relu", "x", "h")
                + node("MatMul", "h q", "a")
                + node("MatMul", "h k", "b")
                + node("MatMul", "h v", "c")
                + node("MatMul", "c w", "d")
                + Stream.of("a", "b", "d")
                        .map(name -> output(name, FLOAT, "batch", "positions", SIZE))
                        .reduce("", String::concat)
                + randomMatrix("q", SIZE, SIZE)
                + randomMatrix("k", SIZE, SIZE)
                + randomMatrix("v", SIZE, SIZE)
                + randomMatrix("w", SIZE, SIZE));
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE)));

        LayerStatistics statistics = calibrate();

        assertThat(of(statistics, "k")).isSameAs(of(statistics, "q"));
        assertThat(of(statistics, "v")).isSameAs(of(statistics, "q"));
        assertThat(of(statistics, "w")).isNotEqualTo(of(statistics, "q"));
        assertThat(of(statistics, "q").rows()).isEqualTo(SAMPLES * POSITIONS);
    }

    @Test
    void should_calibrate_joint_weights_as_their_members() {
        write(input("x", FLOAT, "batch", SIZE)
                + node("MatMul", "x q", "a")
                + node("MatMul", "x k", "b")
                + output("a", FLOAT, "batch", SIZE)
                + output("b", FLOAT, "batch", SIZE)
                + randomMatrix("q", SIZE, SIZE)
                + randomMatrix("k", SIZE, SIZE));
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));
        OnnxNetwork network = OnnxNetwork.read(model);
        Inventory joint = JointLayers.group(network.inventory());

        LayerStatistics statistics = calibrator(PLENTY).calibrate(model, network, joint, onAll(), false);

        assertThat(joint.linear()).hasSize(1);
        assertThat(Calibration.of(statistics.byWeight()).inputsOf(joint.linear().get(0)))
                .containsSame(of(statistics, "q"));
    }

    @Test
    void should_calibrate_what_is_in_the_inventory_alone() {
        write(TWO_LAYERS);
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));
        OnnxNetwork network = OnnxNetwork.read(model);
        Inventory some = new WeightFilter(List.of("v"), List.of()).apply(network.inventory());

        LayerStatistics statistics = calibrator(PLENTY).calibrate(model, network, some, onAll(), false);

        assertThat(statistics.byWeight()).containsOnlyKeys("v");
        assertThat(statistics.uncalibrated()).isEmpty();
    }

    @Test
    void should_count_what_samples_look_up_in_tables_but_for_padding() {
        write(input("ids", INT64, "batch", "positions")
                + input("attention_mask", INT64, "batch", "positions")
                + node("Gather", "table ids", "x")
                + node("MatMul", "x w", "y")
                + node("Cast", "attention_mask", "z", attribute("to", FLOAT.getNumber()))
                + node("Add", "ids ids", "twice")
                + node("Gather", "other twice", "o")
                + output("y", FLOAT, "batch", "positions", 3)
                + output("o", FLOAT, "batch", "positions", 64)
                + output("z", FLOAT, "batch", "positions")
                + randomMatrix("table", 50, 64)
                + randomMatrix("other", 100, 64)
                + randomMatrix("w", 64, 3));
        ByteBuffer ids = ByteBuffer.allocate(SAMPLES * POSITIONS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long[] counts = new long[50];
        for (int i = 0; i < SAMPLES * POSITIONS; i++) {
            int id = i % 7 - 2;
            ids.putLong(id);
            counts[id < 0 ? id + 50 : id] += isKept(i) ? 1 : 0;
        }
        NpyArray array = NpyArray.of(NpyType.INT64, List.of(SAMPLES, POSITIONS), ids.flip());
        writeInputs(Map.of("ids", array, "attention_mask", mask()));

        LayerStatistics statistics = calibrate();

        assertThat(statistics.lookUps()).containsExactly(Map.entry("table", LookUps.of(counts)));
    }

    /** ALBERT's layers are one and the same. */
    @Test
    void should_sum_over_all_inputs_of_a_weight_that_several_products_take() {
        write(input("x", FLOAT, "batch", SIZE)
                + node("MatMul", "x w", "s")
                + node("Tanh", "s", "h")
                + node("MatMul", "h w", "y")
                + output("y", FLOAT, "batch", SIZE)
                + output("h", FLOAT, "batch", SIZE)
                + randomMatrix("w", SIZE, SIZE));
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));

        InputStatistics statistics = of(calibrate(), "w");

        List<double[]> both = new ArrayList<>(lastAxisOf(x()));
        both.addAll(lastAxisOf(valueOf("h")));
        assertAlike(statistics, both, 2 * SAMPLES);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "0, 1"})
    void should_find_the_vectors_of_a_gemm(int transA, int transB) {
        String x = transA == 1
                ? input("i", FLOAT, "batch", SIZE) + node("Transpose", "i", "x")
                : input("i", FLOAT, "batch", SIZE) + node("Relu", "i", "x");
        write(x
                + node("Gemm", "x w", "y", attribute("transA", transA), attribute("transB", transB))
                + output("y", FLOAT, "batch", 4)
                + output("x", FLOAT, "a", "b")
                + (transB == 1 ? randomMatrix("w", 4, SIZE) : randomMatrix("w", SIZE, 4)));
        writeInputs(Map.of("i", normal(SAMPLES, SIZE)));

        List<double[]> rows = transA == 1 ? axisOf(valueOf("x"), 0) : lastAxisOf(valueOf("x"));
        assertAlike(of(calibrate(), "w"), rows, SAMPLES);
    }

    /** Its columns are the vectors. There is no place for a shift, and what is lost of their mean counts. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_find_the_vectors_of_a_weight_on_the_left(boolean gemm) {
        write((gemm
                        ? input("x", FLOAT, "batch", SIZE) + node("Gemm", "w x", "y", attribute("transB", 1))
                        : input("x", FLOAT, "batch", SIZE, POSITIONS) + node("MatMul", "w x", "y"))
                + output("y", FLOAT, "a", "b")
                + randomMatrix("w", 3, SIZE));
        NpyArray x = gemm ? normal(SAMPLES, SIZE) : normal(SAMPLES, SIZE, POSITIONS);
        writeInputs(Map.of("x", x));

        List<double[]> columns = axisOf(x, 1);
        List<double[]> mirrored = columns.stream()
                .map(column -> Arrays.stream(column).map(number -> -number).toArray())
                .toList();
        InputStatistics found = of(calibrate(), "w");
        assertThat(found.isAboutZero()).isTrue();
        assertThat(found.rows()).isEqualTo(gemm ? SAMPLES : SAMPLES * POSITIONS);
        assertAlike(
                new InputStatistics(found.samples(), 2 * found.rows(), found.mean(), found.covariance()),
                Stream.concat(columns.stream(), mirrored.stream()).toList(),
                2 * columns.size());
    }

    @Test
    void should_take_pixels_for_the_vectors_of_a_convolution_of_single_ones() {
        write(input("x", FLOAT, "batch", SIZE, 3, 2)
                + node("Conv", "x w", "y")
                + output("y", FLOAT, "batch", 4, 3, 2)
                + kernel("w", 4, SIZE, 1, 1));
        NpyArray x = normal(SAMPLES, SIZE, 3, 2);
        writeInputs(Map.of("x", x));

        assertAlike(of(calibrate(), "w"), axisOf(x, 1), SAMPLES * 6);
    }

    @ParameterizedTest
    @MethodSource("obstacles")
    void should_say_of_what_it_finds_nothing_out(UncalibratedReason reason, String graph) {
        write(graph + node("MatMul", "x fine", "z") + output("z", FLOAT, "a", 2) + randomMatrix("fine", SIZE, 2));
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("x", normal(SAMPLES, SIZE));
        arrays.put("i", NpyArray.of(NpyType.INT64, List.of(SAMPLES), ByteBuffer.allocate(SAMPLES * Long.BYTES)));
        arrays.put("pixels", normal(SAMPLES, SIZE, 4, 4));
        arrays.put("c", NpyArray.of(NpyType.BOOL, List.of(), ByteBuffer.allocate(1)));
        writeInputs(arrays);

        LayerStatistics statistics = calibrate();

        assertThat(statistics.uncalibrated()).containsExactly(new UncalibratedWeight("w", reason));
        assertThat(statistics.byWeight().containsKey("fine")).isTrue();
        assertThat(statistics.byWeight().containsKey("w")).isFalse();
    }

    static Stream<Arguments> obstacles() {
        String x = input("x", FLOAT, "batch", SIZE);
        return Stream.of(
                arguments(
                        UncalibratedReason.TABLE,
                        x
                                + input("i", INT64, "batch")
                                + node("Gather", "w i", "y")
                                + output("y", FLOAT, "batch", 4)
                                + randomMatrix("w", 3, 4)),
                arguments(
                        UncalibratedReason.MIRRORED,
                        x
                                + node("MatMul", "x w", "h")
                                + node("Gemm", "h w", "y", attribute("transB", 1))
                                + output("y", FLOAT, "batch", SIZE)
                                + randomMatrix("w", SIZE, 4)),
                arguments(
                        UncalibratedReason.KERNEL,
                        x
                                + input("pixels", FLOAT, "batch", SIZE, 4, 4)
                                + node("Conv", "pixels w", "y")
                                + output("y", FLOAT, "batch", 4, 2, 2)
                                + kernel("w", 4, SIZE, 3, 3)),
                arguments(
                        UncalibratedReason.NO_SAMPLES,
                        x
                                + node("ReduceMean", "x", "m", attribute("axes", new int[] {0}))
                                + node("MatMul", "m w", "y")
                                + output("y", FLOAT, 1, 4)
                                + randomMatrix("w", SIZE, 4)),
                arguments(
                        UncalibratedReason.NO_ROWS,
                        x
                                + integers("from", 0)
                                + integers("to", 0)
                                + integers("axis", 1)
                                + node("Unsqueeze", "x axis", "u")
                                + node("Slice", "u from to axis", "e")
                                + node("MatMul", "e w", "y")
                                + output("y", FLOAT, "batch", 0, 4)
                                + randomMatrix("w", SIZE, 4)),
                arguments(
                        UncalibratedReason.SUBGRAPH,
                        x
                                + input("c", BOOL)
                                + "node { op_type: \"If\" input: \"c\" output: \"y\" "
                                + branch("then_branch", node("MatMul", "x w", "one"), "one")
                                + branch("else_branch", node("Identity", "x", "other"), "other")
                                + "} "
                                + output("y", FLOAT, "batch", SIZE)
                                + randomMatrix("w", SIZE, SIZE)));
    }

    private static String branch(String attribute, String nodes, String output) {
        return "attribute { name: \"%s\" type: GRAPH g { name: \"%s\" %s output { name: \"%s\" } } } "
                .formatted(attribute, attribute, nodes, output);
    }

    @Test
    void should_not_run_a_model_of_whose_weights_none_can_be_calibrated() {
        write(input("i", INT64, "batch")
                + node("Gather", "w i", "y")
                + output("y", FLOAT, "batch", 4)
                + randomMatrix("w", 3, 4));

        LayerStatistics statistics = calibrate();

        assertThat(statistics.samples()).isZero();
        assertThat(statistics.uncalibrated()).containsExactly(new UncalibratedWeight("w", UncalibratedReason.TABLE));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 100})
    void should_find_the_same_whatever_number_of_samples_is_run_at_a_time(int batch) {
        write(MASKED);
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE), "attention_mask", mask()));
        InputStatistics expected = of(calibrate(), "w");
        batches.clear();

        InputStatistics statistics = of(calibrate(roomFor(batch, POSITIONS * SIZE), onAll()), "w");

        assertThat(batches).allMatch(samples -> samples <= batch).contains((long) Math.min(batch, SAMPLES));
        // The runtime computes this value one number at a time.
        assertThat(statistics).isEqualTo(expected);
    }

    /** However many samples there are, and however little room: no more values are held than those of one batch. */
    @Test
    void should_hold_no_more_values_at_a_time_than_there_is_room_for() {
        write(TWO_LAYERS);
        writeInputs(Map.of("x", normal(10_000, SIZE)));

        calibrate(statistics(SIZE, 5) + 8 * 10 * (SIZE + 5), onAll());
        assertThat(batches).hasSize(1000).containsOnly(10L);
        batches.clear();
        calibrate(PLENTY, onAll());
        assertThat(batches).hasSize(157).allMatch(samples -> samples <= 64);
        batches.clear();
        // As many as there must be.
        calibrate(statistics(SIZE, 5), onAll());
        assertThat(batches).hasSize(10_000).containsOnly(1L);
    }

    @Test
    void should_refuse_to_begin_what_does_not_fit_into_memory() {
        write(TWO_LAYERS);
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));

        assertThatThrownBy(() -> calibrate(statistics(SIZE, 5) - 1, onAll()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "the calibration of 2 layers of `%s` needs 1 MB of memory, but 0 MB are available; raise the limit with ECKART_OPTS=-Xmx, or calibrate fewer weights with --exclude",
                        model);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void should_run_a_model_of_a_fixed_batch_on_as_many_samples_at_a_time(int fixed) {
        write(TWO_LAYERS.replace("dim_param: \"batch\"", "dim_value: " + fixed));
        writeInputs(Map.of("x", normal(4 * fixed, SIZE)));

        InputStatistics statistics = of(calibrate(), "w");

        assertThat(batches).hasSize(4).containsOnly((long) fixed);
        assertAlike(statistics, lastAxisOf(x()), 4 * fixed);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "DOUBLE"})
    void should_find_vectors_of_other_types(DataType type) {
        write((TWO_LAYERS + output("k", type, "batch", 4))
                .replace(
                        node("MatMul", "h v", "y"),
                        node("MatMul", "h v", "y")
                                + node("Cast", "h", "n", attribute("to", type.getNumber()))
                                + node("Cast", "u", "t", attribute("to", type.getNumber()))
                                + node("MatMul", "n t", "k")
                                + randomMatrix("u", 5, 4)));
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));

        InputStatistics statistics = of(calibrate(), "u");

        InputStatistics expected = of(calibrate(), "v");
        assertThat(statistics.rows()).isEqualTo(SAMPLES);
        assertThat(statistics.covariance().minus(expected.covariance()).frobeniusNorm())
                .isLessThan(type == FLOAT16 ? 1e-3 : TOLERANCE);
        assertThat(statistics.mean().minus(expected.mean()).frobeniusNorm()).isLessThan(1e-3);
    }

    @Test
    void should_find_the_vectors_of_attention() {
        TextModels.write(
                TextModels.withGraph(input("x", FLOAT, "batch", "positions", SIZE)
                                + "node { op_type: \"Attention\" domain: \"com.microsoft\" input: [\"x\", \"w\", \"b\"] output: \"y\" "
                                + attribute("num_heads", 1)
                                + "} "
                                + output("y", FLOAT, "batch", "positions", SIZE)
                                + "initializer { name: \"b\" dims: 18 data_type: 1 float_data: [0%s] } "
                                        .formatted(", 0".repeat(17))
                                + randomMatrix("w", SIZE, 3 * SIZE))
                        .toBuilder()
                        .addOpsetImport(OperatorSetIdProto.newBuilder()
                                .setDomain("com.microsoft")
                                .setVersion(1))
                        .build(),
                model);
        NpyArray x = normal(SAMPLES, POSITIONS, SIZE);
        writeInputs(Map.of("x", x));

        assertAlike(of(calibrate(), "w"), lastAxisOf(x), SAMPLES * POSITIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"as it is", "flat", "apart"})
    void should_not_count_padding(String shape) {
        String masked = switch (shape) {
            case "flat" -> reshaped("-1, %d".formatted(SIZE), "a", SIZE);
            case "apart" -> reshaped("0, 0, 1, %d".formatted(SIZE), "a", "b", 1, SIZE);
            default -> MASKED;
        };
        write(masked);
        NpyArray x = normal(SAMPLES, POSITIONS, SIZE);
        writeInputs(Map.of("x", x, "attention_mask", mask()));

        LayerStatistics statistics = calibrate();

        List<double[]> rows = lastAxisOf(valueOf("h"));
        List<double[]> kept = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            if (isKept(row)) {
                kept.add(rows.get(row));
            }
        }
        assertThat(kept.size()).isBetween(1, rows.size() - 1);
        assertAlike(of(statistics, "w"), kept, kept.size());
        assertThat(statistics.notes()).isEmpty();
    }

    /** The positions' vectors in another shape, which the graph gives out too. */
    private static String reshaped(String shape, Object... dims) {
        return MASKED.replace(node("MatMul", "h w", "y"), node("Reshape", "h shape", "r") + node("MatMul", "r w", "y"))
                        .replace(output("y", FLOAT, "batch", "positions", 3), "")
                + output("r", FLOAT, dims)
                + "initializer { name: \"shape\" dims: %d data_type: 7 int64_data: [%s] } "
                        .formatted(dims.length, shape);
    }

    @Test
    void should_find_the_same_bits_whatever_stands_in_padding() {
        write(MASKED);
        NpyArray x = normal(SAMPLES, POSITIONS, SIZE);
        writeInputs(Map.of("x", x, "attention_mask", mask()));
        InputStatistics expected = of(calibrate(), "w");

        for (float content : new float[] {0, 1e30f, Float.NEGATIVE_INFINITY}) {
            writeInputs(
                    Map.of("x", changed(x, (row, number) -> isKept(row) ? number : content), "attention_mask", mask()));

            assertThat(of(calibrate(), "w")).isEqualTo(expected);
        }
    }

    @Test
    void should_leave_padding_out_where_positions_come_before_samples() {
        write(MASKED);
        NpyArray x = normal(SAMPLES, POSITIONS, SIZE);
        writeInputs(Map.of("x", x, "attention_mask", mask()));
        LayerStatistics expected = calibrate();
        write(MASKED.replace(
                "dim { dim_param: \"batch\" } dim { dim_param: \"positions\" }",
                "dim { dim_param: \"positions\" } dim { dim_param: \"batch\" }"));
        writeInputs(Map.of("x", x.withFirst(1), "attention_mask", mask().withFirst(1)));

        LayerStatistics found = calibrate();

        assertThat(found.samples()).isEqualTo(SAMPLES);
        assertThat(found.notes()).isEmpty();
        assertThat(of(found, "w").rows()).isEqualTo(of(expected, "w").rows());
        assertThat(of(found, "w").mean().minus(of(expected, "w").mean()).frobeniusNorm())
                .isLessThan(TOLERANCE);
        assertThat(of(found, "w")
                        .covariance()
                        .minus(of(expected, "w").covariance())
                        .frobeniusNorm())
                .isLessThan(TOLERANCE);
    }

    @Test
    void should_tell_of_samples_that_were_rounded() {
        write(TWO_LAYERS);
        writeInputs(Map.of("x", NpyArray.ofMatrix(Matrix.of(1, SIZE, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6))));

        assertThat(calibrate().warnings())
                .containsExactly(
                        "`%s`: array `x` is float64 and is rounded to float32, the type of the input; the largest change is 2.4e-08"
                                .formatted(inputs));
    }

    @ParameterizedTest
    @EnumSource(names = {"INT32", "BOOL", "FLOAT", "INT64"})
    void should_take_a_mask_of_any_name_and_type(DataType type) {
        write(MASKED);
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE), "attention_mask", mask()));
        InputStatistics expected = of(calibrate(), "w");
        write(MASKED.replace("attention_mask", "kept")
                .replace(input("kept", INT64, "batch", "positions"), input("kept", type, "batch", "positions")));
        Map<String, NpyArray> arrays = new LinkedHashMap<>(NpyFile.readAll(inputs));
        arrays.put("kept", Objects.requireNonNull(arrays.remove("attention_mask")));
        writeInputs(arrays);

        assertThat(of(calibrate(PLENTY, new CalibrationInputs(inputs, Optional.of("kept"))), "w"))
                .isEqualTo(expected);
        assertThat(of(calibrate(), "w").rows()).isEqualTo(SAMPLES * POSITIONS);
    }

    /** As of a classifier that looks at the first token. */
    @Test
    void should_count_what_is_there_once_for_a_sample_unless_all_of_it_is_padding() {
        write(MASKED.replace(
                                node("MatMul", "h w", "y"),
                                node("Gather", "h zero", "c", attribute("axis", 1)) + node("MatMul", "c w", "y"))
                        .replace(output("y", FLOAT, "batch", "positions", 3), output("y", FLOAT, "batch", 3))
                + "initializer { name: \"zero\" data_type: 7 int64_data: 0 } ");
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE), "attention_mask", mask()));

        LayerStatistics statistics = calibrate();

        // The last sample is padding.
        assertThat(of(statistics, "w").rows()).isEqualTo(SAMPLES - 1);
        assertThat(statistics.notes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {POSITIONS, SAMPLES, 64})
    void should_count_all_of_what_the_mask_says_nothing_of_and_say_so(int batch) {
        write(MASKED.replace(
                        node("MatMul", "h w", "y"),
                        node("Transpose", "h", "t", attribute("perm", 1, 0, 2)) + node("MatMul", "t w", "y"))
                .replace(output("y", FLOAT, "batch", "positions", 3), output("y", FLOAT, "positions", "batch", 3)));
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE), "attention_mask", mask()));

        LayerStatistics statistics = calibrate(roomFor(batch, POSITIONS * SIZE), onAll());

        assertThat(of(statistics, "w").rows()).isEqualTo(SAMPLES * POSITIONS);
        assertThat(statistics.notes())
                .containsExactly("the mask does not fit the shape of `t`; padding is counted there");
    }

    @Test
    void should_refuse_a_mask_that_the_model_does_not_have() {
        write(MASKED);
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE), "attention_mask", mask()));

        assertThatThrownBy(() -> calibrate(PLENTY, new CalibrationInputs(inputs, Optional.of("kept"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--mask: the model has no input `kept`; its inputs: x, attention_mask");
    }

    @Test
    void should_refuse_a_mask_of_other_dimensions_than_samples_and_positions() {
        write(MASKED);
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE), "attention_mask", mask()));

        assertThatThrownBy(() -> calibrate(PLENTY, new CalibrationInputs(inputs, Optional.of("x"))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--mask: input `x` is FLOAT [batch×positions×6]; expected [samples×positions]");
    }

    @Test
    void should_refuse_a_mask_that_leaves_nothing() {
        write(MASKED);
        writeInputs(Map.of("x", normal(SAMPLES, POSITIONS, SIZE), "attention_mask", mask(row -> false)));

        assertThatThrownBy(this::calibrate)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "`%s`: mask `attention_mask` is 0 everywhere, so no position is left to calibrate on; expected 1 where a position is not padding",
                        inputs);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void should_refuse_samples_that_are_not_finite_and_say_which(float number) {
        write(TWO_LAYERS);
        writeInputs(Map.of("x", changed(normal(SAMPLES, SIZE), (row, each) -> row == 7 ? number : each)));

        assertThatThrownBy(this::calibrate)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(
                        "`%s`: input `x` has numbers that are not finite: 6 in 1 of its 11 samples, the first of them %s in sample 7, at [7, 0]",
                        inputs, (double) number);
        assertThat(folder).isDirectoryNotContaining("glob:**eckart*");
    }

    /** Infinities below zero may be a mask's, but no layer multiplies a mask. */
    @Test
    void should_refuse_samples_whose_infinities_below_zero_a_layer_multiplies() {
        float number = Float.NEGATIVE_INFINITY;
        write(TWO_LAYERS.replace(node("Tanh", "s", "h"), node("Relu", "s", "h")));
        writeInputs(Map.of("x", changed(normal(SAMPLES, SIZE), (row, each) -> row == 7 ? number : each)));

        assertThatThrownBy(() -> calibrate(statistics(SIZE, 5), onAll()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "--calibration: input `x` holds %s in sample 7 of `%s`; expected finite numbers: calibrate on other inputs",
                        (double) number, inputs);
        assertThat(folder).isDirectoryNotContaining("glob:**eckart*");
    }

    @Test
    void should_leave_a_layer_uncalibrated_whose_inputs_have_squares_out_of_range() {
        write(input("x", DOUBLE, "batch", 1)
                + "initializer { name: \"w\" dims: 1 dims: 1 data_type: 11 double_data: 1 } "
                + node("MatMul", "x w", "y")
                + output("y", DOUBLE, "batch", 1));
        writeInputs(Map.of("x", NpyArray.ofMatrix(Matrix.of(2, 1, 1e200, -1e200))));

        LayerStatistics found = calibrate();

        assertThat(found.byWeight()).isEmpty();
        assertThat(found.uncalibrated()).containsExactly(new UncalibratedWeight("w", UncalibratedReason.NOT_FINITE));
        assertThat(found.notes()).containsExactly("`x` holds numbers whose squares exceed the range of float64");
    }

    @Test
    void should_leave_a_layer_uncalibrated_whose_activations_overflow_and_calibrate_the_others() {
        write(TWO_LAYERS.replace(node("Tanh", "s", "h"), node("Exp", "s", "h")));
        writeInputs(Map.of("x", changed(normal(SAMPLES, SIZE), (row, each) -> row == 7 ? 1e6f * each : each)));

        LayerStatistics found = calibrate();

        assertThat(found.byWeight()).containsOnlyKeys("w");
        assertThat(found.uncalibrated()).containsExactly(new UncalibratedWeight("v", UncalibratedReason.NOT_FINITE));
        assertThat(found.notes()).containsExactly("`h` holds Infinity in samples 0 to 10 of `%s`".formatted(inputs));
    }

    /** The variance is zero, but what counts is the mean as well, whose square is no double. */
    @Test
    void should_leave_a_layer_uncalibrated_whose_mean_is_too_large_where_it_counts() {
        write(input("x", DOUBLE, "batch", 1)
                + "initializer { name: \"w\" dims: 1 dims: 1 data_type: 11 double_data: 1 } "
                + node("Gemm", "w x", "y", attribute("transB", 1))
                + output("y", DOUBLE, 1, "batch"));
        writeInputs(Map.of("x", NpyArray.ofMatrix(Matrix.of(2, 1, 1e160, 1e160))));

        assertThat(calibrate().uncalibrated())
                .containsExactly(new UncalibratedWeight("w", UncalibratedReason.NOT_FINITE));
    }

    @Test
    void should_not_say_what_inputs_became_where_the_compressed_network_overflows() {
        write(TWO_LAYERS.replace(node("Tanh", "s", "h"), node("Exp", "s", "h")));
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));
        OnnxNetwork network = OnnxNetwork.read(model);
        List<LinearWeight> weights = network.inventory().linear();
        double[] large = new double[SIZE];
        Arrays.fill(large, 1e6);
        OnnxNetwork overflowing = network.rewrite(
                List.of(new Replacement(
                        weights.get(0), new FactorPair(Matrix.of(SIZE, 1, large), Matrix.of(1, 5, 1, 1, 1, 1, 1)))),
                new Provenance("1", "test"));

        assertThat(calibrator(PLENTY).beside(model, network, onAll()).measure(overflowing, weights.get(1)))
                .isEqualTo(new InputChange.Unknown(UnrefittedReason.NOT_FINITE));
    }

    @Test
    void should_refuse_inputs_that_do_not_fit() {
        write(TWO_LAYERS);
        writeInputs(Map.of("x", normal(SAMPLES, SIZE + 1)));
        assertThatThrownBy(this::calibrate)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("array `x` is float32 [11, 7]; expected FLOAT [batch×6]");

        writeInputs(Map.of("x", NpyArray.ofFloats(List.of(0, SIZE))));
        assertThatThrownBy(this::calibrate)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("holds no samples");

        writeInputs(Map.of("z", normal(SAMPLES, SIZE)));
        assertThatThrownBy(this::calibrate)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has no array for input `x`");
    }

    /** The copy of the model is nothing that the user knows of. */
    @Test
    void should_speak_of_the_users_model_where_the_runtime_refuses_it() {
        write(TWO_LAYERS.replace("\"Tanh\"", "\"NoSuchOperator\""));
        writeInputs(Map.of("x", normal(SAMPLES, SIZE)));

        assertThatThrownBy(this::calibrate)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("ONNX Runtime cannot load `%s`: ".formatted(model));
    }

    @Test
    void should_say_that_it_has_no_place_for_the_copy_of_the_model() {
        write(TWO_LAYERS);
        Calibrator calibrator =
                new Calibrator(new EjmlDecomposer(), 2, PLENTY, folder.resolve("missing"), Progress.NONE);
        OnnxNetwork network = OnnxNetwork.read(model);

        assertThatThrownBy(() -> calibrator.calibrate(model, network, network.inventory(), onAll(), false))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("missing");
    }

    private LayerStatistics calibrate() {
        return calibrate(PLENTY, onAll());
    }

    private LayerStatistics calibrate(long memory, CalibrationInputs calibration) {
        OnnxNetwork network = OnnxNetwork.read(model);
        return calibrator(memory).calibrate(model, network, network.inventory(), calibration, false);
    }

    @Test
    void should_leave_out_the_samples_that_are_held_back() {
        write(MASKED);
        NpyArray x = normal(SAMPLES, POSITIONS, SIZE);
        writeInputs(Map.of("x", x, "attention_mask", mask()));
        LayerStatistics found = calibrate(PLENTY, onAll().holdingBack());
        int[] left =
                IntStream.range(0, SAMPLES).filter(sample -> sample % 3 != 2).toArray();
        writeInputs(Map.of("x", x.take(left), "attention_mask", mask().take(left)));

        assertThat(found.samples()).isEqualTo(left.length).isLessThan(SAMPLES);
        assertThat(of(found, "w")).isEqualTo(of(calibrate(), "w"));
    }

    private CalibrationInputs onAll() {
        return new CalibrationInputs(inputs, Optional.empty());
    }

    private Calibrator calibrator(long memory) {
        Progress recording = (label, steps) -> new Progress.Task() {
            @Override
            public void step(long done) {
                batches.add(done);
            }

            @Override
            public void close() {}
        };
        return new Calibrator(new EjmlDecomposer(), 2, memory, folder, recording);
    }

    /** What the statistics of layers of some sizes take. */
    private static long statistics(int... sizes) {
        long largest = IntStream.of(sizes).max().orElseThrow();
        return IntStream.of(sizes).mapToLong(RowSums::bytes).sum() + Double.BYTES * largest * largest;
    }

    /** As much memory as some samples of one layer with so many numbers take. */
    private static long roomFor(int batch, int numbers) {
        return statistics(SIZE) + 8L * batch * numbers;
    }

    private static InputStatistics of(LayerStatistics statistics, String weight) {
        return Objects.requireNonNull(statistics.byWeight().get(weight), weight);
    }

    /** Two passes over vectors that are all in memory. */
    private static void assertAlike(InputStatistics statistics, List<double[]> vectors, int expectedRows) {
        int size = vectors.get(0).length;
        double[] mean = new double[size];
        double[] covariance = new double[size * size];
        for (double[] vector : vectors) {
            for (int i = 0; i < size; i++) {
                mean[i] += vector[i] / vectors.size();
            }
        }
        for (double[] vector : vectors) {
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    covariance[i * size + j] += (vector[i] - mean[i]) * (vector[j] - mean[j]) / vectors.size();
                }
            }
        }
        assertThat(vectors).hasSize(expectedRows);
        assertThat(statistics.rows()).isEqualTo(expectedRows);
        assertThat(statistics.mean().minus(Matrix.of(1, size, mean)).frobeniusNorm())
                .isLessThan(TOLERANCE);
        assertThat(statistics
                        .covariance()
                        .minus(Matrix.of(size, size, covariance))
                        .frobeniusNorm())
                .isLessThan(TOLERANCE);
    }

    /** What the model is fed with. */
    private NpyArray x() {
        return Objects.requireNonNull(NpyFile.readAll(inputs).get("x"));
    }

    /** A value that the model gives out, of all samples. */
    private Output valueOf(String name) {
        try (Session session = Session.open(model, Session.Optimization.NONE, 1)) {
            var set = InputFiles.read(inputs, session, OnnxNetwork.read(model).model());
            return Objects.requireNonNull(
                    session.run(set.batch(0, set.samples())).get(name));
        }
    }

    private static List<double[]> lastAxisOf(Output value) {
        return axisOf(value, value.shape().size() - 1);
    }

    private static List<double[]> lastAxisOf(NpyArray array) {
        return axisOf(array, array.shape().size() - 1);
    }

    private static List<double[]> axisOf(NpyArray array, int axis) {
        return axisOf(
                new Output(
                        "",
                        array.shape().stream().map(Integer::longValue).toList(),
                        true,
                        array.size(),
                        array::doubleAt),
                axis);
    }

    /** The vectors along an axis, in the order of the others. */
    private static List<double[]> axisOf(Output value, int axis) {
        long[] strides = new long[value.shape().size()];
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= value.shape().get(i);
        }
        int size = value.shape().get(axis).intValue();
        List<double[]> vectors = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            if (i / strides[axis] % size == 0) {
                double[] vector = new double[size];
                for (int j = 0; j < size; j++) {
                    vector[j] = value.at((int) (i + j * strides[axis]));
                }
                vectors.add(vector);
            }
        }
        return vectors;
    }

    private static NpyArray normal(Integer... shape) {
        Random random = new Random(5);
        int size = Stream.of(shape).reduce(1, (a, b) -> a * b);
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = (float) (random.nextGaussian() + 0.3 * (i % 3));
        }
        return NpyArray.ofFloats(List.of(shape), numbers);
    }

    private interface Change {
        float of(int row, float number);
    }

    private static NpyArray changed(NpyArray array, Change change) {
        float[] numbers = new float[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = change.of(i / SIZE, (float) array.doubleAt(i));
        }
        return NpyArray.ofFloats(array.shape(), numbers);
    }

    /** Each sample is one position longer than the one before it, and the last one has none. */
    private static boolean isKept(int row) {
        int sample = row / POSITIONS;
        return sample < SAMPLES - 1 && row % POSITIONS <= sample % POSITIONS;
    }

    private static NpyArray mask() {
        return mask(CalibratorTest::isKept);
    }

    private static NpyArray mask(IntPredicate kept) {
        ByteBuffer numbers =
                ByteBuffer.allocate(SAMPLES * POSITIONS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < SAMPLES * POSITIONS; row++) {
            numbers.putLong(kept.test(row) ? 1 : 0);
        }
        return NpyArray.of(NpyType.INT64, List.of(SAMPLES, POSITIONS), numbers.flip());
    }

    private static String kernel(String name, int... dims) {
        Random random = new Random(3);
        String numbers = IntStream.range(0, IntStream.of(dims).reduce(1, (a, b) -> a * b))
                .mapToObj(i -> String.valueOf((float) random.nextGaussian()))
                .collect(Collectors.joining(", "));
        return "initializer { name: \"%s\" dims: %s data_type: 1 float_data: [%s] } "
                .formatted(name, Arrays.toString(dims), numbers);
    }

    private void write(String graph) {
        TextModels.write(TextModels.withGraph(graph), model);
    }

    private void writeInputs(Map<String, NpyArray> arrays) {
        try {
            Files.deleteIfExists(inputs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NpyFile.writeAll(inputs, arrays);
    }
}
