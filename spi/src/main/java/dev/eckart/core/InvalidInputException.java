package dev.eckart.core;

/**
 * The user's input cannot be worked with: a file, an option, a plug-in or a value in any of them.
 *
 * <p>The message is one sentence for that user: what, where, expected, found, what to do. Anything that is not the
 * user's to mend is a bug, and a different exception.
 */
public final class InvalidInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidInputException(String message) {
        super(message);
    }

    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
