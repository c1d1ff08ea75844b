package dev.eckart.cli;

import static dev.eckart.cli.CommandLineRun.eckart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.models.ModelBuilder;
import dev.eckart.models.RandomMatrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each fault of a plug-in's encoding: one sentence that names it, exit code 2, and nothing written. */
class FaultyEncodingTest {
    private static final String ENCODING = """
            package org.example;

            import dev.eckart.core.encode.*;
            import dev.eckart.core.linalg.*;
            import dev.eckart.core.model.*;
            import dev.eckart.core.rank.StrategyArguments;
            import dev.eckart.core.stored.*;
            import java.util.*;

            public final class FaultyEncoding implements EncodingProvider {
                @Override public String name() { return "faulty"; }
                @Override public String summary() { return "faults"; }
                @Override public Map<String, String> usage() { return Map.of(); }

                @Override public Encoding create(StrategyArguments arguments) {
                    String fault = arguments.value().get();
                    return fault.equals("no-encoding") ? null : new Made(fault);
                }

                private record Made(String fault) implements Encoding {
                    @Override public String name() { return fault.equals("no-name") ? null : "faulty:" + fault; }
                    @Override public boolean isOfProducts() { return fault.equals("not-a-product"); }
                    @Override public Optional<String> obstacle(LinearWeight weight) {
                        if (fault.equals("obstacle-fails")) {
                            throw new IllegalStateException("no licence");
                        }
                        return fault.equals("obstacle") ? Optional.of("it is not to its taste") : Optional.empty();
                    }
                    @Override public Draft draft(WeightView view) {
                        switch (fault) {
                            case "throws": throw new ArrayIndexOutOfBoundsException("7");
                            case "overflow": return draft(view);
                            case "no-draft": return null;
                            case "no-offers": return () -> null;
                            default: return () -> List.of(new Offered(fault, view.weight()));
                        }
                    }
                }

                private record Offered(String fault, LinearWeight weight) implements Offer {
                    @Override public String variant() { return "8"; }
                    @Override public Stored outline() {
                        return switch (fault) {
                            case "other-outline" -> Blocks.zeros(2, 3, 8, 2, weight.type());
                            case "product" -> new Product(
                                Dense.zeros(weight.rows(), 1, weight.type()), Dense.zeros(1, weight.columns(), weight.type()));
                            case "dense" -> Dense.zeros(weight.rows(), weight.columns(), ElementType.BFLOAT16);
                            case "blocks" -> Blocks.zeros(weight.rows(), weight.columns(), 4, 16, weight.type());
                            case "factors" -> new Integers(
                                Blocks.zeros(weight.rows(), weight.columns(), 7, weight.rows(), weight.type()),
                                Optional.of(MatrixSource.zeros(1, weight.rows())),
                                false);
                            case "double" -> Blocks.zeros(weight.rows(), weight.columns(), 4, weight.rows(), ElementType.FLOAT64);
                            default -> Blocks.zeros(weight.rows(), weight.columns(), 8, weight.rows(), weight.type());
                        };
                    }
                    @Override public long bytes() { return fault.equals("bytes") ? 5 : outline().bytes(); }
                    @Override public double loss() {
                        return switch (fault) {
                            case "loss" -> Double.NaN;
                            case "negative" -> -1;
                            case "other-loss" -> 0;
                            case "none", "shift", "nan-shift" -> new WeightView(weight).loss(build().toMatrix(EjmlDecomposer::new));
                            default -> 0.5;
                        };
                    }
                    @Override public Optional<MatrixSource> biasShift() {
                        return switch (fault) {
                            case "shift" -> Optional.of(MatrixSource.zeros(1, 2));
                            case "nan-shift" -> Optional.of(filled(1, weight.columns(), Double.NaN));
                            default -> Optional.empty();
                        };
                    }
                    @Override public Stored build() {
                        switch (fault) {
                            case "build-fails": throw new UnsupportedOperationException("later");
                            case "no-form": return null;
                            case "shape": return Blocks.zeros(2, 3, 8, 2, weight.type());
                            case "bits": return Blocks.zeros(weight.rows(), weight.columns(), 4, weight.rows(), weight.type());
                            case "factors": return outline();
                            case "nan": return codes(8, Double.NaN);
                            case "infinite": return codes(8, Double.POSITIVE_INFINITY);
                            case "huge": return codes(8, 1e38);
                            case "numbers-fail": return new Blocks(Codes.zeros(weight.rows(), weight.columns()), 8, weight.rows(),
                                new MatrixSource() {
                                    @Override public int rows() { return 1; }
                                    @Override public int columns() { return weight.columns(); }
                                    @Override public void read(int row, int column, int rows, int columns, double[] target) {
                                        throw new IllegalStateException("closed");
                                    }
                                }, weight.type());
                            default: return codes(1, 0.01);
                        }
                    }
                    private Stored codes(int code, double scale) {
                        byte[] codes = new byte[weight.rows() * weight.columns()];
                        Arrays.fill(codes, (byte) code);
                        return new Blocks(Codes.wrap(weight.rows(), weight.columns(), codes), 8, weight.rows(),
                            filled(1, weight.columns(), scale), weight.type());
                    }
                    private static Matrix filled(int rows, int columns, double number) {
                        double[] numbers = new double[rows * columns];
                        Arrays.fill(numbers, number);
                        return Matrix.of(rows, columns, numbers);
                    }
                }
            }
            """;

