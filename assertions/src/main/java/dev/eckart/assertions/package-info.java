/** What a test that ships a compressed model asks of it. */
@NullMarked
package dev.eckart.assertions;

import org.jspecify.annotations.NullMarked;
