/** Stage 4: the pair of factors that replaces a weight, and the plan of all replacements. */
@NullMarked
package dev.eckart.core.factor;

import org.jspecify.annotations.NullMarked;
