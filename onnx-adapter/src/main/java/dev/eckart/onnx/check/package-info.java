/** Whether a model that was read is one that can be worked with. */
@NullMarked
package dev.eckart.onnx.check;

import org.jspecify.annotations.NullMarked;
