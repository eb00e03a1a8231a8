package io.mlops4j.runtime.binding.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a sequence of tensors, of a sequence of maps, or of a map.
 *
 * @param keys the keys of each map; null for a sequence of tensors
 * @param values the values of each map, or each tensor
 */
record NestedAnswer(@Nullable List<Piece> keys, List<Piece> values) {
  int size() {
    return values.size();
  }
}
