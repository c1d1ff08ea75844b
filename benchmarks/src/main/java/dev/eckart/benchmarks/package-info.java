/** Benchmarks of single steps, to be run by hand. */
@NullMarked
package dev.eckart.benchmarks;

import org.jspecify.annotations.NullMarked;
