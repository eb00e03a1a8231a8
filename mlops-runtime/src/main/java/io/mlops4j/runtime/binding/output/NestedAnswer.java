package io.mlops4j.runtime.binding.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of tensors, a sequence of maps, or a map, taken apart.
 *
 * @param keys of each map; null for a sequence of tensors
 * @param values of each map, or each tensor
 */
record NestedAnswer(@Nullable List<Piece> keys, List<Piece> values) {
  int size() {
    return values.size();
  }
}
