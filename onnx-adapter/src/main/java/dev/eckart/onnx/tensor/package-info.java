/** Tensors of a model as matrices of numbers, and back. */
@NullMarked
package dev.eckart.onnx.tensor;

import org.jspecify.annotations.NullMarked;
