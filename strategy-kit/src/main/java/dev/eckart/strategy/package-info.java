/** What the author of a rank strategy tests it with. */
@NullMarked
package dev.eckart.strategy;

import org.jspecify.annotations.NullMarked;
