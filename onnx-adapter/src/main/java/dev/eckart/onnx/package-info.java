/** ONNX models as networks of the engine. */
@NullMarked
package dev.eckart.onnx;

import org.jspecify.annotations.NullMarked;
