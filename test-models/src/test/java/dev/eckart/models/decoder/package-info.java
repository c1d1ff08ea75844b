@NullMarked
package dev.eckart.models.decoder;

import org.jspecify.annotations.NullMarked;
