/** What stands in a file for a weight: a closed family of expressions over stored matrices. */
@NullMarked
package dev.eckart.core.stored;

import org.jspecify.annotations.NullMarked;
