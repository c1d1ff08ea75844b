@NullMarked
package dev.eckart.models.mnist;

import org.jspecify.annotations.NullMarked;
