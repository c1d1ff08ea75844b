package dev.eckart.core.model;

/** The number types that a linear weight may be stored in. */
public enum ElementType {
    FLOAT16("float16", 2, 0x1p-10),
    BFLOAT16("bfloat16", 2, 0x1p-7),
    FLOAT32("float32", 4, 0x1p-23),
    FLOAT64("float64", 8, 0x1p-52);

    private final String label;
    private final int bytes;
    private final double epsilon;

    ElementType(String label, int bytes, double epsilon) {
        this.label = label;
        this.bytes = bytes;
        this.epsilon = epsilon;
    }

    /** As in reports: {@code float32}. */
    public String label() {
        return label;
    }

    /** Size of one number. */
    public int bytes() {
        return bytes;
    }

    /** The distance from 1 to the next larger number of this type. */
    public double epsilon() {
        return epsilon;
    }
}