    @TempDir
    private static Path jars;

    private static Path jar = Path.of("");

    @TempDir
    private Path folder;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeAll
    static void compile() throws IOException {
        jar = PluginJar.compile(jars, "FaultyEncoding", ENCODING, PluginJar.ENCODINGS);
    }

    @BeforeEach
    void names() throws IOException {
        model = folder.resolve("model.onnx");
        out = folder.resolve("out.onnx");
        write(RandomMatrices.normal(40, 30, 1));
    }

    private void write(Matrix weight) throws IOException {
        Files.write(
                model,
                ModelBuilder.model("one", 13)
                        .input("x", "batch", 40)
                        .weight("w", weight)
                        .node("MatMul", List.of("x", "w"), "y")
                        .output("y", "batch", 30)
                        .build()
                        .toByteArray());
    }

    private CommandLineRun compress(String fault) {
        return eckart("compress", model, "-o", out, "--encoding", "faulty:" + fault, "--plugin", jar);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            no-encoding    | encoding org.example.FaultyEncoding gave null for `faulty:no-encoding`; expected a value: tell its author
            no-name        | encoding org.example.FaultyEncoding$Made gave null for `faulty:no-name`; expected a value: tell its author
            obstacle-fails | encoding org.example.FaultyEncoding$Made failed on weight `w` [40×30]: java.lang.IllegalStateException: no licence
            throws         | encoding org.example.FaultyEncoding$Made failed on weight `w` [40×30]: java.lang.ArrayIndexOutOfBoundsException: 7
            overflow       | encoding org.example.FaultyEncoding$Made failed on weight `w` [40×30]: java.lang.StackOverflowError
            no-draft       | encoding org.example.FaultyEncoding$Made gave null for weight `w` [40×30]; expected a value: tell its author
            no-offers      | encoding org.example.FaultyEncoding$Made gave null for weight `w` [40×30]; expected a value: tell its author
            other-outline  | encoding `faulty:other-outline` (org.example.FaultyEncoding$Offered) offers a form [2×3] for weight `w` [40×30]; tell its author
            product        | encoding `faulty:product` (org.example.FaultyEncoding$Offered) offers product(dense, dense) where isOfProducts() is false for weight `w` [40×30]; tell its author
            not-a-product  | encoding `faulty:not-a-product` (org.example.FaultyEncoding$Offered) offers codes(8) where isOfProducts() is true for weight `w` [40×30]; tell its author
            loss           | encoding `faulty:loss` (org.example.FaultyEncoding$Offered) offers a loss of NaN, which is no number from 0, for weight `w` [40×30]; tell its author
            negative       | encoding `faulty:negative` (org.example.FaultyEncoding$Offered) offers a loss of -1.0, which is no number from 0, for weight `w` [40×30]; tell its author
            bytes          | encoding `faulty:bytes` (org.example.FaultyEncoding$Offered) built codes(8) of 1320 bytes where it offered 5 for weight `w` [40×30]; tell its author
            bits           | encoding `faulty:bits` (org.example.FaultyEncoding$Offered) built codes(4) of 720 bytes where it offered codes(8) of 1320 for weight `w` [40×30]; tell its author
            shape          | encoding `faulty:shape` (org.example.FaultyEncoding$Offered) built a form [2×3] for weight `w` [40×30]; tell its author
            shift          | encoding `faulty:shift` (org.example.FaultyEncoding$Offered) built a shift [1×2] for weight `w` [40×30]; tell its author
            nan            | encoding `faulty:nan` (org.example.FaultyEncoding$Offered) built codes(8) with NaN at [0, 0] for weight `w` [40×30]; tell its author
            factors        | encoding `faulty:factors` (org.example.FaultyEncoding$Offered) built int8(7, smoothed) with the factor 0.0 of input 0 for weight `w` [40×30]; tell its author
            infinite       | encoding `faulty:infinite` (org.example.FaultyEncoding$Offered) built codes(8) with Infinity at [0, 0] for weight `w` [40×30]; tell its author
            huge           | encoding `faulty:huge` (org.example.FaultyEncoding$Offered) built codes(8) with 8.0E38 at [0, 0], which exceeds float32 for weight `w` [40×30]; tell its author
            nan-shift      | encoding `faulty:nan-shift` (org.example.FaultyEncoding$Offered) built a shift with NaN at [0, 0] for weight `w` [40×30]; tell its author
            numbers-fail   | encoding org.example.FaultyEncoding$Offered failed on weight `w` [40×30]: java.lang.IllegalStateException: closed
            other-loss     | encoding `faulty:other-loss` (org.example.FaultyEncoding$Offered) built codes(8) with a relative error of 0.9999 where it offered 0.000 for weight `w` [40×30]; tell its author
            build-fails    | encoding org.example.FaultyEncoding$Offered failed on weight `w` [40×30]: java.lang.UnsupportedOperationException: later
            no-form        | encoding org.example.FaultyEncoding$Offered gave null for weight `w` [40×30]; expected a value: tell its author
            """)
    void should_name_an_encoding_that_fails_in_whatever_way(String fault, String sentence) {
        CommandLineRun run = compress(fault);

        assertThat(run.err()).isEqualTo("eckart: " + sentence + "\n");
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(out).doesNotExist();
    }

    /** What a plug-in may offer, but a model cannot hold, or what it does not want: the weight is unchanged. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            obstacle | faulty:obstacle: it is not to its taste
            dense    | faulty:dense: a model has no nodes that make float32 of dense
            blocks   | faulty:blocks: a model has no nodes that make float32 of codes(4, 16)
            double   | faulty:double: a model has no nodes that make float32 of codes(4)
            """)
    void should_leave_a_weight_unchanged_that_cannot_be_stored(String fault, String reason) {
        CommandLineRun run = compress(fault);

        assertThat(run.err() + run.out()).contains(reason);
        assertThat(run.code()).isEqualTo(ExitCode.NOTHING_TO_GAIN);
        assertThat(out).doesNotExist();
    }

    /** Authors need not look for such numbers. */
    @Test
    void should_not_show_a_weight_that_is_not_finite_to_a_plug_in() throws IOException {
        double[] numbers = RandomMatrices.normal(40, 30, 1).toArray();
        numbers[31] = Double.NaN;
        write(Matrix.of(40, 30, numbers));

        CommandLineRun run = compress("throws");

        assertThat(run.out()).contains("NaN at [1, 1]");
        assertThat(run.err()).doesNotContain("org.example");
    }

    @Test
    void should_build_what_is_right() {
        CommandLineRun run = compress("none");

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(out).exists();
    }
}
