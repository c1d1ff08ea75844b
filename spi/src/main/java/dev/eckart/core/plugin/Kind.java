package dev.eckart.core.plugin;

/** What users may add, as messages name it. */
public enum Kind {
    STRATEGY("strategy", "strategies", "energy:0.99"),
    METRIC("metric", "metrics", "top-k:5"),
    ENCODING("encoding", "encodings", "bits:8");

    private final String one;
    private final String many;
    private final String example;

    Kind(String one, String many, String example) {
        this.one = one;
        this.many = many;
        this.example = example;
    }

    public String one() {
        return one;
    }

    public String many() {
        return many;
    }

    /** How one is called. */
    public String example() {
        return example;
    }
}
