/** What the inputs of layers are like, and what follows for the weights that multiply them. */
@NullMarked
package dev.eckart.core.calibrate;

import org.jspecify.annotations.NullMarked;
