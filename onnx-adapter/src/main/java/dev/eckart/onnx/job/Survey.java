package dev.eckart.onnx.job;

import dev.eckart.core.compress.ChosenForms;
import dev.eckart.core.compress.Compressor;
import dev.eckart.core.compress.OfferedWeights;
import dev.eckart.core.compress.Offering;
import dev.eckart.core.compress.Provenance;
import dev.eckart.onnx.OnnxNetwork;
import dev.eckart.onnx.calibrate.CalibrationInputs;
import dev.eckart.onnx.calibrate.CostMeter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the weights of a network can be stored as, and what its outputs lose by each of them: found once, for plans of all sizes.
 *
 * @param losses of the network's outputs, as {@link OfferedWeights#within} takes them
 * @param warnings why it was not measured what the outputs lose, in sentences
 */
record Survey(OfferedWeights offered, Map<String, Double> losses, List<String> warnings) {
    Survey {
        losses = Map.copyOf(losses);
        warnings = List.copyOf(warnings);
    }

    /** Where it is not known what the outputs lose. */
    private Survey(OfferedWeights offered, List<String> warnings) {
        this(offered, offered.lossesOfProbes(), warnings);
    }

    /**
     * Looks at each weight, and runs the network once with each.
     *
     * @param calibration the inputs to run the network on; made up if there are none
     * @param runs whether the network may be run
     */
    static Survey of(
            Engine engine,
            OnnxNetwork network,
            Compressor compressor,
            Offering offering,
            Provenance provenance,
            Optional<CalibrationInputs> calibration,
            boolean runs) {
        OfferedWeights offered = compressor.offers(network, offering);
        if (!runs) {
            return new Survey(offered, List.of());
        }
        CostMeter.Losses losses = engine.costMeter()
                .losses(network, compressor.apply(offered.probes(), network, offering, provenance), calibration);
        return losses.losses().isEmpty()
                ? new Survey(offered, losses.warnings())
                : new Survey(offered, losses.losses(), losses.warnings());
    }

    /** As {@link OfferedWeights#within}. */
    ChosenForms within(long bytes) {
        return offered.within(bytes, losses);
    }

    /** Each weight in the form that loses least. */
    ChosenForms truest() {
        return offered.truest(losses);
    }

    /** As {@link OfferedWeights#losing}. */
    ChosenForms losing(double loss) {
        return offered.losing(loss, losses);
    }
}
