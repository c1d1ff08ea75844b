/** Stage 1: which weights a run works on. */
@NullMarked
package dev.eckart.core.scan;

import org.jspecify.annotations.NullMarked;
