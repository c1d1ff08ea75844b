/** Stage 5: what the replacement did to the outputs, and whether the user's limits were kept. */
@NullMarked
package dev.eckart.core.verify;

import org.jspecify.annotations.NullMarked;
