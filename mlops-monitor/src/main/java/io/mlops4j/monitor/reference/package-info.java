/**
 * What healthy rows teach a monitor. Start with {@link io.mlops4j.monitor.reference.Reference#of}.
 */
@NullMarked
package io.mlops4j.monitor.reference;

import org.jspecify.annotations.NullMarked;
