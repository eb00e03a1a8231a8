/** What happens to a model before its first call: engines, leases, comparisons, a first call. */
@NullMarked
package io.mlops4j.runtime.serving.loading;

import org.jspecify.annotations.NullMarked;
