/** Decoder-only networks of any size, made up, to measure on. */
@NullMarked
package dev.eckart.models.decoder;

import org.jspecify.annotations.NullMarked;
