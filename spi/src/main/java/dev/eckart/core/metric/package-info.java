/** What a compressed network is worth to a task: metrics that see both networks' outputs, batch after batch. */
@NullMarked
package dev.eckart.core.metric;

import org.jspecify.annotations.NullMarked;
