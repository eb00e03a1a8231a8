/**
 * Code that the modules share and that applications do not need. It is exported to these modules
 * only, and may change in any release.
 */
@NullMarked
package io.mlops4j.rollout.internal;

import org.jspecify.annotations.NullMarked;
