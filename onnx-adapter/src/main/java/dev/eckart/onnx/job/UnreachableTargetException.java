package dev.eckart.onnx.job;

/** No setting keeps the user's limits; the message says, in a sentence, which comes closest. */
public final class UnreachableTargetException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreachableTargetException(String message) {
        super(message);
    }
}
