package dev.eckart.core.verify;

/**
 * The inputs that networks are compared on, as reports tell of them.
 *
 * @param description for people: a path, {@code 21 of 64 samples of `real.npz`, held back from the calibration}, or
 *     {@code made up}
 */
public record EvaluationInputs(Kind kind, String description) {
    /** Valid for the network, but like no data that it was made for. */
    public static final EvaluationInputs MADE_UP = new EvaluationInputs(Kind.MADE_UP, "made up");

    private static final String CAVEAT = "made up; they show whether the rewrite is right, not what is lost";

    /** Where inputs come from, which decides what they can judge. */
    public enum Kind {
        /** The user gave them for the comparison. */
        GIVEN("given"),
        /** The user gave them for the calibration, which does without them. */
        HELD_BACK("held-back"),
        /** Nobody gave any. */
        MADE_UP("made-up");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        /** As reports for machines name it. */
        public String label() {
            return label;
        }
    }

    /** Inputs that the user gave for the comparison. */
    public static EvaluationInputs given(String path) {
        return new EvaluationInputs(Kind.GIVEN, path);
    }

    /** Some of the samples that the user gave for the calibration. */
    public static EvaluationInputs heldBack(long samples, long all, String path) {
        return new EvaluationInputs(
                Kind.HELD_BACK,
                "%d of %d samples of `%s`, held back from the calibration".formatted(samples, all, path));
    }

    /**
     * The same, compared where they are no padding.
     *
     * @param mask the input that says where that is
     */
    public EvaluationInputs withoutPadding(String mask) {
        return new EvaluationInputs(kind, "%s, without the padding that `%s` masks".formatted(description, mask));
    }

    /** The description, and of inputs that are made up what they do not show. */
    public String sentence() {
        return kind == Kind.MADE_UP ? CAVEAT : description;
    }
}
