package dev.eckart.models.synthetic;

import dev.eckart.core.InvalidInputException;

/** What holds of the sizes of every transformer. */
public final class TransformerSizes {
    private TransformerSizes() {}

    /**
     * Refuses sizes of which there is no network.
     *
     * @param heads of attention, which share {@code hidden} evenly
     * @throws InvalidInputException if a size is below 1, or {@code hidden} is no multiple of {@code heads}
     */
    public static void require(int hidden, int ffn, int layers, int heads, int vocabulary) {
        requirePositive("hidden", hidden);
        requirePositive("ffn", ffn);
        requirePositive("layers", layers);
        requirePositive("heads", heads);
        requirePositive("vocabulary", vocabulary);
        if (hidden % heads != 0) {
            throw new InvalidInputException(
                    "hidden: expected a multiple of the %d heads but was: %d".formatted(heads, hidden));
        }
    }

    private static void requirePositive(String name, int size) {
        if (size < 1) {
            throw new InvalidInputException("%s: expected a whole number from 1 but was: %d".formatted(name, size));
        }
    }
}
