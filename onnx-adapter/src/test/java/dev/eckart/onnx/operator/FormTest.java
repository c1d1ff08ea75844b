package dev.eckart.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.onnx.tensor.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FormTest {
    private static final int ROUNDS = 100;

    /** A few operations in double on numbers up to 10. */
    private static final double ROUNDING = 1e-14;

    private static Matrix normal(long rows, long columns, Random random) {
        double[] numbers = new double[Math.toIntExact(rows * columns)];
        Arrays.setAll(numbers, i -> random.nextGaussian());
        return Matrix.of((int) rows, (int) columns, numbers);
    }

    private static List<Long> sizes(int count, Random random) {
        return random.longs(count, 1, 6).boxed().toList();
    }

    /** Dimensions that a weight's rows have in a form. */
    private static List<Long> in(Form form, Random random) {
        return switch (form) {
            case RIGHT -> {
                List<Long> dims = new ArrayList<>(Collections.nCopies(random.nextInt(3), 1L));
                dims.addAll(sizes(1, random));
                yield dims;
            }
            case LEFT, TABLE -> sizes(1, random);
            case CHANNELS -> sizes(2 + random.nextInt(3), random);
            case ROWS_AND_COLUMNS -> sizes(2, random);
        };
    }

    private static List<Long> out(Form form, Random random) {
        return sizes(form == Form.ROWS_AND_COLUMNS ? 2 : 1, random);
    }

    /** The dimensions of the factors, as the table in {@link Form} has them. */
    private static List<List<Long>> expectedDims(Form form, List<Long> in, List<Long> out, long rank) {
        long first = in.get(0);
        long last = in.get(in.size() - 1);
        List<Long> ones = Collections.nCopies(in.size() - 1, 1L);
        return switch (form) {
            case RIGHT, TABLE -> List.of(joined(ones, List.of(last, rank)), joined(ones, List.of(rank, out.get(0))));
            case LEFT -> List.of(List.of(rank, first), List.of(out.get(0), rank));
            case CHANNELS -> List.of(joined(List.of(rank), in), joined(List.of(out.get(0), rank), ones));
            case ROWS_AND_COLUMNS -> List.of(List.of(rank, first, last, 1L), List.of(out.get(0), rank, 1L, out.get(1)));
        };
    }

    private static List<Long> joined(List<Long> one, List<Long> other) {
        List<Long> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }

    private static long product(List<Long> dims) {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }

    @ParameterizedTest
    @EnumSource
    void should_read_back_the_factors_that_were_stored(Form form) {
        Random random = new Random(1);
        for (int round = 0; round < ROUNDS; round++) {
            List<Long> in = in(form, random);
            List<Long> out = out(form, random);
            int rank = 1 + random.nextInt(5);
            Matrix b = normal(product(in), rank, random);
            Matrix a = normal(rank, product(out), random);

            TensorView storedB = form.storedB(b, in);
            TensorView storedA = form.storedA(a, in, out);

            assertThat(List.of(storedB.dims(), storedA.dims())).isEqualTo(expectedDims(form, in, out, rank));
            assertThat(Matrix.copyOf(form.readB(storedB))).isEqualTo(b);
            assertThat(Matrix.copyOf(form.readA(storedA))).isEqualTo(a);
        }
    }

    /** Written out as the two convolutions compute it: a sum over the channels between them. */
    @Test
    void should_store_a_convolutions_factors_so_that_they_make_up_its_kernel() {
        Random random = new Random(2);
        List<Long> dims = List.of(3L, 2L, 4L, 5L);
        int rank = 2;
        for (Form form : List.of(Form.CHANNELS, Form.ROWS_AND_COLUMNS)) {
            List<Integer> inAxes = form == Form.CHANNELS ? List.of(1, 2, 3) : List.of(1, 2);
            List<Integer> outAxes = form == Form.CHANNELS ? List.of(0) : List.of(0, 3);
            List<Long> in = inAxes.stream().map(dims::get).toList();
            List<Long> out = outAxes.stream().map(dims::get).toList();
            Matrix b = normal(product(in), rank, random);
            Matrix a = normal(rank, product(out), random);
            double[] storedB = all(form.storedB(b, in));
            double[] storedA = all(form.storedA(a, in, out));
            Matrix w = b.times(a);
            for (int o = 0; o < 3; o++) {
                for (int c = 0; c < 2; c++) {
                    for (int h = 0; h < 4; h++) {
                        for (int v = 0; v < 5; v++) {
                            int[] at = {o, c, h, v};
                            double kernel = 0;
                            for (int r = 0; r < rank; r++) {
                                kernel += form == Form.CHANNELS
                                        ? storedB[((r * 2 + c) * 4 + h) * 5 + v] * storedA[o * rank + r]
                                        : storedB[(r * 2 + c) * 4 + h] * storedA[(o * rank + r) * 5 + v];
                            }
                            assertThat(w.get(index(at, inAxes, dims), index(at, outAxes, dims)))
                                    .isCloseTo(kernel, within(ROUNDING));
                        }
                    }
                }
            }
        }
    }

    private static double[] all(TensorView view) {
        List<Integer> axes = IntStream.range(0, view.dims().size()).boxed().toList();
        return Matrix.copyOf(view.matrix(List.of(), axes)).toArray();
    }

    private static int index(int[] position, List<Integer> axes, List<Long> dims) {
        int index = 0;
        for (int axis : axes) {
            index = index * Math.toIntExact(dims.get(axis)) + position[axis];
        }
        return index;
    }

    @Test
    void should_share_factors_among_products_and_tables_but_not_with_convolutions() {
        List<Form> matrices = List.of(Form.RIGHT, Form.LEFT, Form.TABLE);
        for (Form form : Form.values()) {
            for (Form other : Form.values()) {
                assertThat(form.canServe(other))
                        .isEqualTo(form == other || (matrices.contains(form) && matrices.contains(other)));
            }
        }
    }
}
