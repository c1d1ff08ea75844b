@NullMarked
package dev.eckart.models.synthetic;

import org.jspecify.annotations.NullMarked;
