package dev.eckart.core.rank;

import java.util.Objects;

/** What a strategy wants done with one weight. */
public sealed interface RankChoice {

    /** Cut the weight to its {@code rank} largest singular values. */
    record Truncate(int rank) implements RankChoice {}

    /** Leave the weight as it is; {@code because} is shown to the user, without a capital or a full stop. */
    record Keep(String because) implements RankChoice {
        public Keep {
            Objects.requireNonNull(because, "because");
        }
    }
}
