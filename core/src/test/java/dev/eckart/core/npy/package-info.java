@NullMarked
package dev.eckart.core.npy;

import org.jspecify.annotations.NullMarked;
