/** Stage 2: singular values of the weights. */
@NullMarked
package dev.eckart.core.spectrum;

import org.jspecify.annotations.NullMarked;
