/** The whole job on files: from a model's file to its compressed file and the report. */
@NullMarked
package dev.eckart.onnx.job;

import org.jspecify.annotations.NullMarked;
