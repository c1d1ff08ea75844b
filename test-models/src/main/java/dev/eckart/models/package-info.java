/** Small networks with known answers. */
@NullMarked
package dev.eckart.models;

import org.jspecify.annotations.NullMarked;
