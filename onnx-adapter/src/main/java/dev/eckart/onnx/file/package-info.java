/** The file format: reading a model without its tensors' numbers, and writing it with them. */
@NullMarked
package dev.eckart.onnx.file;

import org.jspecify.annotations.NullMarked;
