/** Which operators multiply by what they take, and what each knows of a weight: a rule for each. */
@NullMarked
package dev.eckart.onnx.operator;

import org.jspecify.annotations.NullMarked;
