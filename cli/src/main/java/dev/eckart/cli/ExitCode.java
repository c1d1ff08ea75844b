package dev.eckart.cli;

/** What the process tells its caller. */
final class ExitCode {
    /** Done, and every limit that was set is met. */
    static final int DONE = 0;
    /** A bug of this tool. */
    static final int INTERNAL_ERROR = 1;
    /** The user's arguments or files. */
    static final int BAD_INPUT = 2;
    /** A limit is exceeded, or the verification failed. */
    static final int LIMIT_NOT_KEPT = 3;

    /** No setting meets the limits. */
    static final int UNREACHABLE = 4;

    /** No replacement of a weight is worth it, and nothing was written. */
    static final int NOTHING_TO_GAIN = 5;

    private ExitCode() {}
}
