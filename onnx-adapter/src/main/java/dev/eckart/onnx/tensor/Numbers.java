package dev.eckart.onnx.tensor;

/** The numbers of a tensor in row-major order, fetched on demand; safe to read from several threads. */
interface Numbers {

    /** Copies {@code count} numbers, from the one at {@code from} on, into {@code target} from index {@code at} on. */
    void read(long from, int count, double[] target, int at);

    /** One number. */
    default double get(long index) {
        double[] one = new double[1];
        read(index, 1, one, 0);
        return one[0];
    }
}
