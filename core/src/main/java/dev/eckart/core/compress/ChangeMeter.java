package dev.eckart.core.compress;

import dev.eckart.core.calibrate.InputChange;
import dev.eckart.core.model.LinearWeight;

/**
 * Measures what replacing weights does to the inputs of layers behind them: a port, as {@link Network} is.
 *
 * @param <N> the adapter's networks
 */
public interface ChangeMeter<N extends Network<N>> {

    /**
     * Compares what layers are multiplied by in the original and in a network that was made from it.
     *
     * @param soFar the original with weights before the layer's replaced
     * @param weight of the original, on which there is a calibration; others on its input share the answer
     */
    InputChange measure(N soFar, LinearWeight weight);
}
