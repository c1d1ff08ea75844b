package dev.eckart.core.metric;

import dev.eckart.core.verify.Judgement;
import dev.eckart.core.verify.LabelAccuracy;
import dev.eckart.core.verify.MetricResult;
import java.util.Objects;
import java.util.Optional;

/** What a metric comes to. */
public sealed interface Reading {

    /** A sentence for people on what it was measured on, or why it has no value; may be empty. */
    String note();

    /**
     * A number that compares the two networks, for {@link Judgement#HIGHER} and {@link Judgement#LOWER}.
     *
     * @param value not a number where there is none, which passes no limit
     */
    record Comparison(double value, String note) implements Reading {
        public Comparison {
            Objects.requireNonNull(note, "note");
        }
    }

    /** A number of each network, for the other judgements. */
    record Numbers(double original, double compressed, String note) implements Reading {
        public Numbers {
            Objects.requireNonNull(note, "note");
        }
    }

    /** The share of samples that each network gets right, for {@link Judgement#DROP}; its interval follows from it. */
    record Shares(LabelAccuracy accuracy, String note) implements Reading {
        public Shares {
            Objects.requireNonNull(accuracy, "accuracy");
            Objects.requireNonNull(note, "note");
        }
    }

    /** This reading as that of a metric. */
    default MetricResult of(String name, Judgement judgement) {
        boolean fits =
                this instanceof Shares ? judgement == Judgement.DROP : this instanceof Numbers == judgement.isChange();
        if (!fits) {
            throw new IllegalStateException("Expected a reading to be judged by its %s (%s) but was: %s"
                    .formatted(judgement.label(), judgement, this));
        }
        if (this instanceof Comparison comparison) {
            return new MetricResult(name, judgement, Optional.empty(), comparison.value, Optional.empty(), note());
        }
        if (this instanceof Shares shares) {
            LabelAccuracy accuracy = shares.accuracy;
            return new MetricResult(
                    name,
                    judgement,
                    Optional.of(new MetricResult.Networks(accuracy.original(), accuracy.compressed())),
                    accuracy.drop(),
                    Optional.of(new MetricResult.Interval(accuracy.dropLow(), accuracy.dropHigh())),
                    note());
        }
        Numbers numbers = (Numbers) this;
        return new MetricResult(
                name,
                judgement,
                Optional.of(new MetricResult.Networks(numbers.original, numbers.compressed)),
                judgement.change(numbers.original, numbers.compressed),
                Optional.empty(),
                note());
    }
}
