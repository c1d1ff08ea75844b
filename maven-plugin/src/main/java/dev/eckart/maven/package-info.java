/** The Maven plugin: configuration in, a command line out, and its exit code as the outcome of the build. */
@NullMarked
package dev.eckart.maven;

import org.jspecify.annotations.NullMarked;
