package dev.eckart.cli;

/** What the process tells its caller. */
final class ExitCode {
    /** Done, and every limit kept. */
    static final int DONE = 0;
    /** A bug of this tool. */
    static final int INTERNAL_ERROR = 1;
    /** The user's arguments or files. */
    static final int BAD_INPUT = 2;
    /** A limit was not kept, or the verification failed. */
    static final int LIMIT_NOT_KEPT = 3;

    /** No setting keeps the limits that were to be kept. */
    static final int UNREACHABLE = 4;

    private ExitCode() {}
}
