package dev.eckart.core;

/** Told how far a long stage is. Implementations must be safe to call from several threads. */
public interface Progress {

    /** Hears nothing. */
    Progress NONE = (label, steps) -> new Task() {
        @Override
        public void step(long done) {}

        @Override
        public void close() {}
    };

    /** Begins a stage of {@code steps} units of work; the stage ends when the task is closed. */
    Task start(String label, long steps);

    /** A stage under way. */
    interface Task extends AutoCloseable {

        /** {@code done} more units of work are finished. */
        void step(long done);

        @Override
        void close();
    }
}
