package dev.eckart.onnx.file;

/** Where a payload was before. */
sealed interface Origin {

    /** In the model's file. */
    record Inside() implements Origin {}

    /**
     * In a data file.
     *
     * @param file its number among the model's data files
     */
    record Outside(int file, long offset) implements Origin {}

    /** Nowhere. */
    record New() implements Origin {}
}
