/** The file that says what {@code eckart check} holds a model to. */
@NullMarked
package dev.eckart.cli.policy;

import org.jspecify.annotations.NullMarked;
