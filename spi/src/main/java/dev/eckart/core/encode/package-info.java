/** What proposes stored forms for weights: an open family of encodings, found by name. */
@NullMarked
package dev.eckart.core.encode;

import org.jspecify.annotations.NullMarked;
