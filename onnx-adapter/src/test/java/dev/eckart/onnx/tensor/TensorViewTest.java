package dev.eckart.onnx.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.MatrixSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TensorViewTest {
    private static final int ROUNDS = 200;
    private static final int HIGHEST_RANK = 5;
    private static final int LONGEST_AXIS = 4;

    /** 0, 1, 2, … in some dimensions. */
    private static TensorView counting(List<Long> dims) {
        int size = Math.toIntExact(product(dims));
        return TensorView.of(Matrix.of(
                        1, size, IntStream.range(0, size).asDoubleStream().toArray()))
                .reshaped(dims);
    }

    private static long product(List<Long> dims) {
        return dims.stream().reduce(1L, (a, b) -> a * b);
    }

    private static List<Long> dims(Random random) {
        return random.longs(random.nextInt(HIGHEST_RANK + 1), 1, LONGEST_AXIS + 1)
                .boxed()
                .toList();
    }

    private static List<Integer> shuffled(int rank, Random random) {
        List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.shuffle(axes, random);
        return axes;
    }

    private static double[] all(TensorView view) {
        double[] all = new double[Math.toIntExact(view.size())];
        view.numbers().read(0, all.length, all, 0);
        return all;
    }

    /** A position on each axis, of the number at an index. */
    private static List<Integer> position(List<Long> dims, int index) {
        List<Integer> position = new ArrayList<>(Collections.nCopies(dims.size(), 0));
        int rest = index;
        for (int axis = dims.size() - 1; axis >= 0; axis--) {
            int length = Math.toIntExact(dims.get(axis));
            position.set(axis, rest % length);
            rest /= length;
        }
        return position;
    }

    private static int index(List<Long> dims, List<Integer> position) {
        int index = 0;
        for (int axis = 0; axis < dims.size(); axis++) {
            index = index * Math.toIntExact(dims.get(axis)) + position.get(axis);
        }
        return index;
    }

    /** By the definition: the number at a position of the result is the one at the same position of the original. */
    private static double[] permuted(TensorView view, List<Integer> axes) {
        double[] numbers = all(view);
        List<Long> dims = axes.stream().map(view.dims()::get).toList();
        return IntStream.range(0, numbers.length)
                .mapToDouble(i -> {
                    List<Integer> position = position(dims, i);
                    List<Integer> original = new ArrayList<>(position);
                    for (int axis = 0; axis < axes.size(); axis++) {
                        original.set(axes.get(axis), position.get(axis));
                    }
                    return numbers[index(view.dims(), original)];
                })
                .toArray();
    }

    @Test
    void should_permute_the_axes_of_any_tensor() {
        Random random = new Random(1);
        for (int round = 0; round < ROUNDS; round++) {
            TensorView view = counting(dims(random));
            List<Integer> axes = shuffled(view.dims().size(), random);
            List<Integer> again = shuffled(view.dims().size(), random);

            TensorView permuted = view.permuted(axes);

            assertThat(permuted.dims())
                    .isEqualTo(axes.stream().map(view.dims()::get).toList());
            assertThat(all(permuted)).isEqualTo(permuted(view, axes));
            assertThat(all(permuted.permuted(again))).isEqualTo(permuted(permuted, again));
        }
    }

    @Test
    void should_keep_the_order_of_numbers_under_other_dimensions() {
        Random random = new Random(2);
        for (int round = 0; round < ROUNDS; round++) {
            TensorView view = counting(dims(random));
            TensorView permuted = view.permuted(shuffled(view.dims().size(), random));
            List<Long> others = new ArrayList<>(view.dims());
            Collections.shuffle(others, random);
            others.add(random.nextInt(others.size() + 1), 1L);

            assertThat(permuted.reshaped(others).dims()).isEqualTo(others);
            assertThat(all(permuted.reshaped(others))).isEqualTo(all(permuted));
        }
    }

    @Test
    void should_read_any_stretch_of_any_view_into_any_place() {
        Random random = new Random(3);
        for (int round = 0; round < ROUNDS; round++) {
            TensorView view = counting(dims(random));
            TensorView permuted = view.permuted(shuffled(view.dims().size(), random));
            double[] all = all(permuted);
            int from = random.nextInt(all.length);
            int count = random.nextInt(all.length - from + 1);
            double[] target = new double[count + 4];

            permuted.numbers().read(from, count, target, 3);

            assertThat(target)
                    .isEqualTo(DoubleStream.concat(
                                    DoubleStream.of(0, 0, 0),
                                    DoubleStream.concat(
                                            IntStream.range(from, from + count).mapToDouble(i -> all[i]),
                                            DoubleStream.of(0)))
                            .toArray());
        }
    }

    @Test
    void should_read_every_stretch_of_a_matrix() {
        double[] numbers = IntStream.range(0, 4 * 5).asDoubleStream().toArray();
        TensorView view = TensorView.of(Matrix.of(4, 5, numbers));

        assertThat(view.dims()).containsExactly(4L, 5L);
        for (int from = 0; from <= 20; from++) {
            for (int count = 0; count <= 20 - from; count++) {
                double[] target = new double[count];
                view.numbers().read(from, count, target, 0);
                assertThat(target)
                        .isEqualTo(IntStream.range(from, from + count)
                                .asDoubleStream()
                                .toArray());
            }
        }
    }

    @Test
    void should_be_a_matrix_of_every_split_of_its_axes() {
        Random random = new Random(4);
        for (int round = 0; round < ROUNDS; round++) {
            TensorView view = counting(dims(random));
            int rank = view.dims().size();
            List<Integer> order = shuffled(rank, random);
            for (int split = 0; split <= rank; split++) {
                // Axes in their order are the splits that weights are read with.
                for (List<Integer> axes : List.of(order, shuffled(rank, new Random(0)), ordered(rank))) {
                    expectMatrix(view, axes.subList(0, split), axes.subList(split, rank));
                    expectMatrix(view, axes.subList(split, rank), axes.subList(0, split));
                }
            }
        }
    }

    private static List<Integer> ordered(int rank) {
        return IntStream.range(0, rank).boxed().toList();
    }

    private static void expectMatrix(TensorView view, List<Integer> rows, List<Integer> columns) {
        double[] numbers = all(view);
        List<Long> rowDims = rows.stream().map(view.dims()::get).toList();
        List<Long> columnDims = columns.stream().map(view.dims()::get).toList();

        MatrixSource matrix = view.matrix(rows, columns);

        assertThat(matrix.rows()).isEqualTo((int) product(rowDims));
        assertThat(matrix.columns()).isEqualTo((int) product(columnDims));
        Matrix copy = Matrix.copyOf(matrix);
        for (int i = 0; i < numbers.length; i++) {
            List<Integer> position = position(view.dims(), i);
            int row = index(rowDims, rows.stream().map(position::get).toList());
            int column = index(columnDims, columns.stream().map(position::get).toList());
            assertThat(copy.get(row, column)).isEqualTo(numbers[i]);
        }
        double[] block = new double[1];
        matrix.read(matrix.rows() - 1, matrix.columns() - 1, 1, 1, block);
        assertThat(block).containsExactly(copy.get(matrix.rows() - 1, matrix.columns() - 1));
    }

    @Test
    void should_refuse_a_block_that_leaves_the_matrix_however_it_is_read() {
        TensorView view = counting(List.of(2L, 3L, 4L));
        for (List<Integer> rows : List.of(List.of(0), List.of(1), List.of(2), List.of(1, 2))) {
            List<Integer> columns = new ArrayList<>(ordered(3));
            columns.removeAll(rows);
            MatrixSource matrix = view.matrix(rows, columns);
            double[] target = new double[100];

            assertThatThrownBy(() -> matrix.read(matrix.rows() - 1, 0, 2, 1, target))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> matrix.read(0, 1, 1, matrix.columns(), target))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void should_read_nothing_where_there_is_nothing() {
        TensorView view = counting(List.of(2L, 3L)).permuted(List.of(1, 0));
        TensorView empty = new TensorView(List.of(2L, 0L), view.numbers()).permuted(List.of(1, 0));
        double[] target = {7};

        view.numbers().read(6, 0, target, 0);
        empty.numbers().read(0, 0, target, 0);

        assertThat(target).containsExactly(7);
        assertThat(empty.dims()).containsExactly(0L, 2L);
        assertThat(empty.size()).isZero();
    }

    @Test
    void should_refuse_dimensions_for_another_number_of_numbers() {
        TensorView view = counting(List.of(2L, 3L));

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> view.reshaped(List.of(2L, 2L)))
                .withMessage("Expected 6 numbers but was: [2, 2]");
    }

    @Test
    void should_show_dimensions_but_no_numbers_of_what_cannot_be_read() {
        TensorView view = TensorView.unreadable(List.of(2L, 3L));

        assertThat(view.permuted(List.of(1, 0)).dims()).containsExactly(3L, 2L);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> all(view));
    }
}
