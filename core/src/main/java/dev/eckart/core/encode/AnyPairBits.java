package dev.eckart.core.encode;

import dev.eckart.core.model.LinearWeight;
import dev.eckart.core.stored.Blocks;
import dev.eckart.core.stored.Stored;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** {@code pair-bits} without a number of bits: where a size is to be kept to, each weight gets as many as that allows it, and else 8. */
record AnyPairBits() implements RankedEncoding {
    /**
     * The most promising one first: where ranks win, what is left out by them is more than what 4 bits lose. Factors in fewer than 3 bits
     * lose more than ranks do, and 7 bits are hardly smaller than 8.
     */
    private static final List<Encoding> VARIANTS = IntStream.of(4, 3, 5, 6, 8)
            .<Encoding>mapToObj(PairBitsEncoding::new)
            .toList();

    private static final PairBitsEncoding FINEST = new PairBitsEncoding(Blocks.MOST_BITS);

    @Override
    public String name() {
        return "pair-bits";
    }

    @Override
    public List<Encoding> variants() {
        return VARIANTS;
    }

    @Override
    public boolean isOfProducts() {
        return true;
    }

    @Override
    public Optional<String> obstacle(LinearWeight weight) {
        return FINEST.obstacle(weight);
    }

    @Override
    public Stored outline(LinearWeight weight, int rank) {
        return FINEST.outline(weight, rank);
    }

    @Override
    public RankedDraft draft(WeightView view) {
        return FINEST.draft(view);
    }
}
