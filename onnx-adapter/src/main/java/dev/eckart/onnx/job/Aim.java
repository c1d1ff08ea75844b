package dev.eckart.onnx.job;

import dev.eckart.core.report.SearchEntry;
import java.util.function.BiConsumer;

/**
 * What a compressed model is to come to. Where there is one, the encodings, bits and ranks of all weights are chosen together, and no
 * strategy is asked for ranks.
 */
public sealed interface Aim {

    /** As small as can be with next to no loss: what a user gets who says nothing. */
    record Auto() implements Aim {
        /** What a form may lose of its layer's outputs, relative to their energy: a relative error of 1 %. */
        static final double LITTLE = 1e-4;

        /** The same of the truest form of a weight of which none loses so little: a relative error of 10 %. */
        static final double MOST = 1e-2;
    }

    /**
     * The truest model of a size.
     *
     * @param size that the model has at most
     */
    record Size(SizeAim size) implements Aim {}

    /**
     * The smallest model that keeps the limits on what is lost.
     *
     * @param trialsOn what is tried is measured on; the model that is found is verified as any other
     * @param mostTrials how many models are measured at most
     * @param memory where trials are kept for further runs
     * @param listener told of every trial: its size in short, and what came of it
     */
    record Limited(
            Evaluation trialsOn, int mostTrials, TrialMemory memory, BiConsumer<String, SearchEntry.Tried> listener)
            implements Aim {}
}
