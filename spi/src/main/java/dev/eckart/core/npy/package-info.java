/**
 * NumPy's array files, {@code .npy} and {@code .npz}: there is no maintained library for this format on the JVM.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The format</a>
 */
@NullMarked
package dev.eckart.core.npy;

import org.jspecify.annotations.NullMarked;
