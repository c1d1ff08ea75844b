package dev.eckart.onnx.file;

/** Which tensors of a model are written to a data file beside it, rather than into the model's file. */
public enum ExternalData {
    /**
     * Those that were in data files before, and new ones where there were any; all that may be, where the model's file
     * would have more than 2 GB otherwise.
     */
    AUTO,
    /** All that may be: initializers of 1 KiB or more, and whatever was in a data file before. */
    ALWAYS,
    /** None. */
    NEVER
}
