package dev.eckart.models.mnist;

import dev.eckart.core.linalg.Matrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Plain stochastic gradient descent on the cross-entropy of the softmax of the logits: no momentum, no decay.
 *
 * <p>Each weight and bias begins uniform in ±1/√inputs of its layer, as PyTorch's linear layers do. The images are
 * shuffled for each epoch; the last batch of one may be smaller. The same settings and images give the same weights.
 *
 * @param rate the step along the negative gradient of a batch's mean loss
 * @param batchSize images of a step
 * @param epochs passes over the images
 * @param seed decides on the first weights and the order of the images
 */
public record SgdTrainer(double rate, int batchSize, int epochs, long seed) {
    public SgdTrainer {
        if (!(rate > 0) || batchSize < 1 || epochs < 1) {
            throw new IllegalArgumentException(
                    "Expected a rate above 0, a batch and an epoch or more but was: %s, %d, %d"
                            .formatted(rate, batchSize, epochs));
        }
    }

    /**
     * What a training comes to.
     *
     * @param epochLosses mean loss over the images of each epoch, each measured right before the step that uses it
     */
    public record Training(SigmoidClassifier classifier, List<Double> epochLosses) {
        public Training {
            epochLosses = List.copyOf(epochLosses);
        }
    }

    /** Told of each epoch as it ends. */
    public interface Listener {

        /** Called once for each epoch, from 0, with the classifier as it then is. */
        void epochEnded(int epoch, double meanLoss, SigmoidClassifier classifier);
    }

    /** Trains a new classifier, silently. */
    public Training train(int hiddenUnits, int classes, LabelledImages images) {
        return train(hiddenUnits, classes, images, (epoch, meanLoss, classifier) -> {});
    }

    /**
     * Trains a new classifier.
     *
     * @param hiddenUnits outputs of the hidden layer
     * @param classes outputs of the classifier: labels are below it
     */
    public Training train(int hiddenUnits, int classes, LabelledImages images, Listener listener) {
        Random random = new Random(seed);
        int inputs = images.pixels().columns();
        SigmoidClassifier classifier =
                new SigmoidClassifier(uniform(inputs, hiddenUnits, random), uniform(hiddenUnits, classes, random));
        List<Double> losses = new ArrayList<>();
        for (int epoch = 0; epoch < epochs; epoch++) {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, images.size()).boxed().toList());
            Collections.shuffle(order, random);
            double loss = 0;
            for (int start = 0; start < order.size(); start += batchSize) {
                LabelledImages batch = pick(images, order.subList(start, Math.min(start + batchSize, order.size())));
                Step step = step(classifier, batch);
                loss += step.summedLoss;
                classifier = step.classifier;
            }
            losses.add(loss / images.size());
            listener.epochEnded(epoch, loss / images.size(), classifier);
        }
        return new Training(classifier, losses);
    }

    private static LinearLayer uniform(int inputs, int outputs, Random random) {
        double bound = 1 / Math.sqrt(inputs);
        double[] numbers = random.doubles((inputs + 1L) * outputs)
                .map(number -> bound * (2 * number - 1))
                .toArray();
        return new LinearLayer(Matrix.of(inputs + 1, outputs, numbers));
    }

    private static LabelledImages pick(LabelledImages images, List<Integer> chosen) {
        int columns = images.pixels().columns();
        double[] row = new double[columns];
        double[] rows = new double[chosen.size() * columns];
        for (int i = 0; i < chosen.size(); i++) {
            images.pixels().read(chosen.get(i), 0, 1, columns, row);
            System.arraycopy(row, 0, rows, i * columns, columns);
        }
        return new LabelledImages(
                Matrix.of(chosen.size(), columns, rows),
                chosen.stream().map(images.labels()::get).toList());
    }

    private record Step(SigmoidClassifier classifier, double summedLoss) {}

    private Step step(SigmoidClassifier classifier, LabelledImages batch) {
        Matrix activations = classifier.activations(batch.pixels());
        double[] slopes = classifier.output().apply(activations).toArray();
        int classes = classifier.output().outputs();
        double loss = 0;
        for (int i = 0; i < batch.size(); i++) {
            loss += lossToSlopes(slopes, i * classes, classes, batch.labels().get(i));
        }
        // Every slope is a step from here on: multiplied by the rate, and by each image's share of the mean.
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] *= rate / batch.size();
        }
        Matrix atOutput = Matrix.of(batch.size(), classes, slopes);
        double[] back = atOutput.times(classifier.output().weight().transpose()).toArray();
        double[] sigmoids = activations.toArray();
        for (int i = 0; i < back.length; i++) {
            back[i] *= sigmoids[i] * (1 - sigmoids[i]);
        }
        Matrix atHidden = Matrix.of(batch.size(), classifier.hidden().outputs(), back);
        return new Step(
                new SigmoidClassifier(
                        moved(classifier.hidden(), batch.pixels(), atHidden),
                        moved(classifier.output(), activations, atOutput)),
                loss);
    }

    private static LinearLayer moved(LinearLayer layer, Matrix inputs, Matrix steps) {
        Matrix step = LinearLayer.withOnes(inputs).transpose().times(steps);
        return new LinearLayer(layer.weightOverBias().minus(step));
    }

    /** The cross-entropy of one image, whose logits are replaced by its slopes along them: softmax less one-hot. */
    private static double lossToSlopes(double[] logits, int start, int classes, int label) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = start; j < start + classes; j++) {
            largest = Math.max(largest, logits[j]);
        }
        double labelLogit = logits[start + label] - largest;
        double sum = 0;
        for (int j = start; j < start + classes; j++) {
            logits[j] = StrictMath.exp(logits[j] - largest);
            sum += logits[j];
        }
        for (int j = start; j < start + classes; j++) {
            logits[j] /= sum;
        }
        logits[start + label] -= 1;
        return StrictMath.log(sum) - labelLogit;
    }
}
