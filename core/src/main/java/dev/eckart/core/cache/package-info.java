/** Decompositions that are kept on disk from one run to the next. */
@NullMarked
package dev.eckart.core.cache;

import org.jspecify.annotations.NullMarked;
