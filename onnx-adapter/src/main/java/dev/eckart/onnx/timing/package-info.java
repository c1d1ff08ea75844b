/** How long layers take by themselves, and what would take their place. */
@NullMarked
package dev.eckart.onnx.timing;

import org.jspecify.annotations.NullMarked;
