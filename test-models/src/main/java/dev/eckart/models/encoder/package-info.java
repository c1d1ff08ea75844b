/** Encoder-only networks of any size, made up, to measure on. */
@NullMarked
package dev.eckart.models.encoder;

import org.jspecify.annotations.NullMarked;
