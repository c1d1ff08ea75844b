package dev.eckart.core.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.EjmlDecomposer;
import dev.eckart.core.linalg.Matrix;
import dev.eckart.core.linalg.SampleMatrices;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputRootsTest {
    private static final Decomposer DECOMPOSER = new EjmlDecomposer();

    private static InputStatistics inputs(int rows, int size) {
        return SampleInputs.of(rows, size, rows + size).statistics();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void should_be_a_root_of_the_covariance_singular_or_not(int rows) {
        InputStatistics inputs = inputs(rows, 9);

        Matrix root = new InputRoots(DECOMPOSER, 0).of(inputs);

        assertThat(root.transpose().times(root).minus(inputs.covariance()).frobeniusNorm())
                .isLessThanOrEqualTo(1e-12 * (1 + inputs.covariance().frobeniusNorm()));
    }

    @Test
    void should_compute_a_root_once_for_all_that_ask() throws Exception {
        InputStatistics inputs = inputs(300, 120);
        InputRoots roots = new InputRoots(DECOMPOSER, Long.MAX_VALUE);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<Matrix>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(pool.submit(() -> roots.of(inputs)));
        }

        for (Future<Matrix> root : asked) {
            assertThat(root.get()).isSameAs(asked.get(0).get());
        }
        pool.shutdown();
    }

    @Test
    void should_forget_those_asked_for_longest_ago_when_there_is_no_room() {
        InputStatistics one = inputs(20, 10);
        InputStatistics two = inputs(21, 10);
        InputStatistics three = inputs(22, 10);
        InputRoots roots = new InputRoots(DECOMPOSER, 2 * 10 * 10 * Double.BYTES);
        Matrix rootOfOne = roots.of(one);
        Matrix rootOfTwo = roots.of(two);

        assertThat(roots.of(one)).isSameAs(rootOfOne);
        roots.of(three);

        assertThat(roots.of(one)).isSameAs(rootOfOne);
        assertThat(roots.of(two)).isNotSameAs(rootOfTwo).isEqualTo(rootOfTwo);
    }

    @Test
    void should_keep_the_last_one_even_if_it_is_too_large() {
        InputStatistics inputs = inputs(20, 10);
        InputRoots roots = new InputRoots(DECOMPOSER, 0);

        assertThat(roots.of(inputs)).isSameAs(roots.of(inputs));
    }

    @Test
    void should_say_that_inputs_are_not_finite() {
        InputStatistics inputs = new InputStatistics(
                5,
                5,
                Matrix.of(1, 2, 0, 0),
                SampleMatrices.with(Matrix.diagonal(2, 2, 1, 1), 0, 1, Double.POSITIVE_INFINITY));

        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> new InputRoots(DECOMPOSER, 0).of(inputs))
                .withMessage(
                        "--calibration: the covariance of a layer's 2 inputs holds Infinity at [0, 1]; expected finite"
                                + " numbers: calibrate on other inputs");
    }
}
