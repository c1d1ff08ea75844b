package dev.eckart.core.encode;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The analysis of a weight by an encoding whose forms have a rank. */
public interface RankedDraft extends Draft {

    /** What the rank is chosen from. */
    LowRank lowRank();

    /**
     * The form of a rank.
     *
     * @param rank from 1 to the weight's smaller side
     */
    Offer offer(int rank);

    /**
     * A draft out of its two parts.
     *
     * @param offer the form of a rank
     */
    static RankedDraft of(LowRank lowRank, IntFunction<Offer> offer) {
        return new RankedDraft() {
            @Override
            public LowRank lowRank() {
                return lowRank;
            }

            @Override
            public Offer offer(int rank) {
                return offer.apply(rank);
            }
        };
    }

    /** One of each rank. */
    @Override
    default List<Offer> offers() {
        return IntStream.rangeClosed(1, lowRank().spectrum().smallerSide())
                .mapToObj(this::offer)
                .toList();
    }
}
