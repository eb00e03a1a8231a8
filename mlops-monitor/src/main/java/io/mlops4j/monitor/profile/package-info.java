/** What the columns of some rows hold, small, mergeable and the same bytes for the same rows. */
@NullMarked
package io.mlops4j.monitor.profile;

import org.jspecify.annotations.NullMarked;
