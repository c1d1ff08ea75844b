package dev.eckart.core.encode;

import dev.eckart.core.factor.RankedForm;

/**
 * An encoding whose forms have a rank, which is chosen freely: a {@link dev.eckart.core.rank.RankSelector} chooses it from
 * singular values, whatever the form is made of.
 */
public interface RankedEncoding extends Encoding, RankedForm {

    @Override
    String name();

    @Override
    RankedDraft draft(WeightView view);
}
