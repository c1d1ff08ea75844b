package dev.eckart.core.compress;

import dev.eckart.core.factor.PlannedWeight;
import dev.eckart.core.factor.Replacement;
import java.util.Optional;

/**
 * A weight that was decided on.
 *
 * @param replacement if it is to have one, and that was built at once
 */
record Decided(PlannedWeight planned, Optional<Replacement> replacement) {}
