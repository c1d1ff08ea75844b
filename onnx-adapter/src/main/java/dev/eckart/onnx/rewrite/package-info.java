/** Putting factor pairs where weights were. */
@NullMarked
package dev.eckart.onnx.rewrite;

import org.jspecify.annotations.NullMarked;
