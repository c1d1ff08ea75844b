package dev.eckart.models.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.core.linalg.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SgdTrainerTest {
    /** Four pixels, of which the brightest tells the class. */
    private static final LabelledImages BRIGHTEST = brightest(100);

    private static LabelledImages brightest(int count) {
        Random random = new Random(5);
        double[] pixels = random.doubles(count * 4L, 0, 0.5).toArray();
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(random.nextInt(4));
            pixels[4 * i + labels.get(i)] = 1;
        }
        return new LabelledImages(Matrix.of(count, 4, pixels), labels);
    }

    @Test
    void should_learn() {
        SgdTrainer.Training training = new SgdTrainer(1, 8, 40, 1).train(6, 4, BRIGHTEST);

        assertThat(training.classifier().accuracy(BRIGHTEST)).isEqualTo(1);
        assertThat(training.epochLosses()).hasSize(40);
        assertThat(training.epochLosses().get(39)).isLessThan(0.2);
    }

    @Test
    void should_give_the_same_weights_again() {
        SgdTrainer trainer = new SgdTrainer(0.5, 8, 3, 7);

        assertThat(trainer.train(6, 4, BRIGHTEST)).isEqualTo(trainer.train(6, 4, BRIGHTEST));
        assertThat(new SgdTrainer(0.5, 8, 3, 8).train(6, 4, BRIGHTEST)).isNotEqualTo(trainer.train(6, 4, BRIGHTEST));
    }

    @Test
    void should_begin_within_the_bounds_of_pytorch() {
        // A step this short leaves the first weights as they are, to the tolerance below.
        SigmoidClassifier first =
                new SgdTrainer(1e-12, 100, 1, 3).train(50, 4, BRIGHTEST).classifier();

        assertThat(largest(first.hidden())).isLessThan(0.5 + 1e-9).isGreaterThan(0.45);
        assertThat(largest(first.output())).isLessThan(1 / Math.sqrt(50) + 1e-9).isGreaterThan(0.12);
    }

    private static double largest(LinearLayer layer) {
        return Arrays.stream(layer.weightOverBias().toArray())
                .map(Math::abs)
                .max()
                .orElseThrow();
    }

    @Test
    void should_step_along_the_gradient() {
        double tiny = 1e-9;
        double rate = 1e-3;
        LabelledImages batch = BRIGHTEST.range(0, 5);
        SigmoidClassifier start =
                new SgdTrainer(1e-12, 5, 1, 3).train(3, 4, batch).classifier();
        SigmoidClassifier end = new SgdTrainer(rate, 5, 1, 3).train(3, 4, batch).classifier();

        Matrix hidden = start.hidden().weightOverBias();
        for (int i = 0; i < hidden.rows(); i++) {
            for (int j = 0; j < hidden.columns(); j++) {
                double slope =
                        (loss(nudged(start, i, j, 1e-5), batch) - loss(nudged(start, i, j, -1e-5), batch)) / 2e-5;
                double moved = end.hidden().weightOverBias().get(i, j) - hidden.get(i, j);

                assertThat(moved).isCloseTo(-rate * slope, within(tiny));
            }
        }
    }

    private static SigmoidClassifier nudged(SigmoidClassifier classifier, int row, int column, double by) {
        Matrix weights = classifier.hidden().weightOverBias();
        double[] numbers = weights.toArray();
        numbers[row * weights.columns() + column] += by;
        return new SigmoidClassifier(
                new LinearLayer(Matrix.of(weights.rows(), weights.columns(), numbers)), classifier.output());
    }

    private static double loss(SigmoidClassifier classifier, LabelledImages images) {
        Matrix logits = classifier.logits(images.pixels());
        double loss = 0;
        for (int i = 0; i < images.size(); i++) {
            double sum = 0;
            for (int j = 0; j < logits.columns(); j++) {
                sum += Math.exp(logits.get(i, j));
            }
            loss += Math.log(sum) - logits.get(i, images.labels().get(i));
        }
        return loss / images.size();
    }

    @Test
    void should_tell_of_each_epoch() {
        List<Double> told = new ArrayList<>();
        SgdTrainer.Training training = new SgdTrainer(1, 30, 4, 1)
                .train(6, 4, BRIGHTEST, (epoch, meanLoss, classifier) -> {
                    assertThat(epoch).isEqualTo(told.size());
                    told.add(meanLoss);
                });

        assertThat(told).isEqualTo(training.epochLosses());
    }

    @Test
    void should_refuse_settings_that_train_nothing() {
        for (double rate : new double[] {0, -1, Double.NaN}) {
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new SgdTrainer(rate, 1, 1, 0));
        }
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new SgdTrainer(1, 0, 1, 0));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new SgdTrainer(1, 1, 0, 0));
    }
}
