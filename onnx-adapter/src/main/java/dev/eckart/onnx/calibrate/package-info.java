/** What the inputs of a model's linear layers are like, found out by running it. */
@NullMarked
package dev.eckart.onnx.calibrate;

import org.jspecify.annotations.NullMarked;
