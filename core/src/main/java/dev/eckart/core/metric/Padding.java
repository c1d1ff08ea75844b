package dev.eckart.core.metric;

import dev.eckart.core.InvalidInputException;
import dev.eckart.core.npy.NpyArray;
import dev.eckart.core.rank.StrategyArguments;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which positions are padding: those where the input of the option {@code mask=INPUT} is zero. Without the option it is
 * {@value #USUAL}, if there is one; with {@code mask=none} nothing is padding.
 *
 * @param call what the user wrote
 */
record Padding(StrategyArguments call) {
    static final String OPTION = "mask";
    private static final String USUAL = "attention_mask";
    private static final String NONE = "none";

    /**
     * Whether a position counts, by its number in the batch, sample by sample.
     *
     * @param positions of each sample
     * @throws InvalidInputException if there is no such input, or it is not {@code [samples×positions]}
     */
    IntPredicate counted(MetricBatch batch, int positions) {
        String wanted = call.options().get(OPTION);
        if (NONE.equals(wanted)) {
            return position -> true;
        }
        NpyArray mask = batch.inputs().get(wanted == null ? USUAL : wanted);
        if (mask == null) {
            if (wanted == null) {
                return position -> true;
            }
            throw call.refuse("the model has no input `%s`; its inputs: %s"
                    .formatted(wanted, String.join(", ", batch.inputs().keySet())));
        }
        if (!mask.shape().equals(List.of(batch.samples(), positions))) {
            throw call.refuse(
                    "mask `%s` is %s; expected [%d×%d], samples and positions: name another mask with mask=INPUT, or ignore it with mask=none"
                            .formatted(
                                    wanted == null ? USUAL : wanted,
                                    NetworkOutput.axes(mask.shape()),
                                    batch.samples(),
                                    positions));
        }
        return position -> mask.doubleAt(position) != 0;
    }
}
