package dev.eckart.core.model;

/** The number types that a linear weight may be stored in. */
public enum ElementType {
    FLOAT16("float16", 2, 0x1p-10, 65504),
    BFLOAT16("bfloat16", 2, 0x1p-7, 0x1.fep127),
    FLOAT32("float32", 4, 0x1p-23, Float.MAX_VALUE),
    FLOAT64("float64", 8, 0x1p-52, Double.MAX_VALUE);

    private final String label;
    private final int bytes;
    private final double epsilon;
    private final double largest;

    ElementType(String label, int bytes, double epsilon, double largest) {
        this.label = label;
        this.bytes = bytes;
        this.epsilon = epsilon;
        this.largest = largest;
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

    /** The largest finite number of this type. */
    public double largest() {
        return largest;
    }
}
