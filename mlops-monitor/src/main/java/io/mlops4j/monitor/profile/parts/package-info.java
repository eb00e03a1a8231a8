/**
 * The one place outside of {@link io.mlops4j.monitor.profile} that reaches the private parts of
 * profiles. Not exported.
 */
@NullMarked
package io.mlops4j.monitor.profile.parts;

import org.jspecify.annotations.NullMarked;
