package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.AliasRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The reasons why versions must stay: aliases that name them now or named them recently. */
final class RetentionReasons {
  private final Map<Integer, String> now = new TreeMap<>();
  private final Map<Integer, String> recent = new TreeMap<>();

  /**
   * Collects the reasons from the histories of all aliases of a model.
   *
   * @param floor a version that no alias has named since then may go
   */
  RetentionReasons(List<List<AliasRecord>> histories, Instant floor) {
    for (List<AliasRecord> history : histories) {
      for (int i = 0; i < history.size(); i++) {
        AliasRecord record = history.get(i);
        if (record.to() == null) {
          continue;
        }
        String alias = record.model() + "@" + record.alias();
        Instant end = i + 1 < history.size() ? history.get(i + 1).at() : null;
        if (end == null) {
          now.put(record.to().number(), alias + " names it");
        } else if (end.isAfter(floor)) {
          recent.put(record.to().number(), alias + " named it until " + end);
        }
      }
    }
  }

  boolean isNamed(int number) {
    return now.containsKey(number);
  }

  /** Returns why a version must stay. Empty if no alias retains it. */
  List<String> reasons(int number) {
    String named = now.getOrDefault(number, recent.get(number));
    return named == null ? List.of() : List.of(named);
  }
}
