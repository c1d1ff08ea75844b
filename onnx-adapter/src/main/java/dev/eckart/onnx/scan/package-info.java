/** Which tensors of a graph are linear weights, and how their nodes use them. */
@NullMarked
package dev.eckart.onnx.scan;

import org.jspecify.annotations.NullMarked;
