package dev.eckart.onnx.rewrite;

/** What a compressed model's metadata says, and the model or the original does not bear out; in words, for people. */
final class Misfit extends Exception {
    private static final long serialVersionUID = 1;

    Misfit(String message) {
        super(message);
    }
}
