/** ONNX Runtime, and the inputs to run a model on. */
@NullMarked
package dev.eckart.onnx.run;

import org.jspecify.annotations.NullMarked;
