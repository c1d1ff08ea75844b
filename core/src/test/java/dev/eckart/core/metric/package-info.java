@NullMarked
package dev.eckart.core.metric;

import org.jspecify.annotations.NullMarked;
