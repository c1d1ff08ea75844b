/** Dense matrices and their decompositions: the only package that touches a linear-algebra library. */
@NullMarked
package dev.eckart.core.linalg;

import org.jspecify.annotations.NullMarked;
