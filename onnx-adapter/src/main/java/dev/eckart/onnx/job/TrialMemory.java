package dev.eckart.onnx.job;

import java.util.Optional;

/** Where trials are kept for further runs: a port, since it takes a format to write them in. */
public interface TrialMemory {

    /** Remembers nothing. */
    TrialMemory NONE = new TrialMemory() {
        @Override
        public Optional<Trial> recall(String subject, String rank) {
            return Optional.empty();
        }

        @Override
        public void keep(String subject, Trial trial) {}
    };

    /**
     * A trial of an earlier run.
     *
     * @param subject names what trials are of: the model, the inputs and all options but the setting
     * @param rank the setting
     */
    Optional<Trial> recall(String subject, String rank);

    void keep(String subject, Trial trial);
}
