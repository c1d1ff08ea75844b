package dev.eckart.core.file;

import java.io.IOException;
import java.nio.file.Path;

/** Steps of which one fails, or is not taken since the process is killed before it. */
final class FaultySteps extends FileSteps {
    /** How many a commit takes, of a file with a data file over an old file with one. */
    static final int OF_A_COMMIT = 9;

    private enum Fault {
        FAILS,
        ACTS_AND_FAILS,
        KILLED
    }

    private final int step;
    private final Fault fault;
    private int taken;

    private FaultySteps(int step, Fault fault) {
        this.step = step;
        this.fault = fault;
    }

    /**
     * Of which one fails.
     *
     * @param acts whether it does all the same what it is to do
     */
    static FaultySteps failing(int step, boolean acts) {
        return new FaultySteps(step, acts ? Fault.ACTS_AND_FAILS : Fault.FAILS);
    }

    /** Before one of which the process is killed. */
    static FaultySteps killedBefore(int step) {
        return new FaultySteps(step, Fault.KILLED);
    }

    /** How many were taken, or failed. */
    int taken() {
        return taken;
    }

    private interface Step {
        void take() throws IOException;
    }

    private void take(Step acting) throws IOException {
        boolean isFaulty = taken++ == step;
        if (isFaulty && fault == Fault.KILLED) {
            kill();
        }
        if (!isFaulty || fault == Fault.ACTS_AND_FAILS) {
            acting.take();
        }
        if (isFaulty) {
            throw new IOException("no space");
        }
    }

    /** Ends the process with nothing of what is done at an orderly end. */
    static void kill() {
        Runtime.getRuntime().halt(137);
    }

    @Override
    void force(Path path) throws IOException {
        take(() -> super.force(path));
    }

    @Override
    void move(Path from, Path to) throws IOException {
        take(() -> super.move(from, to));
    }

    @Override
    void delete(Path path) throws IOException {
        take(() -> super.delete(path));
    }

    @Override
    void write(Path path, String text) throws IOException {
        take(() -> super.write(path, text));
    }

    @Override
    void copyPermissions(Path from, Path to) throws IOException {
        take(() -> super.copyPermissions(from, to));
    }
}
