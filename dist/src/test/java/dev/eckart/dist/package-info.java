/** Tests of what is given to users. */
@NullMarked
package dev.eckart.dist;

import org.jspecify.annotations.NullMarked;
