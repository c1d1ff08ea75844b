package dev.eckart.core.verify;

/** By what a metric is judged, and which way is worse. */
public enum Judgement {
    /** A comparison of the two networks, better the higher it is. */
    HIGHER("value", true),
    /** A comparison of the two networks, better the lower it is. */
    LOWER("value", false),
    /** Of a number that each network has, better the higher it is: the original's less the compressed one's. */
    DROP("drop", false),
    /** Of a number that each network has, better the lower it is: the compressed one's less the original's. */
    RISE("rise", false),
    /** Of a number that each network has, better the lower it is: the compressed one's / the original's. */
    RATIO("ratio", false);

    private final String label;
    private final boolean higherIsBetter;

    Judgement(String label, boolean higherIsBetter) {
        this.label = label;
        this.higherIsBetter = higherIsBetter;
    }

    /** What is judged, in a word. */
    public String label() {
        return label;
    }

    /** Whether what is judged is better the higher it is. */
    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** Whether each network has a number of its own. */
    public boolean isChange() {
        return this != HIGHER && this != LOWER;
    }

    /**
     * What is judged, of a number that each network has.
     *
     * @throws IllegalStateException if this is no change
     */
    public double change(double original, double compressed) {
        return switch (this) {
            case DROP -> original - compressed;
            case RISE -> compressed - original;
            case RATIO -> compressed / original;
            case HIGHER, LOWER -> throw new IllegalStateException("Expected one value for both networks but was: two");
        };
    }
}
