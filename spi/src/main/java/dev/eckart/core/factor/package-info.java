/** Stage 4: the decision on each weight, the plan of all replacements, and pairs of factors. */
@NullMarked
package dev.eckart.core.factor;

import org.jspecify.annotations.NullMarked;
