package dev.eckart.onnx.job;

import dev.eckart.core.factor.FactorPair;
import dev.eckart.core.rank.RankSelector;
import dev.eckart.core.scan.WeightFilter;

/**
 * Which weights get which rank.
 *
 * @param rank the strategy as the user wrote it
 * @param selector the same, ready for use
 */
public record Selection(String rank, RankSelector selector, WeightFilter filter, FactorPair.Balance balance) {}
