package dev.eckart.core.verify;

/**
 * The parts of an output that lost most.
 *
 * @param byError the part with the largest relative error
 * @param byCosine the part with the smallest cosine, often the same
 */
public record WorstParts(PartComparison byError, PartComparison byCosine) {

    /** Whether one part is the worst by both. */
    public boolean areOne() {
        return byError.equals(byCosine);
    }
}
