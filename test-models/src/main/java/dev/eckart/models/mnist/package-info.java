/** A trained classifier of handwritten digits, 784-500-10, with the data and the training that it came from. */
@NullMarked
package dev.eckart.models.mnist;

import org.jspecify.annotations.NullMarked;
