package dev.eckart.core.rank;

import dev.eckart.core.linalg.Accuracy;
import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.spectrum.WeightSpectrum;
import java.util.List;

/**
 * A strategy for choosing ranks: the extension point of the engine.
 *
 * <p>It sees all weights at once, so that it can share a budget out among them; one that looks at each weight by itself
 * is a {@link WeightRankSelector}. It must be deterministic. It need not care about the break-even rank: the engine keeps
 * a weight whose pair would not be smaller, and says so.
 */
public interface RankSelector {

    /**
     * Chooses for each weight.
     *
     * @return as many choices as there are weights, in their order; each rank from 1 to the weight's smaller side
     */
    RankPlan select(List<WeightSpectrum> weights);

    /**
     * Refuses weights that this strategy has nothing to say on, before any work is done on them.
     *
     * @throws dev.eckart.core.InvalidInputException if that is so
     */
    default void require(List<LinearWeight> weights) {}

    /**
     * Whether {@link WeightSpectrum#plain} is wanted of calibrated weights too, which costs a further decomposition of
     * each.
     */
    default boolean wantsPlain() {
        return false;
    }

    /**
     * Whether {@link WeightSpectrum#sensitivity} is wanted where there are inputs to measure it on, which costs a run of
     * the network for each weight.
     */
    default boolean wantsSensitivities() {
        return false;
    }

    /**
     * How often sensitivities are measured again, each time in the network as this strategy cut it by those before: what
     * single weights lose does not add up. Each round costs as much as the first measurement.
     *
     * @return 0 or more; of no account where no sensitivities are wanted
     */
    default int sensitivityRounds() {
        return 0;
    }

    /** How small a singular value this strategy must tell from zero. */
    default Accuracy accuracy() {
        return Accuracy.ENERGY;
    }
}
