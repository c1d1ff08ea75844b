package dev.eckart.onnx.verify;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.verify.OutputComparison;
import dev.eckart.onnx.run.Output;
import dev.eckart.onnx.tensor.Tensors;

/** The sums behind the comparison of one output, batch after batch. */
final class OutputTally {
    private final String name;
    private double maxAbsoluteError;
    private double squaredError;
    private double squaredOriginal;
    private double cosines;
    private long samples;
    private long agreeing;
    private long rows;

    OutputTally(String name) {
        this.name = name;
    }

    /**
     * Adds what two networks gave for a batch.
     *
     * @param batch how many samples it had; an output whose first axis is of another length counts as one sample
     * @throws InvalidInputException if they are not of the same shape
     */
    void add(Output original, Output compressed, int batch) {
        if (!original.shape().equals(compressed.shape())) {
            throw new InvalidInputException(
                    "the compressed model is not made from this original: its output `%s` is %s where %s was expected"
                            .formatted(name, Tensors.shape(compressed.shape()), Tensors.shape(original.shape())));
        }
        boolean perSample = !original.shape().isEmpty() && original.shape().get(0) == batch;
        int parts = perSample ? batch : 1;
        int size = original.size() / parts;
        for (int part = 0; part < parts; part++) {
            addSample(original, compressed, part * size, size);
        }
        int width = original.lastAxis();
        for (int row = 0; width > 0 && row < original.size() / width; row++) {
            rows++;
            if (original.argmax(row) == compressed.argmax(row)) {
                agreeing++;
            }
        }
    }

    private void addSample(Output original, Output compressed, int start, int size) {
        double dot = 0;
        double squared = 0;
        double squaredOther = 0;
        for (int i = start; i < start + size; i++) {
            double y = original.at(i);
            double other = compressed.at(i);
            double error = Math.abs(y - other);
            maxAbsoluteError = Math.max(maxAbsoluteError, error);
            squaredError += error * error;
            dot += y * other;
            squared += y * y;
            squaredOther += other * other;
        }
        squaredOriginal += squared;
        cosines += cosine(dot, squared, squaredOther);
        samples++;
    }

    private static double cosine(double dot, double squared, double squaredOther) {
        if (squared == 0 && squaredOther == 0) {
            return 1;
        }
        return squared == 0 || squaredOther == 0 ? 0 : dot / (Math.sqrt(squared) * Math.sqrt(squaredOther));
    }

    OutputComparison result() {
        double relative = squaredError == 0 ? 0 : Math.sqrt(squaredError) / Math.sqrt(squaredOriginal);
        return new OutputComparison(
                name,
                maxAbsoluteError,
                relative,
                samples == 0 ? 1 : Math.min(1, cosines / samples),
                rows == 0 ? 1 : (double) agreeing / rows);
    }
}
