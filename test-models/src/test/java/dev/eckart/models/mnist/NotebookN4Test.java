package dev.eckart.models.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.linalg.Decomposer;
import dev.eckart.core.linalg.Decomposition;
import dev.eckart.core.linalg.EjmlDecomposer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** N4: a classifier trained on images that were reduced to rank 16. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NotebookN4Test {
    private static final int RANK = 16;

    /** A share of the images, on which two epochs show as much as on all. */
    private static final int TRAINED = 2000;

    private LabelledImages originals;
    private LabelledImages reduced;
    private double[] singularValues = {};

    @BeforeAll
    void reduce() {
        originals = MnistData.read(Path.of("data/mnist-10k.npz")).all();
        Decomposer decomposer = new EjmlDecomposer();
        try (Decomposition decomposition = decomposer.decompose(originals.pixels(), Accuracy.ENERGY)) {
            singularValues = decomposition.singularValues();
            reduced = new LabelledImages(
                    decomposer
                            .truncated(originals.pixels(), decomposition, RANK)
                            .product(),
                    originals.labels());
        }
    }

    @Test
    void should_lose_what_the_singular_values_left_out_say() {
        assertThat(originals.pixels()).hasToString("Matrix[10000 × 784]");
        double[] squares =
                Arrays.stream(singularValues).map(value -> value * value).toArray();
        double expected = Math.sqrt(
                Arrays.stream(squares).skip(RANK).sum() / Arrays.stream(squares).sum());

        double error = originals.pixels().minus(reduced.pixels()).frobeniusNorm()
                / originals.pixels().frobeniusNorm();

        assertThat(error).isCloseTo(expected, within(1e-9)).isBetween(0.4, 0.6);
    }

    @Test
    void should_have_a_loss_that_falls() {
        SgdTrainer.Training training =
                new SgdTrainer(0.01, 64, 2, 0).train(500, MnistData.CLASSES, reduced.range(0, TRAINED));

        List<Double> losses = training.epochLosses();
        assertThat(losses).hasSize(2);
        assertThat(losses.get(1)).isLessThan(losses.get(0));
        // Guessing costs ln 10.
        assertThat(losses.get(1)).isLessThan(Math.log(10));
    }
}
