package dev.eckart.core.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What each weight of a network can be stored as, what that costs in bytes, and what it loses.
 *
 * @param encodings that were looked at, as the user writes them
 * @param measuredAt the encoding with which it was measured what the network's outputs lose by each weight
 * @param calibrated whether losses are those of outputs on calibration samples; else layers' losses are those of the weights
 *     themselves, and the network's outputs were measured on made-up inputs
 * @param weights in the order in which the network runs them
 */
public record OfferReport(
        List<String> encodings, String measuredAt, boolean calibrated, List<Weight> weights, List<String> warnings) {
    public OfferReport {
        encodings = List.copyOf(encodings);
        weights = List.copyOf(weights);
        warnings = List.copyOf(warnings);
    }

    /**
     * One weight.
     *
     * @param place in the order in which the network runs them, from 1
     * @param bytes that store it
     * @param networkLoss ‖y − y'‖² / ‖y‖² of the network's outputs, where this weight alone is stored as {@code measuredAt}; empty where
     *     that was not measured
     * @param forms by encoding, and from the most bytes to the fewest
     * @param refusals of the encodings that have nothing for it
     */
    public record Weight(
            int place,
            String name,
            String operator,
            long bytes,
            OptionalDouble networkLoss,
            List<Form> forms,
            List<Refusal> refusals) {
        public Weight {
            forms = List.copyOf(forms);
            refusals = List.copyOf(refusals);
        }

        /** The forms of one encoding of the list. */
        public List<Form> of(String encoding) {
            return forms.stream().filter(form -> form.family().equals(encoding)).toList();
        }

        /** Of an encoding's forms, that of the fewest bytes of those by which the layer's outputs lose no more than so much. */
        public Optional<Form> smallestLosing(double loss, String encoding) {
            return of(encoding).stream()
                    .filter(form -> form.layerLoss() <= loss)
                    .min(Comparator.comparingLong(Form::bytes));
        }
    }

    /**
     * A form that a weight can be stored in.
     *
     * @param family the encoding of the list that it is of
     * @param encoding with its bits: {@code bits:5}
     * @param rank where it has one
     * @param bytes of the form
     * @param layerLoss ‖x·(W − W')‖² / ‖x·W‖² on the calibration samples, or ‖W − W'‖² / ‖W‖² without: predicted
     * @param networkLoss of the network's outputs, in proportion to {@code layerLoss} from what was measured; empty where nothing was
     */
    public record Form(
            String family,
            String encoding,
            OptionalInt rank,
            long bytes,
            double layerLoss,
            OptionalDouble networkLoss) {}

    /** Why an encoding has nothing for a weight, for people, without a capital or a full stop. */
    public record Refusal(String encoding, String reason) {}

    /** The weights, from the one that the network's outputs lose most by; those of which that is not known come last. */
    public List<Weight> byLoss() {
        return weights.stream()
                .sorted(Comparator.<Weight>comparingDouble(
                                weight -> -weight.networkLoss().orElse(-1))
                        .thenComparingInt(Weight::place))
                .toList();
    }

    /** What the network's outputs lose by all weights, as if losses added up. */
    public double networkLoss() {
        return weights.stream()
                .flatMapToDouble(weight -> weight.networkLoss().stream())
                .filter(Double::isFinite)
                .sum();
    }
}
