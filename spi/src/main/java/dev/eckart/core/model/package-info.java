/** A network as the engine sees it: its linear weights, and what of it is not one. */
@NullMarked
package dev.eckart.core.model;

import org.jspecify.annotations.NullMarked;
