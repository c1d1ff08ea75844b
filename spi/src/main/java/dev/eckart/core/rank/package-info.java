/** Stage 3: how many singular values of each weight to keep. */
@NullMarked
package dev.eckart.core.rank;

import org.jspecify.annotations.NullMarked;
