/** What the author of a rank strategy or of an encoding tests it with. */
@NullMarked
package dev.eckart.strategy;

import org.jspecify.annotations.NullMarked;
