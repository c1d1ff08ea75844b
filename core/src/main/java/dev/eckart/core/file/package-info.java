/** Files that are written whole or not at all. */
@NullMarked
package dev.eckart.core.file;

import org.jspecify.annotations.NullMarked;
