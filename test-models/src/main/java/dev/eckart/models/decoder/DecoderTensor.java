package dev.eckart.models.decoder;

import java.util.List;

/**
 * A weight of a decoder, and how its numbers are spread.
 *
 * @param shape of one or two dimensions
 */
record DecoderTensor(String name, List<Integer> shape, float mean, float deviation) {

    /** The deviation with which networks are trained from. */
    private static final float EMBEDDING_DEVIATION = 0.02f;

    private static final float GAIN_DEVIATION = 0.1f;

    DecoderTensor {
        shape = List.copyOf(shape);
    }

    /** Embeddings, a row for each token. */
    static DecoderTensor table(String name, int tokens, int width) {
        return new DecoderTensor(name, List.of(tokens, width), 0, EMBEDDING_DEVIATION);
    }

    /** W {@code [in × out]} that gives numbers {@code gain} times as large as it gets. */
    static DecoderTensor projection(String name, int in, int out, double gain) {
        return new DecoderTensor(name, List.of(in, out), 0, (float) (gain / Math.sqrt(in)));
    }

    /** Factors of about 1. */
    static DecoderTensor gain(String name, int width) {
        return new DecoderTensor(name, List.of(width), 1, GAIN_DEVIATION);
    }

    int rows() {
        return shape.size() == 1 ? 1 : shape.get(0);
    }

    int columns() {
        return shape.get(shape.size() - 1);
    }

    long elements() {
        return (long) rows() * columns();
    }
}
