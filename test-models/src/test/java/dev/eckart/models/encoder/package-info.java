@NullMarked
package dev.eckart.models.encoder;

import org.jspecify.annotations.NullMarked;
