package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.AliasRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Why versions of a model must stay: what its aliases name, and named not long ago. */
final class RetentionReasons {
  private final Map<Integer, String> now = new TreeMap<>();
  private final Map<Integer, String> floor = new TreeMap<>();

  /**
   * What the histories of all aliases of a model keep.
   *
   * @param floor what was named until then need not stay
   */
  static RetentionReasons of(List<List<AliasRecord>> histories, Instant floor) {
    RetentionReasons keeping = new RetentionReasons();
    histories.forEach(history -> keeping.add(history, floor));
    return keeping;
  }

  private void add(List<AliasRecord> history, Instant floor) {
    for (int i = 0; i < history.size(); i++) {
      AliasRecord record = history.get(i);
      if (record.to() == null) {
        continue;
      }
      String alias = record.model() + "@" + record.alias();
      if (i == history.size() - 1) {
        now.put(record.to().number(), alias + " names it");
      } else if (history.get(i + 1).at().isAfter(floor)) {
        this.floor.put(record.to().number(), alias + " named it until " + history.get(i + 1).at());
      }
    }
  }

  boolean isNamed(int number) {
    return now.containsKey(number);
  }

  /** Why a version must stay, empty when no alias keeps it. */
  List<String> reasons(int number) {
    String named = now.getOrDefault(number, floor.get(number));
    return named == null ? List.of() : List.of(named);
  }
}
