/**
 * Profiles: small, mergeable summaries of the columns of rows. Equal rows give equal bytes. A
 * profile of training data is the reference of a drift comparison.
 */
@NullMarked
package io.mlops4j.monitor.profile;

import org.jspecify.annotations.NullMarked;
