/** What all parts of the soak share: how they start processes, small models, what they find. */
@NullMarked
package io.mlops4j.bench.soak.part;

import org.jspecify.annotations.NullMarked;
