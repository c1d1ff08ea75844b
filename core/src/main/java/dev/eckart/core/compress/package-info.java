/** The pipeline from a network to its compressed network. */
@NullMarked
package dev.eckart.core.compress;

import org.jspecify.annotations.NullMarked;
