/** A model's graphs as one whole: which node uses which value, across scopes; and changes to them. */
@NullMarked
package dev.eckart.onnx.graph;

import org.jspecify.annotations.NullMarked;
