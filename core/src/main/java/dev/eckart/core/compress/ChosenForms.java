package dev.eckart.core.compress;

import dev.eckart.core.factor.CompressionPlan;

/**
 * A form for each weight of a network, or none where it is kept.
 *
 * @param bytes of the forms, and of those weights that are kept
 * @param loss that the network's outputs are predicted to have: the sum of what they lose by each weight
 */
public record ChosenForms(CompressionPlan plan, long bytes, double loss) {}
