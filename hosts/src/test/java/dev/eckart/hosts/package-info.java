/** Compressed models in the libraries that applications load them with. */
@NullMarked
package dev.eckart.hosts;

import org.jspecify.annotations.NullMarked;
