/** Outputs of two models beside each other. */
@NullMarked
package dev.eckart.onnx.verify;

import org.jspecify.annotations.NullMarked;
